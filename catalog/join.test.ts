import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { openDatabase } from '../engine/duckdb/database.ts'
import { featureSql } from '../engine/sql/feature.ts'
import type { DerivedFeaturePlan, SourcePlan, WindowFeaturePlan } from '../language/index.ts'
import { createDatabase } from './columns/database.ts'
import { joinSql } from './join.ts'
import { fillOnlineStore } from './online/fill.ts'
import { lookUpFeature } from './online/lookup.ts'
import { openOnlineStore } from './online/store.ts'
import { cachedColumns, cachedStatistics, describeSource, describeStatistics } from './sources/describe.ts'
import { relationOf } from './sources/relation.ts'
import { computeStatistics } from './statistics.ts'

const root = mkdtempSync(join(tmpdir(), "slipway-it's-"))
const engine = await openDatabase({ root })
const database = createDatabase(() => engine.connect())
after(async () => {
  await engine.close()
  rmSync(root, { recursive: true })
})

/** Days of 2001-01, a key with a quote in its name, a value; two rows are the same. */
const events = [
  ['2001-01-01T00:00', 'BOI', 10],
  ['2001-01-02T00:00', 'BOI', 20],
  ['2001-01-02T00:00', 'BOI', 20],
  ['2001-01-03T00:00', 'SEA', 5],
  ['2001-01-08T00:00', 'BOI', 70],
  ['2001-01-09T12:00', 'SEA', null],
] as const
writeFileSync(
  join(root, 'events.csv'),
  ['day,"the ""key""",value', ...events.map(([day, key, value]) => `${day},${key},${value ?? ''}`)].join(
    '\n',
  ),
)

const number = { kind: 'float', nullable: true } as const
const dayUs = 86_400_000_000
const hourUs = 3_600_000_000

const source: SourcePlan = {
  name: 'events',
  format: 'csv',
  path: 'events.csv',
  time: 'day',
  knownAfterUs: 3 * hourUs,
  columns: [
    { name: 'day', type: { kind: 'timestamp', nullable: true } },
    { name: 'the "key"', type: { kind: 'string', nullable: true } },
    { name: 'value', type: number },
  ],
}
const plan: WindowFeaturePlan = {
  kind: 'window',
  name: 'mean_7d',
  version: 2,
  entity: 'airport',
  source: 'events',
  by: ['the "key"'],
  aggregate: { function: 'mean', of: { op: 'column', name: 'value', type: number } },
  windowUs: 7 * dayUs,
  default: -1,
  type: number,
  tags: [],
}

/** What `plan` says of a row more than the rows of a day before; 0 where there are none. */
const short: WindowFeaturePlan = { ...plan, name: 'mean_2d', windowUs: 2 * dayUs, default: null }
const trend: DerivedFeaturePlan = {
  kind: 'derived',
  name: 'trend',
  version: 3,
  entity: 'airport',
  inputs: { short: 'mean_2d@2', long: 'mean_7d@2' },
  expr: {
    op: 'call',
    function: 'subtract',
    args: [
      { op: 'feature', name: 'short', type: number },
      { op: 'feature', name: 'long', type: number },
    ],
    type: number,
  },
  default: 0,
  type: number,
  tags: [],
}
const trendDefinition = { plan: trend, inputs: { short: { plan: short, source }, long: { plan, source } } }
const twice: DerivedFeaturePlan = {
  ...trend,
  name: 'twice',
  inputs: { trend: 'trend@3', mean_7d: 'mean_7d@2' },
  expr: {
    op: 'call',
    function: 'add',
    args: [
      { op: 'feature', name: 'trend', type: number },
      { op: 'feature', name: 'mean_7d', type: number },
    ],
    type: number,
  },
}
const twiceDefinition = { plan: twice, inputs: { trend: trendDefinition, mean_7d: { plan, source } } }

/** The definition, written out row by row. */
function expected(timeUs: number, key: string | null): number {
  return meanBefore(timeUs, key, plan.windowUs) ?? -1
}

function meanBefore(timeUs: number, key: string | null, windowUs: number): number | undefined {
  const known = events.filter(([day, eventKey, value]) => {
    const us = Date.parse(`${day}Z`) * 1000
    const inWindow = us >= timeUs - windowUs && us < timeUs && us + source.knownAfterUs <= timeUs
    return eventKey === key && value !== null && inWindow
  })
  return known.length === 0 ? undefined : known.reduce((sum, [, , value]) => sum + value!, 0) / known.length
}

