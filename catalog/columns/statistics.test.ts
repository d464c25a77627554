import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { DuckDBInstance } from '@duckdb/node-api'
import { createDatabase } from './database.ts'
import { computeTableStatistics } from './statistics.ts'

const instance = await DuckDBInstance.create(':memory:')
const database = createDatabase(() => instance.connect())
after(() => instance.closeSync())

async function statisticsOf(sql: string, options = {}) {
  const { columns } = await database.all({ sql: `select * from (${sql}) limit 0` })
  return await computeTableStatistics(database, sql, columns, options)
}

test('moments, missing values and a histogram that counts every finite value once', async () => {
  const { nRows, statisticsRows, columns } = await statisticsOf(
    `select case when i < 10 then null when i = 10 then 'nan'::double else i end as x from range(111) t(i)`,
  )
  const [x] = columns
  assert.equal(nRows, 111)
  assert.equal(statisticsRows, 111)
  assert.equal(x?.nNull, 11)
  assert.equal(x.min, 11)
  assert.equal(x.max, 110)
  assert.equal(x.mean, 60.5)
  assert.equal(
    x.histogram?.reduce((a, b) => a + b),
    100,
  )
  assert.deepEqual(x.histogram, new Array(20).fill(5))
})

test('text and booleans give their most frequent values, names need no care', async () => {
  const { columns } = await statisticsOf(
    `select (case when i % 3 = 0 then 'it''s' else 'b' || i end) as "a ""b"" c", i % 2 = 0 as even from range(30) t(i)`,
  )
  assert.equal(columns[0]?.name, 'a "b" c')
  assert.deepEqual(columns[0].top?.[0], { value: "it's", count: 10 })
  assert.equal(columns[0].top.length, 10)
  assert.deepEqual(columns[1]?.top, [
    { value: 'false', count: 15 },
    { value: 'true', count: 15 },
  ])
})

test('infinities, one value only, all missing, dates and what has no order', async () => {
  const { columns } = await statisticsOf(
    `select 'infinity'::double as inf, 7 as seven, null::int as none, date '2001-01-01' + i::int as day, [i] as list, interval 1 day as span from range(5) t(i)`,
  )
  const [inf, seven, none, day, list, span] = columns
  assert.equal(inf?.histogram, undefined)
  assert.equal(seven?.histogram?.[0], 5)
  assert.equal(none?.nNull, 5)
  assert.equal(none.min, undefined)
  assert.equal(day?.min, Date.UTC(2001, 0, 1))
  assert.equal(day.kind, 'timestamp')
  assert.equal(list?.kind, 'other')
  assert.equal(span?.nNull, 0)
})

test('a huge table is sampled, and its rows are still counted', async () => {
  for (const isScan of [true, false]) {
    const sql = 'select range as i from range(500000)'
    const { nRows, statisticsRows, columns } = await statisticsOf(sql, { sampleRows: 50_000, isScan })
    assert.equal(nRows, 500_000)
    assert.ok(statisticsRows > 20_000 && statisticsRows < 100_000, String(statisticsRows))
    assert.ok(Math.abs((columns[0]?.mean ?? 0) - 250_000) < 25_000)
  }
})

test('no rows and no columns', async () => {
  const empty = await statisticsOf('select 1 as a where false')
  assert.equal(empty.nRows, 0)
  assert.equal(empty.columns[0]?.nNull, 0)
})
