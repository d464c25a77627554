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

/** Columns of n rows, spare rows between them that no result may depend on. */
function prepare(n: number, k: number) {
  const stride = n + 6
  const { kernel, buffers } = createKernel({ x: stride * k, v: n, z: n, factors: k, sums: k * k })
  buffers.x.forEach((_, i) => (buffers.x[i] = i % stride < n ? number(i) : NaN))
  buffers.v.forEach((_, i) => (buffers.v[i] = number(1000 + i)))
  buffers.factors.forEach((_, j) => (buffers.factors[j] = number(2000 + j)))
  const column = (j: number) => Array.from(buffers.x.subarray(j * stride, j * stride + n))
  const address = (j: number) => buffers.x.byteOffset + 8 * j * stride
  return { kernel, buffers, stride, column, address }
}

for (const n of [0, 4, 8, 100]) {
  const rows = Array.from({ length: n }, (_, i) => i)

  test(`scores and sums of four columns of ${n} rows`, () => {
    const { kernel, buffers, column, address } = prepare(n, 4)
    const { v, z, factors, sums } = buffers
    const columns = [address(2), address(0), address(1), address(3)] as const
    const order = [2, 0, 1, 3].map(column)
    z.fill(0.5)
    kernel.score(...columns, n, z.byteOffset, factors.byteOffset)
    close(
      z,
      rows.map(i => order.reduce((sum, x, j) => sum + factors[j]! * x[i]!, 0.5)),
    )
    sums.fill(0.25)
    kernel.dot(...columns, n, v.byteOffset, sums.byteOffset)
    close(
      sums.subarray(0, 4),
      order.map(x => rows.reduce((sum, i) => sum + v[i]! * x[i]!, 0.25)),
    )
  })

  test(`moments of a column of ${n} rows`, () => {
    const { kernel, buffers, column, address } = prepare(n, 4)
    const { v, sums } = buffers
    sums.fill(0.25)
    kernel.moments(address(1), n, 0.7, v.byteOffset, sums.byteOffset)
    const sum = (of: (x: number) => number) => column(1).reduce((total, x, i) => total + v[i]! * of(x), 0.25)
    close(sums.subarray(0, 3), [sum(x => x - 0.7), sum(x => (x - 0.7) ** 2), sum(x => x * x)])
  })

  for (const k of [0, 4, 12])
    test(`products of ${k} columns of ${n} rows`, () => {
      const { kernel, buffers, stride, column } = prepare(n, k)
      const { x, sums } = buffers
      sums.fill(0.25)
      kernel.products(x.byteOffset, 8 * stride, k, n, sums.byteOffset)
      for (let j = 0; j < k; j++)
        for (let l = 0; l <= j; l++) {
          const [a, b] = [column(j), column(l)]
          close([sums[j * k + l]!], [rows.reduce((sum, i) => sum + a[i]! * b[i]!, 0.25)])
        }
    })
}

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
