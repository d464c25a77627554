import assert from 'node:assert/strict'
import test from 'node:test'
import { tableFromArrays } from 'apache-arrow'
import { tableMime, type TableMessage } from '../../library/display/messages.ts'
import { formatValue } from './format.ts'
import { tableMessage, toCell } from './table.ts'

const view = (values: readonly unknown[], type = 'float') => ({
  columns: [{ name: 'x', type }],
  nRows: values.length,
  value: (row: number) => values[row],
})

test('statistics of numbers: missing, distinct, a histogram that covers all', () => {
  const [column] = tableMessage(view([1, 2, 2, 4, null, NaN])).columns
  assert.deepEqual([column!.nNull, column!.nDistinct], [2, 3])
  assert.deepEqual([column!.histogram!.min, column!.histogram!.max], [1, 4])
  assert.equal(
    column!.histogram!.counts.reduce((a, b) => a + b),
    4,
  )
})

test('statistics of text: the most frequent first', () => {
  const [column] = tableMessage(view(['b', 'a', 'b', null], 'string')).columns
  assert.deepEqual(column!.top, [
    { value: 'b', count: 2 },
    { value: 'a', count: 1 },
  ])
})

test('a large table is a page, whose statistics say what they were computed from', () => {
  const nRows = 1_000_000
  const message = tableMessage({ ...view([]), nRows, value: row => row })
  assert.deepEqual([message.rows.length, message.nRows, message.truncated], [100, nRows, true])
  assert.ok(JSON.stringify(message).length < 10_000)
  assert.equal(
    message.columns[0]!.histogram!.counts.reduce((a, b) => a + b),
    nRows,
  )
})

test('row labels are shown when they are more than the number of the row', () => {
  assert.deepEqual(tableMessage({ ...view([5]), rowLabel: row => String(row) }).rows, [[5]])
  assert.deepEqual(tableMessage({ ...view([5]), rowLabel: () => 'mean' }).rows, [['mean', 5]])
})

test('values as JSON can say them', () => {
  assert.deepEqual(
    [1n, NaN, Infinity, new Date(0), new Uint8Array([255]), { a: 1n }, 'x'.repeat(600), undefined].map(
      toCell,
    ),
    ['1', null, 'Infinity', '1970-01-01T00:00:00.000Z', '0xff', '{"a":"1"}', `${'x'.repeat(500)}…`, null],
  )
})

test('an Arrow table', async () => {
  const table = tableFromArrays({ n: [1, 2], s: ['a', null], t: [new Date(0), new Date(1)] })
  const { data } = (await formatValue(table))!
  const message = data[tableMime] as TableMessage
  assert.deepEqual(
    message.columns.map(({ name, type, nNull }) => [name, type, nNull]),
    [
      ['n', 'float', 0],
      ['s', 'string', 1],
      ['t', 'timestamp', 0],
    ],
  )
  assert.deepEqual(message.rows[0], [1, 'a', '1970-01-01T00:00:00.000Z'])
})

test('values that cannot be inspected do not fail', async () => {
  const bad = { get [Symbol.toStringTag]() { throw new Error('no') } } // prettier-ignore
  assert.match(String((await formatValue(bad))!.data['text/plain']), /cannot be inspected|display failed|\{/)
  assert.equal(await formatValue(undefined), undefined)
})

test('a Vega-Lite specification is a plot', async () => {
  const spec = { $schema: 'https://vega.github.io/schema/vega-lite/v5.json', mark: 'bar' }
  assert.deepEqual((await formatValue(spec))!.data['application/vnd.vegalite.v5+json'], spec)
})
