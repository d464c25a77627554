/**
 * The point-in-time join: ten features of a million events for a hundred thousand observations, through a plan as the
 * engine executes it, against an ASOF join written by hand in the same database, and against Feast's offline store
 * where `SLIPWAY_PEERS_PYTHON` names a Python that has it.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { DuckDBConnection } from '@duckdb/node-api'
import { openDatabase } from '../../engine/duckdb/database.ts'
import { column, columnsOfKinds, numeric, planOver, typeOf } from '../../engine/plan/build.ts'
import { datasetSql } from '../../engine/sql/dataset.ts'
import { quoteName, quoteText } from '../../engine/sql/text.ts'
import type { Plan, WindowFeaturePlan } from '../../language/index.ts'
import { median, type BenchRow } from '../bench.ts'

const nObservations = 100_000
const nEvents = 1_000_000
const nKeys = 10_000
const nFeatures = 10
const daysKept = 90
const names = Array.from({ length: nFeatures }, (_, i) => `x${i + 1}`)

export async function pointInTimeJoin(log: (message: string) => void): Promise<readonly BenchRow[]> {
  const root = await mkdtemp(join(tmpdir(), 'slipway-join-'))
  const database = await openDatabase({ root, threads: 2 })
  const connection = await database.connect()
  try {
    log('making events and observations')
    await writeData(connection, root)
    const plan = joinPlan()
    const ours: number[] = []
    const asof: number[] = []
    for (let i = 0; i < 5; i++) {
      log(`joining point in time, ${i + 1} of 5`)
      ours.push(await cpuSeconds(() => joinByPlan(connection, plan, root)))
      asof.push(await cpuSeconds(() => joinByHand(connection, root)))
    }
    await checkJoin(connection)
    const feast = await joinByFeast(root, log)
    const [mine, other] = [median(ours), median(asof)]
    const peers = { 'DuckDB ASOF join': other, ...(feast !== undefined && { Feast: feast }) }
    const goal = 1.2 * other
    const work = `point-in-time join ${nObservations / 1000}k × ${nEvents / 1e6}M × ${nFeatures} features`
    return [{ work, unit: 'CPU s', ours: mine, peers, goal, met: mine <= goal }]
  } finally {
    connection.disconnectSync()
    await database.close()
    await rm(root, { recursive: true })
  }
}

/** Keys and times are spread by a hash; no two events of a key share an instant but by chance. */
async function writeData(connection: DuckDBConnection, root: string): Promise<void> {
  const at = (salt: number) =>
    `make_timestamp(${Date.UTC(2001, 0, 1) * 1000} + CAST(hash(i + ${salt}) % 31536000 AS BIGINT) * 1000000)`
  const key = (salt: number) => `CAST(hash(i + ${salt}) % ${nKeys} AS BIGINT)`
  const values = names.map((name, j) => `(hash(i * 17 + ${j}) % 1000) / 7.0 AS ${name}`)
  const copy = (sql: string, file: string) =>
    connection.run(`COPY (${sql}) TO ${quoteText(join(root, file))} (FORMAT parquet)`)
  await copy(
    `SELECT ${key(1)} AS shop, ${at(2)} AS event_timestamp, ${values.join(', ')} FROM range(${nEvents}) t(i)`,
    'events.parquet',
  )
  await copy(
    `SELECT i AS n, ${key(3)} AS shop, ${at(4)} AS event_timestamp, i % 3 = 0 AS sold FROM range(${nObservations}) t(i)`,
    'observations.parquet',
  )
}

