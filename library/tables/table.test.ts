import assert from 'node:assert/strict'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { displayMethod, tableMime, type TableMessage } from '../display/messages.ts'
import { createSmallProject, nFlights } from '../testing/small-project.ts'
import { bindQuery, inlineQuery } from './query.ts'
import { read } from './read.ts'
import { sql } from './sql.ts'
import type { Table } from './table.ts'

const project = await createSmallProject()
after(project.dispose)

const show = async (table: Table) => {
  const bundle = await table[displayMethod]()
  return {
    message: bundle[tableMime] as TableMessage,
    html: String(bundle['text/html']),
    text: String(bundle['text/plain']),
  }
}

test('a table is lazy, and tables stand in queries as subqueries', async () => {
  const flights = read('data/flights.parquet')
  const airport = "O'HARE"
  const late = sql`select * from ${flights} where origin = ${airport} -- ${'not a value'}
    order by date;`
  const perDay = sql`select date::date as day, count(*) as n from ${late} l group by 1 order by 1`
  assert.equal(await flights.count(), nFlights)
  const days = await perDay.rows<{ day: Date; n: number }>()
  assert.equal(days[0]!.day.toISOString(), '2001-01-01T00:00:00.000Z')
  assert.equal(
    days.reduce((sum, { n }) => sum + n, 0),
    Math.floor(nFlights / 3),
  )
  assert.equal(typeof days[0]!.n, 'number')
})

test('values are bound, never text; the inlined text means the same', async () => {
  const values = {
    text: "it's; drop table x --",
    number: 0.1,
    whole: 7,
    big: 2n ** 70n,
    none: null,
    yes: true,
    day: new Date('2001-02-03T04:05:06.789Z'),
    list: ['a', "b'"],
    nan: Number.NaN,
    bytes: new Uint8Array([0, 255]),
  }
  const v = values
  const query = sql`select ${v.text} as "text", ${v.number} as "number", ${v.whole} as whole, ${v.big} as big,
    ${v.none} as none, ${v.yes} as yes, ${v.day} as day, ${v.list} as list, ${v.nan} as nan, ${v.bytes} as bytes`
  const [row] = await query.rows()
  assert.deepEqual({ ...row, bytes: new Uint8Array(row!['bytes'] as Buffer) }, values)
  const { sql: text, parameters } = bindQuery(query.query)
  assert.ok(!text.includes('drop table'))
  assert.ok(parameters?.includes(values.text))
  const [inlined] = await sql`select * from ${query}`.rows()
  assert.deepEqual(inlined, row)
  const [viaText] = await (await import('./sql.ts')).sql([inlineQuery(query.query)] as never).rows()
  assert.deepEqual(viaText, row)
})

test('a value in a comment is no part of the query, one in quotes is refused', async () => {
  const evil = '\n union all select 2'
  assert.deepEqual(
    await sql`select 1 as a -- ${evil}
    /* ${'*/ union'} ' */ where ${true} and 'it''s -- ' <> ${'x'}`.rows(),
    [{ a: 1 }],
  )
  assert.throws(() => bindQuery(sql`select '${'x'}'`.query), { code: 'LIB004', message: /quotes/ })
  assert.throws(() => bindQuery(sql`select "${'x'}"`.query), { code: 'LIB004' })
})

test('what has no place in a query is refused', () => {
  const promise = Promise.resolve(1)
  assert.throws(() => bindQuery(sql`select ${promise as never}`.query), /LIB004|Await the promise/)
  assert.throws(() => bindQuery(sql`select ${{ a: 1 } as never}`.query), { code: 'LIB004' })
})

test('a query that fails names itself', async () => {
  await assert.rejects(
    sql`select nothing from ${read('data/flights.parquet')}`.rows(),
    (error: Error & { code?: string }) => {
      return (
        error.code === 'LIB003' && error.message.includes('nothing') && error.message.includes('read_parquet')
      )
    },
  )
})

