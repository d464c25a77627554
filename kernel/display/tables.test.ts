import assert from 'node:assert/strict'
import test from 'node:test'
import { Decimal, Table, tableFromArrays, TimestampMicrosecond, vectorFromArray } from 'apache-arrow'
import { tableMime, type TableMessage } from '../../library/display/messages.ts'
import { arrowView } from './arrow.ts'
import { formatValue } from './format.ts'

const show = async (value: unknown) => {
  const { data } = (await formatValue(value))!
  return { message: data[tableMime] as TableMessage, data }
}

test('an Arrow table', async () => {
  const table = tableFromArrays({ n: [1, 2], s: ['a', null], t: [new Date(0), new Date(1)] })
  const { message, data } = await show(table)
  assert.deepEqual(
    message.columns.map(({ name, type, nNull }) => [name, type, nNull]),
    [
      ['n', 'float', 0],
      ['s', 'string', 1],
      ['t', 'timestamp', 0],
    ],
  )
  assert.deepEqual(message.rows[0], [1, 'a', '1970-01-01T00:00:00.000Z'])
  assert.equal(
    data['text/plain'],
    [
      'n  s     t',
      '1  a     1970-01-01 00:00',
      '2  null  1970-01-01 00:00:00.001',
      '2 rows × 3 columns',
    ].join('\n'),
  )
})

test('Arrow types: exact decimals, microseconds, integers of 64 bits, nested values, dictionaries', async () => {
  const table = new Table({
    money: vectorFromArray([new Uint32Array([12345, 0, 0, 0]), null], new Decimal(2, 18, 128)),
    at: vectorFromArray([new Date(86_400_000), null], new TimestampMicrosecond()),
    big: vectorFromArray([2n ** 60n, -1n]),
    nested: vectorFromArray([{ a: 1 }, { a: 2 }]),
    word: vectorFromArray(['x', null]),
  })
  const { message } = await show(table)
  assert.deepEqual(
    message.columns.map(({ type }) => type),
    ['decimal', 'timestamp', 'int', 'json', 'string'],
  )
  assert.deepEqual(message.rows, [
    ['123.45', '1970-01-02T00:00:00.000Z', '1152921504606846976', '{"a":1}', 'x'],
    [null, null, '-1', '{"a":2}', null],
  ])
})

test('what Arrow holds in bulk is what it gives value by value', () => {
  const chunk = (from: number) =>
    tableFromArrays({
      i: Int32Array.from([from, -from]),
      big: BigInt64Array.from([BigInt(from), 7n]),
      f: [from / 2, null],
      d: [new Date(from), null],
      s: [`s${from}`, null],
    })
  const view = arrowView(chunk(1).concat(chunk(1000)) as never)
  for (const column of view.columns) {
    const bulk = column.bulk?.()
    assert.ok(bulk, column.name)
    for (let row = 0; row < view.nRows; row++) {
      const value = column.value(row)
      if (bulk.kind === 'codes') assert.equal(bulk.values[bulk.codes[row]!] ?? null, value)
      else assert.equal(bulk.values[row], value === null ? NaN : Number(value), `${column.name} ${row}`)
    }
  }
})

test('regular arrays of plain objects are tables, other arrays are text', async () => {
  const rows = Array.from({ length: 20 }, (_, i) => ({ id: i, at: new Date(i), tag: i % 3 ? 'a' : null }))
  const { message, data } = await show(rows)
  assert.deepEqual(
    message.columns.map(({ name, type }) => [name, type]),
    [['id', 'int'], ['at', 'timestamp'], ['tag', 'string']], // prettier-ignore
  )
  assert.match(String(data['text/plain']), /^\[\n {2}\{ id: 0/)
  for (const other of [
    rows.slice(0, 4),
    Array.from({ length: 20 }, (_, i) => ({ [`key${i}`]: 1 })),
    Array.from({ length: 20 }, () => ({ deep: { a: [1] }, deeper: [{}] })),
    Array.from({ length: 20 }, () => new Map()),
    Array.from({ length: 20 }, (_, i) => i),
  ])
    assert.equal((await show(other)).message, undefined)
})

test('ten million rows are shown like ten', async () => {
  const size = 10_000_000
  const table = tableFromArrays({ a: new Float64Array(size).fill(1.5), b: new Int32Array(size) })
  const begin = performance.now()
  const { message } = await show(table)
  assert.ok(performance.now() - begin < 500)
  assert.deepEqual([message.nRows, message.rows.length], [size, 100])
  assert.ok(JSON.stringify(message).length < 20_000)
})