function joinPlan(): Plan {
  const times = { shop: 'int', event_timestamp: 'timestamp' } as const
  const common = { format: 'parquet' as const, time: 'event_timestamp', knownAfterUs: 0 }
  const seen = {
    ...common,
    name: 'seen',
    path: 'observations.parquet',
    columns: columnsOfKinds({ n: 'int', ...times, sold: 'bool' }),
  }
  const numbers = Object.fromEntries(names.map(name => [name, 'float' as const]))
  const events = {
    ...common,
    name: 'events',
    path: 'events.parquet',
    columns: columnsOfKinds({ ...times, ...numbers }),
  }
  const features = names.map((name): [string, WindowFeaturePlan] => [
    `${name}@0`,
    {
      kind: 'window',
      name,
      version: 0,
      entity: 'shop',
      source: 'events',
      by: ['shop'],
      aggregate: { function: 'last', of: column(name, 'float') },
      windowUs: daysKept * 86_400e6,
      default: null,
      type: typeOf('float'),
      tags: [],
    },
  ])
  const plan = planOver(seen, {
    catalogFeatures: Object.fromEntries(features),
    features: features.map(([feature, { name, type }]) => ({
      name,
      type,
      value: { kind: 'catalog', feature, keys: [column('shop', 'int')] },
      prepare: numeric,
    })),
    label: { name: 'sold', expr: column('sold', 'bool'), type: typeOf('bool') },
    split: { kind: 'time', column: 'event_timestamp', parts: [{ name: 'train' }] },
  })
  return { ...plan, sources: { ...plan.sources, events } }
}

/** As the engine makes a dataset: its parts one after the other as temporary tables. */
async function joinByPlan(connection: DuckDBConnection, plan: Plan, root: string): Promise<void> {
  const dataset = datasetSql(plan, { resolvePath: path => join(root, path) })
  for (const { name, sql, frees } of dataset.parts) {
    await connection.run(`CREATE OR REPLACE TEMP TABLE ${quoteName(name)} AS ${sql}`)
    for (const free of frees) await connection.run(`DROP TABLE ${quoteName(free)}`)
  }
}

async function joinByHand(connection: DuckDBConnection, root: string): Promise<void> {
  const read = (file: string) => `read_parquet(${quoteText(join(root, file))})`
  const values = names.map(
    name =>
      `CASE WHEN e.event_timestamp >= o.event_timestamp - to_days(${daysKept}) THEN e.${name} END AS ${name}`,
  )
  await connection.run(`CREATE OR REPLACE TEMP TABLE by_hand AS SELECT o.*, ${values.join(', ')}
FROM ${read('observations.parquet')} o ASOF LEFT JOIN ${read('events.parquet')} e
ON o.shop = e.shop AND o.event_timestamp > e.event_timestamp`)
}

/** Both gave every observation once, and the same values (the few events that share an instant are chosen by us alone). */
async function checkJoin(connection: DuckDBConnection): Promise<void> {
  const sums = (prefix: (name: string, i: number) => string) =>
    names.map((name, i) => `round(sum(${prefix(name, i)}))`).join(', ')
  const read = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJS()[0]!.map(Number)
  const ours = await read(`SELECT count(*), ${sums((name, i) => quoteName(`f${i + 1} ${name}`))} FROM "rows"`)
  const other = await read(`SELECT count(*), ${sums(name => name)} FROM by_hand`)
  if (ours[0] !== nObservations || other[0] !== nObservations)
    throw new Error(`Expected ${nObservations} rows of both joins, got ${ours[0]} and ${other[0]}.`)
  ours.forEach((sum, i) => {
    if (Math.abs(sum - other[i]!) > 1e-5 * Math.abs(sum))
      throw new Error(`Expected the sums of both joins to agree, got ${sum} and ${other[i]}.`)
  })
}

async function joinByFeast(root: string, log: (message: string) => void): Promise<number | undefined> {
  const python = process.env['SLIPWAY_PEERS_PYTHON']
  if (!python) {
    log('no Feast: SLIPWAY_PEERS_PYTHON names no Python that has it')
    return undefined
  }
  try {
    const script = join(import.meta.dirname, 'feast_join.py')
    const { stdout } = await promisify(execFile)(python, [script, root, String(daysKept)])
    return (JSON.parse(stdout.trim().split('\n').at(-1)!) as { readonly cpuSeconds: number }).cpuSeconds
  } catch (thrown) {
    log(`no Feast: ${thrown instanceof Error ? thrown.message.trim().split('\n').at(-1) : String(thrown)}`)
    return undefined
  }
}

async function cpuSeconds(work: () => Promise<void>): Promise<number> {
  const start = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1e6
}