test('every observation comes back exactly once with what was known at its time', async () => {
  const observations = `
    select ts, k, n from (values
      (timestamp '2001-01-02 02:59:59', 'BOI', 1), (timestamp '2001-01-02 03:00:00', 'BOI', 2),
      (timestamp '2001-01-08 00:00:00', 'BOI', 3), (timestamp '2001-01-08 00:00:00', 'BOI', 3),
      (timestamp '2001-01-09 00:00:00', 'BOI', 4), (timestamp '2001-01-15 03:00:00.000001', 'BOI', 5),
      (timestamp '2001-01-04 00:00:00', 'SEA', 6), (timestamp '2001-02-04 00:00:00', 'SEA', 7),
      (timestamp '2001-01-04 00:00:00', 'XXX', 8), (timestamp '2001-01-04 00:00:00', null, 9),
      (null, 'BOI', 10)) t(ts, k, n) -- the last line is a comment`
  const sql = joinSql({
    root,
    observations,
    time: 'ts',
    features: [{ plan, source, keys: ['k'], as: 'my "mean"' }],
  })
  const { columns, rows } = await database.all({ sql })
  assert.deepEqual(
    columns.map(column => column.name),
    ['ts', 'k', 'n', 'my "mean"'],
  )
  assert.deepEqual(
    rows.map(row => row[2]),
    [1, 2, 3, 3, 4, 5, 6, 7, 8, 9, 10],
  )
  const offset = (n: unknown) => (n === 5 ? 1 : 0)
  for (const [ts, key, n, value] of rows) {
    const timeUs = ts === null ? Number.NaN : (ts as Date).getTime() * 1000 + offset(n)
    assert.equal(value, expected(timeUs, key as string | null), `observation ${String(n)}`)
  }
  assert.ok(new Set(rows.map(row => row[3])).size > 4)
})

test('derived features are computed from their inputs’ values for the same key and time', async () => {
  const days = Array.from({ length: 15 }, (_, i) => `(timestamp '2001-01-${i + 1} 05:00:00', 'BOI')`)
  const sql = joinSql({
    root,
    observations: `select ts, k from (values ${days.join(', ')}, (timestamp '2001-01-05', null)) t(ts, k)`,
    time: 'ts',
    features: [
      { ...twiceDefinition, keys: ['k'], as: 'twice' },
      { ...trendDefinition, keys: ['k'], as: 'trend' },
      { plan, source, keys: ['k'], as: 'long' },
    ],
  })
  assert.equal(sql.match(/AS MATERIALIZED/g)?.length, 3, 'a window that several read is computed once')
  const { columns, rows } = await database.all({ sql })
  assert.deepEqual(
    columns.map(column => column.name),
    ['ts', 'k', 'twice', 'trend', 'long'],
  )
  const seen = new Set<unknown>()
  for (const [ts, key, twiceValue, trendValue, long] of rows) {
    const timeUs = (ts as Date).getTime() * 1000
    const recent = meanBefore(timeUs, key as string | null, short.windowUs)
    const difference = recent === undefined ? 0 : recent - expected(timeUs, key as string | null)
    assert.equal(long, expected(timeUs, key as string | null))
    assert.equal(trendValue, difference)
    assert.equal(twiceValue, difference + (long as number))
    seen.add(trendValue)
  }
  assert.ok(seen.size > 2)
})

test('training computes a derived feature as the join does', async () => {
  const days = Array.from(
    { length: 15 },
    (_, i) => `(${i + 1}, timestamp '2001-01-${i + 1} 05:00:00', 'BOI')`,
  )
  const observations = `select * from (values ${days.join(', ')}, (16, timestamp '2001-01-09', 'SEA')) t(n, ts, k)`
  const joined = await database.all({
    sql: joinSql({
      root,
      observations,
      time: 'ts',
      features: [{ ...twiceDefinition, keys: ['k'], as: 'x' }],
    }),
  })
  const trained = await database.all({
    sql: `SELECT row_id, value FROM (${featureSql({
      feature: twice,
      features: { 'trend@3': trend, 'mean_2d@2': short, 'mean_7d@2': plan },
      sources: { events: source },
      relation: each => relationOf(each, root),
      observed: `(${observations})`,
      row: 'n',
      time: 'ts',
      keys: ['k'],
    })}) ORDER BY row_id`,
  })
  assert.deepEqual(
    trained.rows,
    joined.rows.map(row => [row[0], row[3]]),
  )
})

test('a derived feature is looked up as it is in training, also for a key that nobody has seen', async () => {
  const store = openOnlineStore(join(root, 'derived.db'))
  await fillOnlineStore(database, [twiceDefinition, trendDefinition], { root, store })
  assert.deepEqual(
    store.features().map(({ feature }) => feature),
    ['mean_2d@2', 'mean_7d@2'],
  )
  const catalogFeatures = { 'twice@3': twice, 'trend@3': trend, 'mean_7d@2': plan, 'mean_2d@2': short }
  const endUs = Date.UTC(2001, 0, 9, 12) * 1000
  const recent = meanBefore(endUs, 'BOI', short.windowUs)!
  const options = { store, catalogFeatures }
  assert.deepEqual(lookUpFeature('trend@3', ['BOI'], options), {
    value: recent - expected(endUs, 'BOI'),
    asOfUs: endUs,
  })
  assert.equal(lookUpFeature('twice@3', ['BOI'], options).value, recent)
  for (const key of ['XXX', null])
    assert.deepEqual(
      lookUpFeature('twice@3', [key], options),
      { value: -1 },
      'the default of the trend and of the mean',
    )
  assert.deepEqual(lookUpFeature('mean_7d@2', ['XXX'], { ...options, store: undefined }), { value: -1 })
  store.close()
})

