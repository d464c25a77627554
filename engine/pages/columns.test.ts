import assert from 'node:assert/strict'
import test from 'node:test'
import { loadColumn, pageCapacity, storeColumn, type Encoding } from './columns.ts'

type Column = Float64Array | Int32Array

const floats = (...values: number[]) => Float64Array.from(values)
const ints = (...values: number[]) => Int32Array.from(values)

const cases: readonly { readonly values: Column; readonly encoding: Encoding }[] = [
  { values: floats(), encoding: 'constant' },
  { values: floats(-0, -0, -0), encoding: 'constant' },
  { values: floats(NaN, NaN), encoding: 'constant' },
  { values: floats(0, 1, 255), encoding: 'uint8' },
  { values: floats(0, 256), encoding: 'uint16' },
  { values: floats(0, 65_536), encoding: 'int32' },
  { values: floats(-1, 3), encoding: 'int32' },
  { values: floats(0, -0), encoding: 'float32' },
  { values: floats(1, NaN, 3), encoding: 'float32' },
  { values: floats(0.5, -Infinity, 2 ** 31), encoding: 'float32' },
  { values: floats(0.1, 0.5), encoding: 'float64' },
  { values: floats(0.5, 0.1), encoding: 'float64' },
  { values: floats(2 ** 31 + 1, 1), encoding: 'float64' },
  { values: floats(5e-324, -1.7e308, NaN), encoding: 'float64' },
  { values: ints(-1, -1), encoding: 'constant' },
  { values: ints(0, 299), encoding: 'uint16' },
  { values: ints(-1, 299), encoding: 'int32' },
  { values: ints(2 ** 31 - 1, -(2 ** 31)), encoding: 'int32' },
]

test('a column comes back bit for bit from the smallest encoding that does so', () => {
  // One after the other in one page, after something of an odd length.
  const page = { buffer: new ArrayBuffer(pageCapacity(3, { nFloats: 20, nInts: 10 })), used: 0 }
  storeColumn(floats(1, 2, 3), page)
  const stored = cases.map(({ values }) => storeColumn(values, page))
  assert.deepEqual(
    stored.map(column => column.encoding),
    cases.map(({ encoding }) => encoding),
  )
  for (const [i, { values }] of cases.entries()) {
    const read = new (values.constructor as typeof Float64Array)(values.length).fill(7)
    loadColumn(stored[i]!, page.buffer, read)
    assert.deepEqual(bitsOf(read), bitsOf(values), `case ${i}`)
  }
})

function bitsOf({ buffer, byteLength }: Column): Uint8Array {
  return new Uint8Array(buffer, 0, byteLength)
}
