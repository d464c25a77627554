import assert from 'node:assert/strict'
import { test } from 'node:test'
import { factorize, withoutRow } from './products.ts'

/** Positive definite. */
const entry = (i: number, j: number) => (i === j ? 3 : 0) + Math.cos(i * j + i + j) / (1 + Math.abs(i - j))

function factorOf(rows: readonly number[]): Float64Array {
  const n = rows.length
  const matrix = new Float64Array(n * n)
  rows.forEach((i, a) => rows.forEach((j, b) => (matrix[a * n + b] = b <= a ? entry(i, j) : 0)))
  assert.ok(factorize(matrix, n))
  return matrix
}

for (const r of [0, 3, 6])
  test(`the factor without row ${r} is that of the matrix without it`, () => {
    const all = [0, 1, 2, 3, 4, 5, 6]
    const factor = factorOf(all)
    withoutRow(factor, all.length, r)
    const expected = factorOf(all.filter(i => i !== r))
    const n = all.length - 1
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++)
        assert.ok(Math.abs(factor[i * n + j]! - expected[i * n + j]!) < 1e-13, `${i}, ${j}`)
  })
