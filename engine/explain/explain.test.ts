import assert from 'node:assert/strict'
import test from 'node:test'
import type { Value } from '../../language/index.ts'
import { scoresOf } from '../estimators/predict.ts'
import type { FittedModel, FittedParameters } from '../types.ts'
import { backgroundOf } from './background.ts'
import { explainExample } from './contributions.ts'
import { encodeExamples, type ExampleRow, type Examples } from './examples.ts'
import { gainImportance } from './gain.ts'
import { partialDependence } from './partial-dependence.ts'
import { permutationImportance } from './permutation.ts'

const plain = { impute: 0, center: 0, scale: 1 }

/** Features: distance, noise (its weight is 0), carrier (AA, DL) and, of mixed effects, effects per origin. */
function modelOf(
  parameters: FittedParameters,
  label: FittedModel['label'] = { kind: 'number' },
): FittedModel {
  return {
    fittedVersion: 2,
    model: 'delay',
    algorithm: 'linear_regression',
    label,
    features: [
      { kind: 'numeric', name: 'distance', ...plain },
      { kind: 'numeric', name: 'noise', ...plain },
      { kind: 'category', name: 'carrier', encoding: 'one_hot', categories: ['AA', 'DL'] },
    ],
    columns: { numbers: [{ feature: 0 }, { feature: 1 }], codes: [2] },
    parameters,
    keys:
      parameters.kind === 'mixed'
        ? [{ source: { kind: 'column', name: 'origin' }, values: ['BOI', 'SEA'] }]
        : [],
  }
}

const score = { intercept: 1, numbers: [2, 0], categories: [[3, -1, 0]] }
const linear = modelOf({ kind: 'linear', link: 'identity', scores: [score] })
const mixed = modelOf({
  kind: 'mixed',
  link: 'identity',
  fixed: score,
  random: [{ nCoefficients: 2, intercept: true, slopes: [0], values: [0.5, 1, -2, 0.25] }],
})
const trees = modelOf({
  kind: 'trees',
  link: 'identity',
  initial: [0.5],
  trees: [
    {
      column: [0, 2, 0, -1, -1, -1, -1],
      threshold: [2, 0, 4, 0, 0, 0, 0],
      members: [null, [1], null, null, null, null, null],
      missingLeft: [false, false, false, false, false, false, false],
      left: [1, 3, 5, -1, -1, -1, -1],
      right: [2, 4, 6, -1, -1, -1, -1],
      value: [0, 0, 0, 5, 1, -2, 4],
      gain: [9, 2, 1, 0, 0, 0, 0],
      nRows: [12, 5, 7, 2, 3, 4, 3],
    },
  ],
})
const network = modelOf({
  kind: 'network',
  link: 'identity',
  activation: 'relu',
  nCategories: [2],
  layers: [
    { nInputs: 5, nOutputs: 2, weights: [1, -1, 0, 0, 2, 0, -1, 1, 0, 0], bias: [0, 1] },
    { nInputs: 2, nOutputs: 1, weights: [1, 2], bias: [0.25] },
  ],
  center: 1,
  scale: 2,
})

const rowOf = (
  distance: number | null,
  noise: number,
  carrier: string | null,
  origin: string,
): ExampleRow => ({
  values: [distance, noise, carrier],
  row: { origin },
  label: 0,
})

/** Rows whose label is the linear model's prediction. */
const examples: Examples = (() => {
  const rows = Array.from({ length: 400 }, (_, i) =>
    rowOf((i * 7) % 11, (i * 5) % 13, ['AA', 'DL', 'WN'][(i * i) % 3]!, ['BOI', 'SEA', 'XYZ'][i % 3]!),
  )
  const labels = scoresOf(linear.parameters, encodeExamples(linear, rows))
  return { split: 'test', rows: rows.map((row, i) => ({ ...row, label: labels[i]! })), groups: {} }
})()

const near = (actual: number, expected: number, tolerance = 1e-9): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} and ${expected}`)

const explain = (fitted: FittedModel, row: ExampleRow) => {
  const background = backgroundOf(fitted, encodeExamples(fitted, examples.rows))
  return explainExample(fitted, { background }, row)[0]!
}

for (const [name, fitted] of Object.entries({ linear, mixed, trees, network }))
  test(`contributions to a ${name} model's score and the base sum to it`, () => {
    for (const row of [rowOf(3, 1, 'AA', 'SEA'), rowOf(9, -4, 'DL', 'XYZ'), rowOf(0, 0, null, 'BOI')]) {
      const { base, score: z, contributions } = explain(fitted, row)
      near(
        contributions.reduce((sum, { contribution }) => sum + contribution, base),
        z,
      )
      near(z, scoresOf(fitted.parameters, encodeExamples(fitted, [row]))[0]!)
      near(contributions.find(({ name: of }) => of === 'noise')!.contribution, 0)
    }
  })

test('a linear contribution is the weight times the distance from the mean', () => {
  const rows = encodeExamples(linear, examples.rows)
  const mean = rows.numbers[0]!.reduce((sum, x) => sum + x, 0) / rows.nRows
  const [distance] = explain(linear, rowOf(8, 0, 'AA', 'SEA')).contributions
  assert.deepEqual({ ...distance, contribution: 0 }, { name: 'distance', value: 8, contribution: 0 })
  near(distance!.contribution, 2 * (8 - mean))
})

