import assert from 'node:assert/strict'
import test from 'node:test'
import { balanceClasses, type EncodedRows } from './dataset.ts'
import { fitLogisticRegression, predictLogistic, type LogisticModel } from './logistic-regression.ts'

const settings = { l2: 1, l1: 0, maxIterations: 500, tolerance: 1e-8 }

function generate(nRows: number): EncodedRows {
  const a = Float64Array.from({ length: nRows }, (_, i) => Math.sin(i * 1.7) * 2)
  const b = Float64Array.from({ length: nRows }, (_, i) => Math.cos(i * 0.37))
  const code = Int32Array.from({ length: nRows }, (_, i) => ((i * 7) % 4) - 1)
  const label = Float64Array.from({ length: nRows }, (_, i) =>
    a[i]! - b[i]! + code[i]! + 3 * Math.sin(i * i) > 0.5 ? 1 : 0,
  )
  return { nRows, numbers: [a, b], codes: [code], label, groups: [] }
}

/** The penalized negative log likelihood, written down plainly. */
function objective(rows: EncodedRows, { intercept, numbers, categories }: LogisticModel, l1: number): number {
  const penalty = (w: number) => (w * w) / 2 + l1 * Math.abs(w)
  let sum = [...numbers, ...categories.flatMap(w => [...w])].reduce((total, w) => total + penalty(w), 0)
  predictLogistic({ intercept, numbers, categories }, rows).forEach(
    (p, i) => (sum -= Math.log(rows.label[i] === 1 ? p : 1 - p)),
  )
  return sum
}

for (const l1 of [0, 5])
  test(`no step away from the fit lowers the objective (l1 ${l1})`, async () => {
    const rows = generate(500)
    const model = await fitLogisticRegression({ ...settings, l1 }, rows, { nCategories: [3] })
    assert.ok(model.converged)
    const least = objective(rows, model, l1)
    assert.ok(Math.abs(least - model.objective) < 1e-6)
    for (const delta of [1e-3, -1e-3]) {
      assert.ok(objective(rows, { ...model, intercept: model.intercept + delta }, l1) > least)
      const moved = (w: Float64Array, j: number) => w.map((v, k) => (k === j ? v + delta : v))
      for (let j = 0; j < 2; j++)
        assert.ok(objective(rows, { ...model, numbers: moved(model.numbers, j) }, l1) > least)
      for (let j = 0; j < 4; j++)
        assert.ok(objective(rows, { ...model, categories: [moved(model.categories[0]!, j)] }, l1) > least)
    }
  })

test('complete one-hot columns beside the intercept take few iterations', async () => {
  const model = await fitLogisticRegression({ ...settings, l2: 0.01 }, generate(5000), { nCategories: [3] })
  assert.ok(model.converged)
  assert.ok(model.iterations < 25, `${model.iterations} iterations`)
})

for (const l1 of [0, 5])
  test(`a whole weight is as good as so many rows (l1 ${l1})`, async () => {
    const rows = generate(500)
    const weights = Float64Array.from({ length: 500 }, (_, i) => 1 + (i % 3))
    const indices = Array.from({ length: 500 }, (_, i) => new Array<number>(weights[i]!).fill(i)).flat()
    const repeated: EncodedRows = {
      nRows: indices.length,
      numbers: rows.numbers.map(column => Float64Array.from(indices, i => column[i]!)),
      codes: rows.codes.map(column => Int32Array.from(indices, i => column[i]!)),
      label: Float64Array.from(indices, i => rows.label[i]!),
      groups: [],
    }
    const weighted = await fitLogisticRegression(
      { ...settings, l1 },
      { ...rows, weights },
      { nCategories: [3] },
    )
    const plain = await fitLogisticRegression({ ...settings, l1 }, repeated, { nCategories: [3] })
    assert.ok(Math.abs(weighted.objective - plain.objective) < 1e-6)
    const all = (model: LogisticModel) => [model.intercept, ...model.numbers, ...model.categories[0]!]
    all(weighted).forEach((w, j) =>
      assert.ok(Math.abs(w - all(plain)[j]!) < 1e-5, `${w} and ${all(plain)[j]}`),
    )
  })

test('balanced classes have the same weight in sum', () => {
  const { label, weights } = balanceClasses(generate(500), 2)
  const sum = (of: number) => label.reduce((total, y, i) => total + (y === of ? weights![i]! : 0), 0)
  assert.ok(Math.abs(sum(0) - 250) < 1e-9)
  assert.ok(Math.abs(sum(1) - 250) < 1e-9)
})

test('an absolute penalty makes weights exactly zero', async () => {
  const rows = generate(500)
  const model = await fitLogisticRegression({ ...settings, l1: 60 }, rows, { nCategories: [3] })
  assert.ok(model.converged)
  assert.ok([...model.numbers, ...model.categories[0]!].filter(w => w === 0).length >= 2)
})

test('a fit can be cancelled', async () => {
  const signal = AbortSignal.abort(new Error('enough'))
  await assert.rejects(fitLogisticRegression(settings, generate(100), { nCategories: [3], signal }), /enough/)
})