test('keys that do not fit are refused', () => {
  const features = [{ plan, source, keys: ['k', 'l'], as: 'x' }]
  assert.throws(() => joinSql({ root, observations: 'select 1', time: 'ts', features }), { code: 'CAT007' })
})

test('the online store has the value at the end of the data for every key', async () => {
  const store = openOnlineStore(join(root, 'online.db'))
  const endUs = Date.UTC(2001, 0, 9, 12) * 1000
  await fillOnlineStore(database, [{ plan, source }], { root, store })
  for (const key of ['BOI', 'SEA'])
    assert.deepEqual(store.lookup('mean_7d@2', [key]), { value: expected(endUs, key), asOfUs: endUs })
  assert.equal(store.lookup('mean_7d@2', ['XXX']), undefined)
  assert.equal(store.lookup('mean_7d@1', ['BOI']), undefined)
  assert.deepEqual(store.features(), [{ feature: 'mean_7d@2', asOfUs: endUs, nKeys: 2 }])
  // Filling again replaces.
  await fillOnlineStore(database, [{ plan: { ...plan, default: 7, windowUs: hourUs }, source }], {
    root,
    store,
  })
  assert.equal(store.lookup('mean_7d@2', ['SEA'])?.value, 7)
  assert.equal(store.features().length, 1)
  store.close()
})

test('statistics of a feature are those of its values at its source’s own times', async () => {
  const statistics = await computeStatistics(database, { plan, source }, { root })
  const values = events.map(([day, key]) => expected(Date.parse(`${day}Z`) * 1000, key))
  assert.equal(statistics.count, events.length)
  assert.equal(statistics.nulls, 0)
  assert.equal(statistics.min, Math.min(...values))
  assert.equal(statistics.max, Math.max(...values))
  assert.ok(Math.abs(statistics.mean! - values.reduce((a, b) => a + b) / values.length) < 1e-12)
  assert.equal(
    statistics.histogram?.reduce((a, b) => a + b),
    events.length,
  )
})

test('statistics of a derived feature are taken where its first window has rows', async () => {
  const statistics = await computeStatistics(database, trendDefinition, { root })
  assert.equal(statistics.count, events.length)
  assert.equal(statistics.nulls, 0)
})

test('columns are described once, and again after a change', async () => {
  const reference = { format: 'csv', path: 'changing.csv' } as const
  await assert.rejects(describeSource(root, reference), (e: Error & { code?: string }) => {
    return e.code === 'CAT006' && e.message.includes('changing.csv')
  })
  writeFileSync(join(root, 'changing.csv'), 'a,b\n1,x\n')
  assert.equal(cachedColumns(root, reference), undefined)
  const columns = await describeSource(root, reference)
  assert.deepEqual(
    columns.map(({ name, type }) => [name, type.kind]),
    [
      ['a', 'int'],
      ['b', 'string'],
    ],
  )
  assert.deepEqual(cachedColumns(root, reference), columns)
  writeFileSync(join(root, 'changing.csv'), 'a,b,c\n1,x,2001-01-01\n')
  assert.equal(cachedColumns(root, reference), undefined)
  assert.equal((await describeSource(root, reference))[2]?.type.kind, 'timestamp')
  writeFileSync(join(root, 'broken.parquet'), 'no parquet')
  await assert.rejects(describeSource(root, { format: 'parquet', path: 'broken.parquet' }), {
    code: 'CAT006',
  })
})

test('what a file’s values are like is found out once, and again after a change', async () => {
  const reference = { format: 'csv', path: 'values.csv' } as const
  await assert.rejects(describeStatistics(root, reference), { code: 'CAT006', message: /no such file/ })
  const days = Array.from(
    { length: 24 },
    (_, i) => `${i + 1},${i % 3 === 0 ? '' : 'x'},2001-01-${i + 1},${i > 5}`,
  )
  writeFileSync(join(root, 'values.csv'), ['n,t,"a ""day""",b', ...days].join('\n'))
  assert.equal(cachedStatistics(root, reference), undefined)
  const statistics = await describeStatistics(root, reference)
  assert.equal(statistics.nRows, 24)
  assert.equal(statistics.statisticsRows, 24)
  const n = statistics.columns.get('n')!
  assert.deepEqual([n.nullShare, n.min, n.max, n.mean], [0, 1, 24, 12.5])
  assert.deepEqual(n.histogram, new Array(12).fill(2))
  const t = statistics.columns.get('t')!
  assert.deepEqual([t.nullShare, t.distinct, t.top], [8 / 24, 1, [{ value: 'x', count: 16 }]])
  assert.equal(statistics.columns.get('a "day"')?.max, Date.UTC(2001, 0, 24) * 1000)
  assert.deepEqual(statistics.columns.get('b')?.top?.[0], { value: true, count: 18 })
  assert.deepEqual(cachedStatistics(root, reference), statistics)
  assert.deepEqual(await describeStatistics(root, reference), statistics)
  writeFileSync(join(root, 'values.csv'), 'n\n1\n')
  assert.equal(cachedStatistics(root, reference), undefined)
  assert.equal((await describeStatistics(root, reference)).nRows, 1)
})
