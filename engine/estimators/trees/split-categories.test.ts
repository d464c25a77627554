import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRandom } from './sampling.ts'
import { bestGrouping } from './split-categories.ts'

const options = { l1: 0, l2: 1, minRows: 1, minGain: 0 }

function sumsOf(cells: readonly (readonly [gradient: number, curvature: number, nRows: number])[]) {
  const sum = (k: 0 | 1 | 2) => cells.reduce((s, cell) => s + cell[k], 0)
  return {
    sums: { decoded: Float64Array.from(cells.flat()), nBins: cells.length },
    total: { gradient: sum(0), curvature: sum(1), nRows: sum(2) },
  }
}

test('of many categories as heavy as each other, the best of all divisions', () => {
  const random = createRandom(1, 0)
  for (let trial = 0; trial < 20; trial++) {
    const cells = Array.from({ length: 9 }, () => [20 * (random() - 0.5), 50, 50] as const)
    const { sums, total } = sumsOf(cells)
    const score = (g: number, h: number) => g ** 2 / (h + options.l2 + 10)
    let best = -Infinity
    for (let subset = 1; subset < 511; subset++) {
      const left = cells.filter((_, k) => (subset >> k) & 1)
      const g = left.reduce((s, cell) => s + cell[0], 0)
      const h = left.length * 50
      const gain = score(g, h) + score(total.gradient - g, 450 - h) - score(total.gradient, 450)
      best = Math.max(best, gain)
    }
    const found = bestGrouping(sums, total, options)!
    assert.ok(Math.abs(found.gain - best) < 1e-9)
  }
})

test('a category of too few rows to know it is not split off for its noise', () => {
  const { sums, total } = sumsOf([
    [-6, 0.2, 1],
    [-2, 50, 200],
    [1, 50, 200],
    [2, 50, 200],
    [1, 50, 200],
    [-1, 50, 200],
  ])
  const { left, right } = bestGrouping(sums, total, options)!
  assert.ok(Math.min(left.nRows, right.nRows) >= 200)
  assert.equal(left.nRows + right.nRows, total.nRows)
})

test('the smaller group goes left; bins without rows go right', () => {
  const { sums, total } = sumsOf([
    [0, 0, 0],
    [9, 10, 40],
    [8, 10, 40],
    [-9, 10, 40],
    [0, 0, 0],
  ])
  const { goesLeft } = bestGrouping(sums, total, options)!
  assert.deepEqual([...goesLeft], [0, 0, 0, 1, 0])
})

test('nothing where a side would be too small, or nothing is gained', () => {
  const two = sumsOf([
    [9, 10, 40],
    [-9, 10, 4],
  ])
  assert.equal(bestGrouping(two.sums, two.total, { ...options, minRows: 5 }), undefined)
  assert.equal(bestGrouping(two.sums, two.total, { ...options, minGain: 100 }), undefined)
  const one = sumsOf([[9, 10, 40]])
  assert.equal(bestGrouping(one.sums, one.total, options), undefined)
})
