/**
 * The point-in-time join on three million real flights, against an implementation that shares nothing with it: per
 * airport sorted arrays and running sums in JavaScript.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { createDatabase, joinSql, type Database } from '../catalog/index.ts'
import { openEngine } from '../engine/index.ts'
import type { FeaturePlan, SourcePlan } from '../language/index.ts'
import { loadProject } from '../library/project.ts'
import { layExampleData } from '../scripts/example-data.ts'

const root = mkdtempSync(join(tmpdir(), 'slipway-join-'))
layExampleData('flights', root)
writeFileSync(join(root, 'slipway.json'), '{ "language": 1 }')
writeFileSync(
  join(root, 'features.slip'),
  `source flights {
  from parquet "data/flights-3m.parquet"
  time date
  known after 3 hours
}

entity airport(code: string)

feature departure_delay_7d of airport = mean(flights.delay) by flights.origin over 7 days {
  default 0
}
`,
)
const engine = await openEngine({ root })
const database = createDatabase(() => engine.connection())
after(async () => {
  await engine.close()
  rmSync(root, { recursive: true, force: true })
})

const file = join(root, 'data/flights-3m.parquet')
const hourUs = 3_600_000_000
const weekUs = 7 * 24 * hourUs

/** 100,000 flights and all that are in the file twice, each as often as it is there. */
const observations = `
  (SELECT * FROM '${file}' USING SAMPLE reservoir(100000 ROWS) REPEATABLE (7))
  UNION ALL
  (SELECT * FROM '${file}' SEMI JOIN
    (SELECT date, delay, distance, origin, destination FROM '${file}' GROUP BY ALL HAVING count(*) > 1)
    USING (date, delay, distance, origin, destination))`

async function feature(): Promise<{ plan: FeaturePlan; source: SourcePlan }> {
  const { workspace } = await loadProject(root)
  const [found] = workspace.features()
  assert.ok(found?.plan && found.source)
  return { plan: found.plan, source: found.source }
}

interface History {
  /** Microseconds, ascending. */
  readonly times: Float64Array
  /** Sum of the delays of the first i flights. */
  readonly sums: Float64Array
}

async function histories(db: Database): Promise<ReadonlyMap<string, History>> {
  const result = new Map<string, History>()
  const sql = `SELECT origin, list(epoch_us(date) ORDER BY date), list(delay ORDER BY date) FROM '${file}' GROUP BY origin`
  for await (const { rows } of db.batches({ sql }))
    for (const [origin, times, delays] of rows as [string, number[], number[]][]) {
      const sums = new Float64Array(delays.length + 1)
      delays.forEach((delay, i) => (sums[i + 1] = sums[i]! + delay))
      result.set(origin, { times: Float64Array.from(times), sums })
    }
  return result
}

/** Index of the first time that is not before `us`. */
function lowerBound(times: Float64Array, us: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (times[middle]! < us) low = middle + 1
    else high = middle
  }
  return low
}

/** The mean over [us − 7 days, us) of what was known at `us`; `knownAfterUs` −1 µs would let the row itself in. */
function meanBefore({ times, sums }: History, us: number, knownAfterUs: number): number {
  const from = lowerBound(times, us - weekUs)
  const until = lowerBound(times, us - knownAfterUs + 1)
  return until > from ? (sums[until]! - sums[from]!) / (until - from) : 0
}

/** Every joined row: origin, time, value. */
async function joinedRows(): Promise<readonly (readonly [string, number, number])[]> {
  const { plan, source } = await feature()
  const joined = joinSql({
    root,
    observations,
    time: 'date',
    features: [{ plan, source, keys: ['origin'], as: 'origin_delay' }],
  })
  const { rows } = await database.all({ sql: `SELECT origin, epoch_us(date), origin_delay FROM (${joined})` })
  return rows as unknown as [string, number, number][]
}

const rows = await joinedRows()
const past = await histories(database)

function countDifferent(knownAfterUs: number): number {
  return rows.filter(([origin, us, value]) => {
    return Math.abs(value - meanBefore(past.get(origin)!, us, knownAfterUs)) > 1e-9
  }).length
}

test('every observation comes back exactly once, duplicates included', async () => {
  const { rows: counted } = await database.all({ sql: `SELECT count(*) FROM (${observations})` })
  assert.equal(rows.length, counted[0]![0])
  assert.ok(rows.length > 100_000)
  assert.ok(new Set(rows.map(row => row.join())).size < rows.length)
})

test('departure_delay_7d is what an independent computation gives, row by row', () => {
  assert.equal(countDifferent(3 * hourUs), 0)
})

test('a window that reads what was not yet known, or the row itself, would be noticed', () => {
  assert.ok(countDifferent(2 * hourUs) > rows.length / 2)
  assert.ok(countDifferent(0) > rows.length / 2)
})
