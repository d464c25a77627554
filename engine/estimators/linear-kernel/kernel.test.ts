import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { kernelModule } from '../../../scripts/wasm.ts'
import { createKernel } from './kernel.ts'

test('the compiled kernel is that of kernel.wat: run `node scripts/wasm.ts` after a change', async () => {
  const written = await readFile(join(import.meta.dirname, 'kernel-wasm.ts'), 'utf8')
  assert.equal(written, await kernelModule(import.meta.dirname))
})

/** Numbers that no sum is exact of. */
const number = (i: number) => Math.sin(12.9898 * (i + 1)) * 2

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-13): void {
  assert.equal(actual.length, expected.length)
  for (let i = 0; i < expected.length; i++)
    assert.ok(
      Math.abs(actual[i]! - expected[i]!) <= tolerance * Math.max(1, Math.abs(expected[i]!)),
      `${i}: ${actual[i]}, expected ${expected[i]}`,
    )
}

/** k columns of n rows, spare rows between them that no result may depend on. */
function prepare(n: number, k: number) {
  const stride = n + 6
  const { kernel, buffers } = createKernel({
    x: stride * k,
    v: n,
    z: n,
    factors: k,
    sums: k * k,
  })
  buffers.x.forEach((_, i) => (buffers.x[i] = i % stride < n ? number(i) : NaN))
  buffers.v.forEach((_, i) => (buffers.v[i] = number(1000 + i)))
  buffers.factors.forEach((_, j) => (buffers.factors[j] = number(2000 + j)))
  const column = (j: number) => Array.from(buffers.x.subarray(j * stride, j * stride + n))
  const columns = [buffers.x.byteOffset, 8 * stride, k, n] as const
  return { kernel, buffers, column, columns }
}

for (const [n, k] of [
  [4, 4],
  [8, 12],
  [100, 8],
] as const) {
  test(`scores, sums and products of ${k} columns of ${n} rows`, () => {
    const { kernel, buffers, column, columns } = prepare(n, k)
    const { v, z, factors, sums } = buffers
    const js = Array.from({ length: k }, (_, j) => j)
    const rows = Array.from({ length: n }, (_, i) => i)

    z.fill(0.5)
    kernel.score(...columns, factors.byteOffset, z.byteOffset)
    close(
      z,
      rows.map(i => js.reduce((sum, j) => sum + factors[j]! * column(j)[i]!, 0.5)),
    )

    sums.fill(0.25)
    kernel.dot(...columns, v.byteOffset, sums.byteOffset)
    close(
      sums.subarray(0, k),
      js.map(j => rows.reduce((sum, i) => sum + v[i]! * column(j)[i]!, 0.25)),
    )

    sums.fill(0.25)
    kernel.products(...columns, sums.byteOffset)
    for (const j of js)
      close(
        sums.subarray(j * k, j * k + j + 1),
        js.slice(0, j + 1).map(l => rows.reduce((sum, i) => sum + column(j)[i]! * column(l)[i]!, 0.25)),
      )
  })
}

test('nothing of no rows and no columns', () => {
  const { kernel, buffers, columns } = prepare(4, 4)
  const [x, stride] = columns
  const { v, z, factors, sums } = buffers
  for (const [k, n] of [
    [0, 4],
    [4, 0],
  ] as const) {
    kernel.score(x, stride, k, n, factors.byteOffset, z.byteOffset)
    kernel.dot(x, stride, k, n, v.byteOffset, sums.byteOffset)
    kernel.products(x, stride, k, n, sums.byteOffset)
  }
  for (const buffer of [z, sums]) assert.ok(buffer.every(value => value === 0))
})

test('log loss and its derivative, of scores of any size', () => {
  const scores = [
    0, -0, 1e-300, 0.3, -0.3, 1, -1, 5, -7, 20, -36.7, 40, 700, -707, -709, 745, -800, 1e5, -1e300,
  ]
  for (let i = 0; scores.length < 1000; i++) scores.push(number(i) * 20)
  const label = scores.map((_, i) => (i >> 1) % 2)
  const { kernel, buffers } = createKernel({ z: 1000, y: 1000, product: 1 })
  for (let from = 0; from < scores.length; from += 4) {
    buffers.z.set(scores.slice(from, from + 4))
    buffers.y.set(label.slice(from, from + 4))
    const sum = kernel.logistic(buffers.z.byteOffset, buffers.y.byteOffset, 4, buffers.product.byteOffset)
    const expected = scores.slice(from, from + 4).map((z, i) => ({
      loss: Math.max(z, 0) - label[from + i]! * z + Math.log1p(Math.exp(-Math.abs(z))),
      slope: (z > 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z))) - label[from + i]!,
    }))
    close(
      [sum + Math.log(buffers.product[0]!)],
      [expected.reduce((total, { loss }) => total + loss, 0)],
      4e-16 * 8,
    )
    // Of the probability of the less likely class, too, the digits are right.
    expected.forEach(({ slope }, i) => {
      const off = Math.abs(buffers.z[i]! - slope)
      assert.ok(off <= 8e-16 * Math.abs(slope) + 1e-307, `at ${scores[from + i]}: ${buffers.z[i]}, ${slope}`)
    })
  }
})

test('the product over a thousand rows is finite, and a score that is not a number shows', () => {
  const { kernel, buffers } = createKernel({ z: 1000, y: 1000, product: 1 })
  const { z, y, product } = buffers
  assert.equal(kernel.logistic(z.byteOffset, y.byteOffset, 1000, product.byteOffset), 0)
  assert.equal(product[0], 2 ** 1000)
  z.fill(1)
  z[7] = NaN
  assert.ok(Number.isNaN(kernel.logistic(z.byteOffset, y.byteOffset, 8, product.byteOffset)))
  assert.ok(Number.isNaN(z[7]))
})
