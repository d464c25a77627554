import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TreesParameters } from '../estimator.ts'
import { fitBoostedTrees, type BoostRows } from './boost.ts'
import { contributionsOf, gainOf } from './contributions.ts'
import { sideReader } from './predict.ts'
import { quadrature } from './quadrature.ts'
import { defaults, makeRows } from './testing.ts'

async function parametersOf(training: BoostRows, options = {}, nClasses?: number) {
  const data = { training, nCategories: training.codes.map(() => 9), ...(nClasses && { nClasses }) }
  const fitted = await fitBoostedTrees({ ...defaults, ...options }, data)
  const parameters: TreesParameters = { kind: 'trees', link: 'identity', ...fitted }
  return { parameters, scores: fitted.scores }
}

const close = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-9, `${a} and ${b}`)

/** By the definition: what a column adds, on average over all orders in which columns become known. */
function byOrders({ trees }: TreesParameters, rows: BoostRows, row: number): number[] {
  const n = rows.numbers.length + rows.codes.length
  const sides = trees.map(tree => {
    const of = new Uint8Array(tree.left.length)
    sideReader(tree, rows)(row, of)
    return of
  })
  const expected = (known: number): number =>
    trees.reduce((sum, tree, t) => {
      const at = (node: number): number => {
        const [left, right] = [tree.left[node]!, tree.right[node]!]
        if (left < 0) return tree.value[node]!
        if ((known >> tree.column[node]!) & 1) return at(sides[t]![node] ? left : right)
        return (at(left) * tree.nRows[left]! + at(right) * tree.nRows[right]!) / tree.nRows[node]!
      }
      return sum + at(0)
    }, 0)
  const factorial = (k: number): number => (k < 2 ? 1 : k * factorial(k - 1))
  return Array.from({ length: n }, (_, j) => {
    let sum = 0
    for (let known = 0; known < 1 << n; known++) {
      if ((known >> j) & 1) continue
      const size = known.toString(2).replaceAll('0', '').length
      const weight = (factorial(size) * factorial(n - 1 - size)) / factorial(n)
      sum += weight * (expected(known | (1 << j)) - expected(known))
    }
    return sum
  })
}

test('contributions are the Shapley values of their definition', async () => {
  const rows = makeRows({ nRows: 120, nNumbers: 4, nCategories: [9, 3], missing: 0.2 })
  const { parameters } = await parametersOf(rows, { maxLeaves: 12, trees: 3 })
  const { values } = contributionsOf(parameters, rows)
  for (const row of [0, 17, 60, 119])
    byOrders(parameters, rows, row).forEach((expected, j) => close(values[row * 6 + j]!, expected))
})

test('contributions and base sum up to the score', async () => {
  for (const [shape, options, nClasses] of [
    [{ nRows: 300, missing: 0.2, nCategories: [9] }, {}, undefined],
    [{ nRows: 300, nNumbers: 5, label: 'softmax' }, { loss: 'softmax' }, 3],
    [{ nRows: 300, nNumbers: 30 }, { maxLeaves: 100, minRows: 1, maxDepth: 64 }, undefined],
  ] as const) {
    const rows = makeRows(shape)
    const { parameters, scores } = await parametersOf(rows, options, nClasses)
    const { base, values } = contributionsOf(parameters, rows)
    const nColumns = rows.numbers.length + rows.codes.length
    scores.forEach((score, at) => {
      const sum = values.subarray(at * nColumns, (at + 1) * nColumns).reduce((s, v) => s + v, 0)
      close(base[at % base.length]! + sum, score)
    })
  }
})

test('gain is of the columns that are split', async () => {
  const rows = makeRows({ nRows: 300, nNumbers: 2 })
  const useless = new Float64Array(300).fill(1)
  const { parameters } = await parametersOf({ ...rows, numbers: [useless, ...rows.numbers] })
  const gain = gainOf(parameters, 3)
  assert.equal(gain[0], 0)
  assert.ok(gain[1]! > 0 && gain[2]! > 0)
  const total = parameters.trees.reduce((sum, tree) => sum + tree.gain.reduce((s, g) => s + g, 0), 0)
  close(gain[1]! + gain[2]!, total)
})

test('quadrature integrates polynomials', () => {
  for (let n = 1; n <= 32; n++)
    for (let degree = 0; degree < 2 * n; degree++)
      close(
        quadrature(n).reduce((sum, { at, weight }) => sum + weight * at ** degree, 0),
        1 / (degree + 1),
      )
})
