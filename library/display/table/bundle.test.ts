import assert from 'node:assert/strict'
import test from 'node:test'
import { tableBundle, viewMessage } from './bundle.ts'
import { toCell, toColumnCell } from './cells.ts'

const view = (values: readonly unknown[], type = 'float') => ({
  columns: [{ name: 'x', type, value: (row: number) => values[row] }],
  nRows: values.length,
})

test('statistics of numbers: missing, distinct, moments, a histogram that covers all', () => {
  const [column] = viewMessage(view([1, 2, 2, 4, null, NaN, Infinity])).columns
  assert.deepEqual([column!.nNull, column!.nDistinct], [2, 4])
  assert.deepEqual([column!.histogram!.min, column!.histogram!.max, column!.mean], [1, 4, 2.25])
  assert.equal(
    column!.histogram!.counts.reduce((a, b) => a + b),
    4,
  )
})

test('statistics of text: the most frequent first', () => {
  const [column] = viewMessage(view(['b', 'a', 'b', null], 'string')).columns
  assert.deepEqual(column!.top, [
    { value: 'b', count: 2 },
    { value: 'a', count: 1 },
  ])
})

test('a large table is a page, whose statistics say what they were computed from', () => {
  const nRows = 1_000_000
  const columns = [{ name: 'x', type: 'int', value: (row: number) => row }]
  const message = viewMessage({ columns, nRows })
  assert.deepEqual([message.rows.length, message.nRows, message.truncated], [100, nRows, true])
  assert.ok(JSON.stringify(message).length < 10_000)
  assert.equal(message.statisticsRows, 10_000)
  assert.equal(
    message.columns[0]!.histogram!.counts.reduce((a, b) => a + b),
    10_000,
  )
})

test('however wide and long the text, a message stays small', () => {
  const columns = Array.from({ length: 1000 }, (_, i) => ({
    name: `column ${i}`,
    type: 'string',
    value: (row: number) => `${row}${'long '.repeat(1000)}`,
  }))
  const message = viewMessage({ columns, nRows: 100_000 })
  assert.deepEqual([message.columns.length, message.nColumns, message.truncated], [200, 1000, true])
  const bundle = tableBundle(message)
  assert.ok(JSON.stringify(bundle).length < 1_500_000)
  assert.ok(String(bundle['text/html']).length < 250_000)
  assert.ok(String(bundle['text/plain']).split('\n').every(text => text.length < 250)) // prettier-ignore
})

test('values as JSON can say them', () => {
  assert.deepEqual(
    [1n, NaN, Infinity, new Date(0), new Uint8Array([255]), { a: 1n }, 'x'.repeat(600), undefined].map(value => toCell(value)), // prettier-ignore
    ['1', 'NaN', 'Infinity', '1970-01-01T00:00:00.000Z', '0xff', '{"a":"1"}', `${'x'.repeat(500)}…`, null],
  )
  assert.equal(toColumnCell(0, 'date'), '1970-01-01')
})

test('text: aligned, missing values visible, wide characters counted', () => {
  const rows = [['東京', 1.5], ['a\nb', null], ['', -20]] as const // prettier-ignore
  const message = viewMessage({
    columns: [
      { name: 'city', type: 'string', value: row => rows[row]![0] },
      { name: 'x', type: 'float', value: row => rows[row]![1] },
    ],
    nRows: 3,
  })
  assert.equal(
    tableBundle(message)['text/plain'],
    ['city     x', '東京   1.5', 'a b   null', '       -20', '3 rows × 2 columns'].join('\n'),
  )
})

test('HTML: escaped, numbers to the right, missing values visible, a caption', () => {
  const html = String(tableBundle(viewMessage({ ...view(['<b>&"', null], '<i>'), nRows: 2 }))['text/html'])
  assert.ok(html.includes('&lt;b&gt;&amp;&quot;') && !html.includes('<b>') && !html.includes('<i>'))
  assert.match(html, /<caption[^>]*>2 rows × 1 column<\/caption>/)
  assert.match(html, /<em[^>]*>null<\/em>/)
  assert.match(String(tableBundle(viewMessage(view([1])))['text/html']), /<td align="right"[^>]*>1<\/td>/)
})
