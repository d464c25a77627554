/** What the language's tests pretend the world to be: files with columns, and a catalog. */
import type { AnalysisHost, CatalogFeature, CatalogView, SourceStatistics } from '../host.ts'
import type { WindowFeaturePlan } from '../plan.ts'
import type { ColumnSchema, ScalarKind } from '../types.ts'
import { type Workspace, createWorkspace } from '../workspace.ts'

/** `name kind` or `name kind?` for what may be missing. */
export function columns(...specs: readonly string[]): readonly ColumnSchema[] {
  return specs.map(spec => {
    const [, name, kind, mark] = /^(.+) (\w+)(\??)$/.exec(spec)!
    return { name: name!, type: { kind: kind as ScalarKind, nullable: mark === '?' } }
  })
}

export const flights = columns(
  'date timestamp',
  'delay int',
  'distance int',
  'origin string',
  'destination string',
)

export const orders: readonly ColumnSchema[] = [
  ...columns(
    'id string',
    'placed timestamp',
    'delivered timestamp?',
    'amount float',
    'discount float?',
    'items int',
    'status string',
    'city string',
    'vip bool',
    'delivery_minutes int',
  ),
  { name: 'taste', type: { kind: 'vector', size: 3, nullable: false } },
]

/** Every file that exists, by path; reading any other gives nothing. */
export const files: Readonly<Record<string, readonly ColumnSchema[]>> = {
  'data/flights.parquet': flights,
  'data/birdstrikes.csv': columns(
    'Airport Name string',
    'Effect Amount of damage string',
    'Flight Date timestamp',
    'Wildlife Size string?',
    'Speed IAS in knots int?',
  ),
  'data/airports.csv': columns('iata string', 'latitude float', 'name string'),
  'data/orders.parquet': orders,
}

const source = {
  name: 'flights',
  format: 'parquet',
  path: 'data/flights.parquet',
  time: 'date',
  knownAfterUs: 10_800_000_000,
  columns: flights,
} as const

function delay(version: number, days: number): WindowFeaturePlan {
  return {
    kind: 'window',
    name: 'arrival_delay',
    version,
    entity: 'airport',
    source: 'flights',
    by: ['destination'],
    aggregate: {
      function: 'mean',
      of: { op: 'column', name: 'delay', type: { kind: 'int', nullable: false } },
    },
    windowUs: days * 86_400_000_000,
    default: 0,
    type: { kind: 'float', nullable: false },
    tags: [],
  }
}

const registered: readonly CatalogFeature[] = [
  { plan: delay(1, 1), source, active: false, replacement: 'arrival_delay@2' },
  { plan: delay(2, 7), source, active: true },
]

/** Holds `arrival_delay`: version 1 deprecated, version 2 active; and the source `flights`. */
export const catalog: CatalogView = {
  names: () => ['arrival_delay'],
  source: name => (name === 'flights' ? source : undefined),
  sourceNames: () => ['flights'],
  feature: (name, version) =>
    registered.findLast(
      ({ plan, active }) => plan.name === name && (version === undefined ? active : plan.version === version),
    ),
}

/** Of the orders: every one has its own `id`, they go to 300 cities and are in one of three states. */
const orderStatistics: SourceStatistics = {
  nRows: 100_000,
  statisticsRows: 100_000,
  columns: new Map([
    ['id', { nullShare: 0, distinct: 99_000 }],
    ['city', { nullShare: 0, distinct: 300 }],
    [
      'status',
      {
        nullShare: 0,
        distinct: 3,
        top: ['delivered', 'returned', 'lost'].map((value, i) => ({ value, count: 90_000 / 10 ** i })),
      },
    ],
  ]),
}

export const host: AnalysisHost = {
  columns: ({ path }) => files[path],
  statistics: ({ path }) => (path === 'data/orders.parquet' ? orderStatistics : undefined),
  catalog,
}

/** A workspace with the given files. */
export function workspaceOf(texts: Readonly<Record<string, string>>, from: AnalysisHost = host): Workspace {
  const workspace = createWorkspace(from)
  for (const [path, text] of Object.entries(texts)) workspace.setFile(path, text)
  return workspace
}
