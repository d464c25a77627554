/** The laws that hold for every source: whatever a table lives in, the same question has the same answer. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { tableFromArrays, Utf8, vectorFromArray, type Vector } from 'apache-arrow'
import fc from 'fast-check'
import { arrowView } from '../../../kernel/display/arrow.ts'
import { rowArrayView } from '../../../kernel/display/objects.ts'
import { currentSession } from '../../session.ts'
import { createSmallProject } from '../../testing/small-project.ts'
import type { Cell, TableFilter, TableQuery } from '../messages.ts'
import { queryRows } from '../query/rows.ts'
import { databaseSource } from './database.ts'
import { memorySource } from './memory.ts'
import type { TableSource, Work } from './source.ts'
import type { TableView } from './view.ts'

const project = await createSmallProject()
after(project.dispose)

const work: Work = { signal: new AbortController().signal, onProgress: () => undefined }

interface Row {
  readonly n: number | null
  readonly f: number | null
  readonly s: string | null
  readonly t: Date | null
  readonly b: boolean | null
}

const texts = [
  '',
  'a',
  'A',
  'ab',
  'b%',
  "it's",
  'É',
  'é',
  '\uffee',
  '\u{1f600}',
  '5',
  '-1',
  'null',
  'a\tb"c\n',
]
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null, freq: 4 })
const rowArbitrary: fc.Arbitrary<Row> = fc.record({
  n: optional(fc.integer({ min: -20, max: 20 })),
  f: optional(fc.constantFrom(0, 0.5, -0.25, 3, 5, 1e21, -1e-7, Infinity)),
  s: optional(fc.constantFrom(...texts)),
  t: optional(fc.constantFrom('2001-02-03', '2001-02-03T04:05:06.7Z', '1969-12-31', '2020-01-01T00:00:00Z').map(text => new Date(text))), // prettier-ignore
  b: optional(fc.boolean()),
})
const names = ['n', 'f', 's', 't', 'b'] as const

const filterArbitrary: fc.Arbitrary<TableFilter> = fc
  .oneof(
    fc.record({
      column: fc.constantFrom(0, 1),
      operator: fc.constantFrom('=', '!=', '<', '<=', '>', '>=', 'in' as const),
      values: fc.constantFrom(0, 0.5, -1, 5, '1e21').map(value => [value]),
    }),
    fc.record({
      column: fc.constant(2),
      operator: fc.constantFrom('=', '!=', '<', '<=', '>', '>=', 'contains', 'not contains', 'starts with', 'ends with' as const), // prettier-ignore
      values: fc.constantFrom(...texts).map(value => [value]),
    }),
    fc.record({
      column: fc.constant(3),
      operator: fc.constantFrom('=', '!=', '<', '<=', '>', '>=' as const),
      values: fc
        .constantFrom('2001-02-03', '2001-02-03 04:05:06.7', '2020-01-01 00:00')
        .map(value => [value]),
    }),
    fc.record({
      column: fc.constantFrom(0, 1, 2, 3, 4),
      operator: fc.constantFrom('null', 'not null', 'contains' as const),
      values: fc.constantFrom('1', '0', 'tr', '2001', 'e').map(value => [value]),
    }),
    fc.constant<TableFilter>({ column: 2, operator: 'regex', values: ['^[ab]'] }),
    fc.constant<TableFilter>({ column: 4, operator: '=', values: ['true'] }),
    fc.constant<TableFilter>({ column: 0, operator: 'between', values: [-3, 7] }),
  )
  .map(filter =>
    /null$/.test(filter.operator) ? { column: filter.column, operator: filter.operator } : filter,
  )

const queryArbitrary: fc.Arbitrary<TableQuery> = fc.record({
  sort: fc.array(fc.record({ column: fc.integer({ min: 0, max: 4 }), descending: fc.boolean() }), {
    maxLength: 3,
  }),
  filter: fc.array(filterArbitrary, { maxLength: 2 }),
  search: fc.constantFrom('', '', '', 'a', '5', 'É'),
})

function arrowOf(rows: readonly Row[]) {
  const columns: Record<string, Vector> = {}
  for (const name of names) columns[name] = vectorFromArray(rows.map(row => row[name] as never))
  if (rows.length % 2)
    columns['s'] = vectorFromArray(
      rows.map(row => row.s),
      new Utf8(),
    ) as never
  return tableFromArrays(columns as never)
}

function sqlOf(rows: readonly Row[]): string {
  const text = (value: string | null, type: string) =>
    value === null ? `null::${type}` : `'${value.replaceAll("'", "''")}'::${type}`
  const lines = rows.map(
    ({ n, f, s, t, b }) =>
      `(${n}::INTEGER, ${text(f === null ? null : String(f), 'DOUBLE')}, ${text(s, 'VARCHAR')}, ${text(t?.toISOString() ?? null, 'TIMESTAMP')}, ${b}::BOOLEAN)`,
  )
  return `select * from (values ${lines.join(', ')}) t(n, f, s, t, b)`
}

async function allOf(source: TableSource, query: TableQuery) {
  const columns = [0, 1, 2, 3, 4]
  return await source.rows({ query, columns, offset: 0, limit: 1000 }, work)
}

/** An empty or wholly missing column has no type of its own in Arrow and in arrays. */
const typed: Row[] = [
  { n: 100, f: 100.5, s: 'zz', t: new Date(5), b: true },
  { n: -100, f: -100.5, s: 'ZZ', t: new Date(-5), b: false },
]