test('a missing file and an unknown format', () => {
  assert.throws(() => read('data/none.parquet'), { code: 'LIB001', message: /project's root/ })
  assert.throws(() => read('late.slip'), { code: 'LIB002' })
})

test('pages, batches, head', async () => {
  const numbers = sql`select range as i from range(10000)`
  assert.deepEqual(await numbers.rows({ offset: 9998, limit: 5 }), [{ i: 9998 }, { i: 9999 }])
  assert.equal((await numbers.head(3).rows()).length, 3)
  let sum = 0
  let nBatches = 0
  for await (const rows of numbers) {
    nBatches++
    for (const row of rows) sum += row['i'] as number
  }
  assert.equal(sum, (9999 * 10000) / 2)
  assert.ok(nBatches > 1)
  for await (const rows of numbers) {
    assert.ok(rows.length > 0)
    break
  }
  await assert.rejects(sql`select 1 from range(1000001)`.rows(), { code: 'LIB004' })
})

test('two columns of one name keep both', async () => {
  const columns = await sql`select 1 as a, 2 as a`.columns()
  assert.equal(new Set(columns.map(({ name }) => name)).size, 2)
})

test('the display is a page with statistics, whatever the size', async () => {
  const { message, html, text } = await show(
    sql`select i, i / 2 as half, '<b>' || i as tag, date '2001-01-01' + i::int as day, case when i > 5 then i end as some,
        repeat('x', 10000) as long, {a: [1, 2]} as nested, 'nan'::double as nan
        from range(1000) t(i)`,
  )
  assert.equal(message.nRows, 1000)
  assert.equal(message.rows.length, 100)
  assert.equal(message.truncated, true)
  assert.equal(message.statisticsRows, 1000)
  assert.deepEqual(
    message.columns.map(({ type }) => type),
    ['int', 'float', 'string', 'date', 'int', 'string', 'json', 'float'],
  )
  assert.equal(message.columns[4]!.nNull, 6)
  assert.equal(
    message.columns[0]!.histogram!.counts.reduce((a, b) => a + b),
    1000,
  )
  assert.deepEqual(message.rows[1]!.slice(0, 5), [1, 0.5, '<b>1', '2001-01-02', null])
  assert.equal(message.rows[0]![6], '{"a":[1,2]}')
  assert.equal(message.rows[0]![7], 'NaN')
  assert.ok(JSON.stringify(message).length < 150_000)
  assert.ok(html.includes('&lt;b&gt;1') && !html.includes('<b>1'))
  assert.ok(text.includes('1,000 rows × 8 columns'))
})

test('an empty table is shown too', async () => {
  const { message } = await show(sql`select 1 as a where false`)
  assert.equal(message.nRows, 0)
  assert.equal(message.truncated, false)
})

test('to Arrow: types, missing values, and every row once', async () => {
  const table =
    await sql`select i, i::double as f, 'x' || i as s, i % 2 = 0 as b, timestamp '2001-01-01' as t,
    case when i = 0 then null else i::int end as n from range(5000) t(i)`.toArrow()
  assert.equal(table.numRows, 5000)
  assert.deepEqual(
    table.schema.fields.map(field => String(field.type)),
    ['Int64', 'Float64', 'Utf8', 'Bool', 'Timestamp<MILLISECOND>', 'Int32'],
  )
  const row = table.get(4999)!.toJSON()
  assert.deepEqual(row, { i: 4999n, f: 4999, s: 'x4999', b: false, t: Date.UTC(2001, 0, 1), n: 4999 })
  assert.equal(table.getChild('n')!.nullCount, 1)
})

test('written to Parquet and read again', async () => {
  await read('data/flights.parquet').writeParquet('data/copy.parquet')
  const copy = read(join('data', 'copy.parquet'))
  assert.equal(await copy.count(), nFlights)
  assert.equal(
    await sql`select * from ${copy} except select * from ${read('data/flights.parquet')}`.count(),
    0,
  )
})
