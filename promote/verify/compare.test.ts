/** Comparators: what counts as the same, per type, and what never does. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { encode } from 'fast-png'
import { compareOutputs, type Verdict } from './compare.ts'
import { sha256 } from '../version.ts'

function check(expected: unknown, actual: unknown, verdict: Verdict, difference?: RegExp): void {
  const found = compareOutputs(expected, actual)
  assert.equal(found.verdict, verdict, JSON.stringify(found))
  if (difference) assert.match(found.differences.join('\n'), difference)
  else if (verdict === 'exact' || verdict === 'tolerant') assert.deepEqual(found.differences, [])
}

test('plain values: equal, close, or different with the place', () => {
  check({ a: [1, 'x', null] }, { a: [1, 'x', null] }, 'exact')
  check({ a: 0.1 + 0.2 }, { a: 0.3 }, 'tolerant')
  check(
    { a: [1, 2] },
    { a: [1, 2.001] },
    'different',
    /\$\.a\[1\]: 2 in the notebook, 2\.001 in the pipeline/,
  )
  check([1, 2], [1, 2, 3], 'different', /\$\[2\]: nothing/)
  check({ a: 1 }, [1], 'different')
  check('a', 'b', 'different')
  check({ a: 1, b: undefined }, { a: 1 }, 'exact')
})

test('whole numbers have no last digits to forgive', () => {
  check({ madeAt: 1_795_297_332_970 }, { madeAt: 1_795_297_332_971 }, 'different', /\$\.madeAt/)
  check(-2_000_000_000, -2_000_000_001, 'different')
  check('id 1795297332970', 'id 1795297332971', 'different')
  check(2 ** 52, 2 ** 52 + 2, 'tolerant')
  check(1_795_297_332_970.5, 1_795_297_332_970.25, 'tolerant')
})

test('numbers that JSON has not', () => {
  const number = (value: string) => ({ $slipway: 'number', value })
  check(number('NaN'), number('NaN'), 'exact')
  check(number('NaN'), 1, 'different')
  check(number('Infinity'), number('-Infinity'), 'different')
  check(1e308, number('Infinity'), 'different')
  check(number('-0'), 0, 'tolerant')
})

test('typed arrays of floats number by number, of others byte by byte', () => {
  const typed = (type: string, array: ArrayBufferView) => ({
    $slipway: 'bytes',
    type,
    base64: Buffer.from(array.buffer).toString('base64'),
  })
  check(
    typed('Float64Array', new Float64Array([0.3])),
    typed('Float64Array', new Float64Array([0.1 + 0.2])),
    'tolerant',
  )
  check(
    typed('Float64Array', new Float64Array([0.3])),
    typed('Float64Array', new Float64Array([0.4])),
    'different',
  )
  check(typed('Int32Array', new Int32Array([1])), typed('Int32Array', new Int32Array([2])), 'different')
})

const columns = [
  { name: 'city', type: 'VARCHAR' },
  { name: 'delay', type: 'DOUBLE' },
]
function table(rows: readonly (readonly unknown[])[], more: object = {}) {
  return {
    $slipway: 'table',
    columns,
    nRows: rows.length,
    rows,
    rowsDigest: sha256(JSON.stringify(rows)),
    ...more,
  }
}

test('tables: schema, number of rows, rows in any order, floats with tolerance', () => {
  const rows = [
    ['Oslo', 0.3],
    ['Rome', 7],
    ['Rome', 8.5],
  ]
  check(table(rows), table(rows), 'exact')
  check(
    table(rows),
    table([
      ['Rome', 8.5],
      ['Oslo', 0.1 + 0.2],
      ['Rome', 7],
    ]),
    'tolerant',
  )
  check(
    table(rows),
    table([
      ['Oslo', 0.3],
      ['Rome', 7],
      ['Rome', 9],
    ]),
    'different',
    /row 3, delay: 8\.5/,
  )
  check(
    table(rows),
    table([
      ['Oslo', 0.3],
      ['Rome', 7],
      ['Rome', 7],
    ]),
    'different',
  )
  check(table(rows), table(rows.slice(1)), 'different', /nRows/)
  const renamed = { columns: [columns[0], { name: 'late', type: 'DOUBLE' }] }
  check(table(rows), table(rows, renamed), 'different', /columns/)
})

test('tables too large to have all rows at hand are told apart by digests, column by column', () => {
  const large = (rowsDigest: string, delay: string) =>
    table([['Oslo', 1]], { nRows: 1e6, rowsDigest, columnDigests: { city: '1', delay } })
  check(large('a', '1'), large('a', '1'), 'exact')
  check(large('a', '1'), large('b', '2'), 'different', /column delay/)
  const { rowsDigest: _, ...unknown } = large('a', '1')
  check(unknown, large('b', '2'), 'unverified')
})

test('models: metrics and coefficients within the tolerance, rows exactly', () => {
  const model = (auc: number, train = 10) => ({
    $slipway: 'model',
    model: 'late',
    rows: { train },
    metrics: { test: { auc } },
  })
  check(model(0.7), model(0.7 + 1e-9), 'tolerant')
  check(model(0.7), model(0.71), 'different', /auc/)
  check(model(0.7), model(0.7, 11), 'different', /rows/)
  check({ $slipway: 'model', model: 'm' }, { $slipway: 'model', model: 'm' }, 'unverified')
  check({ $slipway: 'model', digest: 'x' }, { $slipway: 'model', digest: 'x' }, 'exact')
})

function file(content: Uint8Array | string) {
  const bytes = Buffer.from(content)
  return {
    $slipway: 'file',
    sizeBytes: bytes.length,
    sha256: sha256(bytes),
    base64: bytes.toString('base64'),
  }
}

test('files by what is in them', () => {
  check(file('a,b\n1,0.3\n'), file('a,b\n1,0.30000000000000004\n'), 'tolerant')
  check(file('a,b\n1,2\n'), file('a,b\n1,3\n'), 'different', /line 2/)
  check(file('a,b\n1,2\n'), file('a,c\n1,2\n'), 'different', /line 1/)
  check(file('{"a":1}'), file('{ "a": 1 }\n'), 'exact')
  check(file(new Uint8Array([0xff, 1])), file(new Uint8Array([0xff, 2])), 'different', /bytes/)
  check(file('x'), undefined, 'different', /the pipeline did not write it/)
})

function png(paint: (x: number, y: number) => readonly [number, number, number], width = 40) {
  const data = new Uint8Array(width * 40 * 3)
  for (let y = 0; y < 40; y++) for (let x = 0; x < width; x++) data.set(paint(x, y), (y * width + x) * 3)
  return encode({ width, height: 40, data, channels: 3 })
}

test('images as an eye sees them', () => {
  const white = png(() => [255, 255, 255])
  check(file(white), file(white), 'exact')
  check(file(white), file(png(() => [254, 255, 255])), 'tolerant')
  check(
    file(white),
    file(png(x => (x < 20 ? [255, 0, 0] : [255, 255, 255]))),
    'different',
    /50\.0 % of the pixels/,
  )
  check(file(white), file(png(() => [255, 255, 255], 41)), 'different', /41 × 40/)
})

test('nothing is never a pass', () => {
  check(undefined, 1, 'unverified', /the notebook gave nothing/)
  check(1, undefined, 'unverified', /the pipeline gave nothing/)
  check({ $slipway: 'table' }, { $slipway: 'model' }, 'different')
})