test('Arrow, objects, SQL and the rows of a page agree on every filter and sort', async () => {
  const rowsArbitrary = fc.array(rowArbitrary, { maxLength: 12 }).map(rows => [...typed, ...rows])
  const property = fc.asyncProperty(rowsArbitrary, queryArbitrary, async (rows, query) => {
    const sql = databaseSource({ database: currentSession().database, sql: sqlOf(rows), isScan: false })
    const arrow = await allOf(memorySource(arrowView(arrowOf(rows) as never)), query)
    const objects = await allOf(memorySource(rowArrayView(rows as never)), query)
    const database = await allOf(sql, query)
    const all = await allOf(memorySource(arrowView(arrowOf(rows) as never)), {})
    const types = ['int', 'float', 'string', 'timestamp', 'bool'].map((type, i) => ({
      name: names[i]!,
      type,
    }))
    const page = queryRows(all.rows, types, query).map(place => all.rows[place]!)
    assert.deepEqual(arrow.rows, page)
    assert.deepEqual(objects.rows, page)
    assert.deepEqual(database.rows, page)
    assert.deepEqual([arrow.nRows, objects.nRows, database.nRows], [page.length, page.length, page.length])
  })
  await fc.assert(property, { numRuns: 60 })
})

const random = (n: number): TableView => {
  let state = 7
  const next = () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0)
  const numbers = Float64Array.from({ length: n }, () => (next() % 5 === 0 ? NaN : (next() % 1000) - 500))
  return {
    nRows: n,
    columns: [
      {
        name: 'x',
        type: 'float',
        value: row => numbers[row],
        bulk: () => ({ kind: 'numbers', values: numbers }),
      },
      { name: 'y', type: 'string', value: row => (row % 7 === 0 ? null : `k${(row * 31) % 101}`) },
    ],
  }
}

test('pages of a sorted table are the sorted table', async () => {
  const source = memorySource(random(2500))
  const query: TableQuery = { sort: [{ column: 1, descending: true }, { column: 0, descending: false }] } // prettier-ignore
  const rows: (readonly Cell[])[] = []
  for (let offset = 0; offset < 2500; offset += 300)
    rows.push(...(await source.rows({ query, columns: [0, 1], offset, limit: 300 }, work)).rows)
  const places = queryRows(
    (await source.rows({ query: {}, columns: [0, 1], offset: 0, limit: 2500 }, work)).rows,
    [{ name: 'x', type: 'float' }, { name: 'y', type: 'string' }], // prettier-ignore
    query,
  )
  const unsorted = (await source.rows({ query: {}, columns: [0, 1], offset: 0, limit: 2500 }, work)).rows
  assert.deepEqual(
    rows,
    places.map(place => unsorted[place]),
  )
})

test('deep pages of a sorted database table are the sorted table', async () => {
  const sql = 'select (i * 7919) % 5003 as x, i % 3 as y from range(6000) t(i)'
  const source = databaseSource({ database: currentSession().database, sql, isScan: false })
  const query: TableQuery = { sort: [{ column: 1, descending: true }, { column: 0, descending: false }] } // prettier-ignore
  const all: (readonly Cell[])[] = []
  for (let offset = 0; offset < 6000; offset += 1000)
    all.push(...(await source.rows({ query, columns: [0, 1], offset, limit: 1000 }, work)).rows)
  const sorted = all.toSorted((a, b) => Number(b[1]) - Number(a[1]) || Number(a[0]) - Number(b[0]))
  assert.equal(all.length, 6000)
  assert.deepEqual(all, sorted)
})

test('work that nobody wants any more ends, and the same question works afterwards', async () => {
  const source = memorySource(random(400_000))
  const taken = new AbortController()
  const request = { query: { sort: [{ column: 1, descending: false }] }, columns: [0], offset: 0, limit: 10 }
  const first = source.rows(request, { signal: taken.signal, onProgress: () => undefined })
  taken.abort(new Error('taken back'))
  await assert.rejects(first, /taken back/)
  assert.equal((await source.rows(request, work)).rows.length, 10)
})

test('statistics are of the filtered rows, and say over how many', async () => {
  const source = memorySource(random(50_000))
  const query: TableQuery = { filter: [{ column: 0, operator: '>', values: [0] }] }
  const { columns, statisticsRows, nRows } = await source.statistics({ query, columns: [0] }, work)
  assert.ok(columns[0]!.histogram!.min > 0 && columns[0]!.nNull === 0)
  assert.ok(nRows > statisticsRows && statisticsRows === 10_000)
  const total = columns[0]!.histogram!.counts.reduce((a, b) => a + b)
  assert.equal(total, statisticsRows)
})

test('saved as Parquet, filtered and sorted, from memory and from the database', async () => {
  const { database, root } = currentSession()
  const sql = databaseSource({ database, sql: 'select i, i % 2 as j from range(10) t(i)', isScan: false })
  const rows = Array.from({ length: 10 }, (_, i) => ({ i, j: i % 2 }))
  const query: TableQuery = {
    filter: [{ column: 0, operator: '<', values: [4] }],
    sort: [{ column: 1, descending: true }],
  }
  for (const source of [sql, memorySource(rowArrayView(rows))]) {
    const path = join(root, 'saved.parquet')
    assert.equal(await source.save({ query, columns: [1, 0], format: 'parquet', path }, work), 4)
    const saved = await database.all({ sql: `select * from '${path}'` })
    assert.deepEqual(saved.rows, [[1, 1], [1, 3], [0, 0], [0, 2]]) // prettier-ignore
    assert.deepEqual(saved.columns.map(({ name }) => name), ['j', 'i']) // prettier-ignore
  }
})