test('random effects are a contribution of their own', () => {
  const at = (origin: string) => explain(mixed, rowOf(2, 0, 'AA', origin)).contributions.at(-1)!
  assert.equal(at('SEA').name, 'per origin')
  assert.equal(at('SEA').value, 'SEA')
  near(at('BOI').contribution - at('XYZ').contribution, 0.5 + 2)
})

/** Shapley's formula over all sets of known columns. */
test("contributions to trees are Shapley's", () => {
  assert.ok(trees.parameters.kind === 'trees')
  const [tree] = trees.parameters.trees
  const row = encodeExamples(trees, [rowOf(1, 0, 'DL', 'SEA')])
  const expectation = (known: ReadonlySet<number>, node = 0): number => {
    const [left, right, column] = [tree!.left[node]!, tree!.right[node]!, tree!.column[node]!]
    if (left < 0) return tree!.value[node]!
    const isLeft =
      column === 2
        ? tree!.members[node]!.includes(row.codes[0]![0]! + 1)
        : row.numbers[column]![0]! <= tree!.threshold[node]!
    if (known.has(column)) return expectation(known, isLeft ? left : right)
    const [n, m] = [tree!.nRows[left]!, tree!.nRows[right]!]
    return (n * expectation(known, left) + m * expectation(known, right)) / (n + m)
  }
  const only = (c: number, other: number) =>
    (expectation(new Set([c])) -
      expectation(new Set()) +
      expectation(new Set([c, other])) -
      expectation(new Set([other]))) /
    2
  const { base, contributions } = explain(trees, rowOf(1, 0, 'DL', 'SEA'))
  near(base, 0.5 + expectation(new Set()))
  near(contributions[0]!.contribution, only(0, 2))
  near(contributions[2]!.contribution, only(2, 0))
})

test('what a model does not use has no importance; what it uses most is first', async () => {
  const { value, features } = await permutationImportance(linear, examples, { metric: { metric: 'rmse' } })
  near(value, 0)
  assert.deepEqual(
    features.map(({ name }) => name),
    ['distance', 'carrier', 'noise'],
  )
  const [distance, carrier, noise] = features
  assert.deepEqual(noise, { name: 'noise', importance: 0, low: 0, high: 0 })
  // Of two rows drawn anew the mean squared difference is twice the variance, here 4 · 10 = 40 of 0 … 10.
  near(distance!.importance, Math.sqrt(2 * 4 * 10), 0.5)
  assert.ok(distance!.low < distance!.importance && distance!.importance < distance!.high)
  assert.ok(carrier!.low > 0)
})

test('importance follows from the seed, and keys of random effects have one', async () => {
  const of = async (seed: number) =>
    await permutationImportance(mixed, examples, { metric: { metric: 'mae' }, seed, repeats: 3 })
  assert.deepEqual(await of(1), await of(1))
  assert.notDeepEqual(await of(1), await of(2))
  assert.ok((await of(1)).features.some(({ name }) => name === 'origin'))
})

test('a metric that is not defined on the rows is refused, and a cancelled one ends', async () => {
  const none = { ...examples, rows: [] }
  await assert.rejects(permutationImportance(linear, none, { metric: { metric: 'rmse' } }), {
    code: 'ENG010',
  })
  await assert.rejects(permutationImportance(linear, examples, { metric: { metric: 'auc' } }), {
    code: 'ENG010',
  })
  const signal = AbortSignal.abort(new Error('enough'))
  await assert.rejects(
    permutationImportance(linear, examples, { metric: { metric: 'rmse' }, signal }),
    /enough/,
  )
})

test('partial dependence of a linear model is a line, of a category a step per value', () => {
  const { kind, curves } = partialDependence(linear, examples, { feature: 'distance' })
  assert.equal(kind, 'numeric')
  const { points } = curves[0]!
  assert.deepEqual(
    points.map(({ value }) => value),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  )
  points.forEach(({ mean, low, high }) => assert.ok(low <= mean && mean <= high))
  for (let i = 1; i < points.length; i++) near(points[i]!.mean - points[i - 1]!.mean, 2)

  const carriers = partialDependence(linear, examples, { feature: 'carrier' }).curves[0]!.points
  assert.deepEqual(
    carriers.map(({ value }): Value => value),
    ['AA', 'DL', null],
  )
  near(carriers[0]!.mean - carriers[1]!.mean, 4)
})

test('of classes there is a curve per class', () => {
  const of = modelOf(
    { kind: 'linear', link: 'logistic', scores: [score] },
    { kind: 'classes', classes: ['late', 'on time'] },
  )
  const { curves } = partialDependence(of, examples, { feature: 'distance', points: 3 })
  assert.deepEqual(
    curves.map(curve => curve.class),
    ['late', 'on time'],
  )
  near(curves[0]!.points[0]!.mean + curves[1]!.points[0]!.mean, 1)
  assert.equal(explain(of, examples.rows[0]!).class, 'on time')
})

test('a feature that is none is refused', () => {
  assert.throws(() => partialDependence(linear, examples, { feature: 'weather' }), { code: 'ENG010' })
})

test('gain is what the splits on a feature lowered the loss by', () => {
  assert.deepEqual(gainImportance(trees), [
    { name: 'distance', share: 10 / 12, nSplits: 2 },
    { name: 'carrier', share: 2 / 12, nSplits: 1 },
    { name: 'noise', share: 0, nSplits: 0 },
  ])
  assert.equal(gainImportance(linear), undefined)
})
