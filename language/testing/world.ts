/** What the language's tests pretend the world to be: files with columns, and a catalog. */
import type { AnalysisHost, CatalogFeature, CatalogView } from '../host.ts'
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

export const host: AnalysisHost = { columns: ({ path }) => files[path], catalog }

/** A workspace with the given files. */
export function workspaceOf(texts: Readonly<Record<string, string>>, from: AnalysisHost = host): Workspace {
  const workspace = createWorkspace(from)
  for (const [path, text] of Object.entries(texts)) workspace.setFile(path, text)
  return workspace
}
