/** What holds for every estimator, whatever it learns by. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { algorithms, familyOf, withDefaults } from '../../language/algorithms.ts'
import type { AlgorithmName, Scalar } from '../../language/index.ts'
import { EngineError } from '../errors.ts'
import { plainParameters } from '../train/fitted-model.ts'
import type { EncodedRows } from './dataset.ts'
import { nScores, type Fitted, type FitRequest, type FittedLabel, type RandomEffect } from './estimator.ts'
import { estimatorFor } from './index.ts'
import { predict, scoresOf } from './predict.ts'

type LabelName = 'bool' | 'number' | 'counts' | 'two classes' | 'classes'

const labels: Readonly<Record<LabelName, FittedLabel>> = {
  bool: { kind: 'bool' },
  number: { kind: 'number' },
  counts: { kind: 'number' },
  'two classes': { kind: 'classes', classes: ['a', 'b'] },
  classes: { kind: 'classes', classes: ['a', 'b', 'c'] },
}

interface Case {
  readonly algorithm: AlgorithmName
  readonly label: LabelName
  readonly hyperparameters: Readonly<Record<string, Scalar | readonly number[]>>
}

const linear = { tolerance: 1e-8 }
const trees = { trees: 8, min_rows: 3, max_leaves: 6 }
const network = { hidden: [5], epochs: 8, batch_size: 32, learning_rate: 0.02 }
const cases: readonly Case[] = [
  { algorithm: 'linear_regression', label: 'number', hyperparameters: linear },
  { algorithm: 'linear_regression', label: 'number', hyperparameters: { ...linear, l1: 2 } },
  { algorithm: 'logistic_regression', label: 'bool', hyperparameters: linear },
  { algorithm: 'logistic_regression', label: 'two classes', hyperparameters: linear },
  { algorithm: 'logistic_regression', label: 'classes', hyperparameters: linear },
  { algorithm: 'poisson_regression', label: 'counts', hyperparameters: linear },
  { algorithm: 'mixed_effects', label: 'number', hyperparameters: { family: 'gaussian', tolerance: 1e-9 } },
  { algorithm: 'mixed_effects', label: 'bool', hyperparameters: { family: 'logistic', tolerance: 1e-9 } },
  { algorithm: 'mixed_effects', label: 'counts', hyperparameters: { family: 'poisson', tolerance: 1e-9 } },
  { algorithm: 'gradient_boosted_trees', label: 'number', hyperparameters: trees },
  { algorithm: 'gradient_boosted_trees', label: 'counts', hyperparameters: { ...trees, family: 'poisson' } },
  { algorithm: 'gradient_boosted_trees', label: 'bool', hyperparameters: trees },
  { algorithm: 'gradient_boosted_trees', label: 'two classes', hyperparameters: trees },
  { algorithm: 'gradient_boosted_trees', label: 'classes', hyperparameters: trees },
  { algorithm: 'neural_network', label: 'number', hyperparameters: network },
  { algorithm: 'neural_network', label: 'two classes', hyperparameters: network },
  { algorithm: 'neural_network', label: 'classes', hyperparameters: network },
]

const nRows = 240
const nCategories = [3, 1]

/** Rows of two numbers, a constant, two categories and a key, that depend on each other. */
function generate(label: LabelName, n = nRows): EncodedRows {
  const u = (i: number, k: number) => (Math.imul(i + 1, 2654435761 + k * 40503) >>> 0) / 2 ** 32
  const column = (of: (i: number) => number) => Float64Array.from({ length: n }, (_, i) => of(i))
  const codes = (of: (i: number) => number) => Int32Array.from({ length: n }, (_, i) => of(i))
  const first = column(i => 2 * u(i, 1) - 1)
  const second = column(i => 2 * u(i, 2) - 1)
  const city = codes(i => Math.floor(4 * u(i, 3)) - 1)
  const key = codes(i => Math.floor(6 * u(i, 4)) - 1)
  const z = (i: number) => 1.5 * first[i]! - second[i]! + [0.3, 0.5, -0.5, 0][city[i]! + 1]! + key[i]! / 5
  const values: Readonly<Record<LabelName, (i: number) => number>> = {
    number: i => z(i) + u(i, 5),
    counts: i => Math.floor(2 * Math.exp(z(i) / 2) * u(i, 5)),
    bool: i => (u(i, 5) < 1 / (1 + Math.exp(-z(i))) ? 1 : 0),
    'two classes': i => (u(i, 5) < 1 / (1 + Math.exp(-z(i))) ? 1 : 0),
    classes: i => (z(i) + u(i, 5) < 0 ? 0 : z(i) + u(i, 6) < 1 ? 1 : 2),
  }
  return {
    nRows: n,
    numbers: [first, second, column(() => 1)],
    codes: [city, codes(i => (u(i, 7) < 0.5 ? 0 : -1))],
    keys: [key],
    label: column(values[label]),
    groups: [],
  }
}

const effect: RandomEffect = {
  nKeys: 5,
  intercept: true,
  slopes: [0],
  hyperparameters: { l2: 2, min_rows: 1 },
}

function requestOf(
  { algorithm, label, hyperparameters }: Case,
  change: Partial<FitRequest> = {},
): FitRequest {
  const entry = algorithms[algorithm]
  const kind =
    label === 'classes' || label === 'two classes' ? 'category' : label === 'bool' ? 'bool' : 'float'
  const family = familyOf(entry, kind)
  const given = new Map(Object.entries({ ...(family !== undefined && { family }), ...hyperparameters }))
  return {
    training: generate(label),
    label: labels[label],
    nCategories,
    hyperparameters: withDefaults(entry.hyperparameters, given),
    ...(algorithm === 'mixed_effects' && { random: [effect] }),
    seed: 1,
    threads: 1,
    ...change,
  }
}

const fit = (each: Case, change: Partial<FitRequest> = {}): Promise<Fitted> =>
  estimatorFor(each.algorithm)(requestOf(each, change))

/** The fit of a case as it is and what it reported, once for all tests: a network starts a thread of its own. */
const standardFits = new Map<Case, ReturnType<typeof reportedFit>>()

function standardFit(each: Case): ReturnType<typeof reportedFit> {
  const known = standardFits.get(each) ?? reportedFit(each)
  standardFits.set(each, known)
  return known
}

async function reportedFit(each: Case) {
  const reported: { readonly done: number; readonly total: number }[] = []
  const fitted = await fit(each, { onProgress: progress => reported.push(progress) })
  return { fitted, reported }
}

const nameOf = ({ algorithm, label, hyperparameters }: Case) =>
  `${algorithm}${hyperparameters['l1'] === undefined ? '' : ' with l1'} of ${label}`

function take(rows: EncodedRows, indices: readonly number[]): EncodedRows {
  const floats = (column: Float64Array) => Float64Array.from(indices, i => column[i]!)
  const ints = (column: Int32Array) => Int32Array.from(indices, i => column[i]!)
  return {
    nRows: indices.length,
    numbers: rows.numbers.map(floats),
    codes: rows.codes.map(ints),
    ...(rows.keys && { keys: rows.keys.map(ints) }),
    label: floats(rows.label),
    groups: [],
  }
}

function assertClose(actual: Float64Array, expected: Float64Array, tolerance: number): void {
  assert.equal(actual.length, expected.length)
  actual.forEach((value, i) => {
    const allowed = tolerance * Math.max(1, Math.abs(expected[i]!))
    assert.ok(Math.abs(value - expected[i]!) <= allowed, `row ${i}: ${value}, expected ${expected[i]}`)
  })
}

/** Mean loss of the labels, as the link has it. */
function meanLoss(label: LabelName, predictions: Float64Array, rows: EncodedRows): number {
  const width = predictions.length / rows.nRows
  let sum = 0
  rows.label.forEach((y, i) => {
    const p = predictions[i * width]!
    if (label === 'number') sum += (y - p) ** 2 / 2
    else if (label === 'counts') sum += p - y * Math.log(Math.max(p, 1e-12))
    else if (width === 1) sum -= Math.log(y === 1 ? p : 1 - p)
    else sum -= Math.log(predictions[i * width + y]!)
  })
  return sum / rows.nRows
}

for (const each of cases) {
  const name = nameOf(each)
  const rows = generate(each.label)

  test(`${name}: shapes, progress, and better than a constant`, async () => {
    const { fitted, reported } = await standardFit(each)
    const { parameters } = fitted
    assert.equal(nScores(parameters), each.label === 'classes' ? 3 : 1)
    const predictions = predict(parameters, rows)
    assert.equal(predictions.length, nRows * nScores(parameters))
    assert.ok(predictions.every(Number.isFinite))
    if (each.label === 'classes')
      for (let i = 0; i < nRows; i++)
        assert.ok(Math.abs(predictions.subarray(3 * i, 3 * i + 3).reduce((a, b) => a + b) - 1) < 1e-12)
    assert.ok(reported.length > 0, 'progress is reported')
    assert.ok(reported.every(({ done, total }) => done >= 0 && done <= total))
    assert.ok(fitted.iterations > 0 && Number.isFinite(fitted.objective) && fitted.nParameters > 0)
    assert.ok(
      meanLoss(each.label, predictions, rows) < meanLoss(each.label, constantOf(each.label, rows), rows),
    )
  })

  test(`${name}: the same for any number of threads, another time, and through JSON`, async () => {
    const { fitted: first } = await standardFit(each)
    const plain = plainParameters(first.parameters)
    for (const threads of [1, 3])
      assert.deepEqual(plainParameters((await fit(each, { threads })).parameters), plain)
    const read = JSON.parse(JSON.stringify(plain)) as typeof plain
    assert.deepEqual(read, plain)
    assert.deepEqual(scoresOf(read, rows), scoresOf(first.parameters, rows))
  })

  test(`${name}: a constant column changes no prediction that it could not`, async () => {
    // A network begins elsewhere with one input less.
    if (each.algorithm === 'neural_network') return
    const { parameters } = (await standardFit(each)).fitted
    const without = { ...rows, numbers: rows.numbers.slice(0, 2) }
    const other = await fit(each, { training: without })
    assertClose(predict(parameters, rows), predict(other.parameters, without), 1e-4)
  })

  test(`${name}: no rows and labels that teach nothing are clear errors`, async () => {
    const refused = async (training: EncodedRows, what: string) =>
      await assert.rejects(fit(each, { training }), (error: unknown) => {
        assert.ok(error instanceof EngineError, `${what}: ${String(error)}`)
        assert.match(error.code, /^ENG00[35]$/)
        return true
      })
    await refused(take(rows, []), 'no rows')
    if (each.label !== 'number' && each.label !== 'counts') {
      const ones = [...rows.label.keys()].filter(i => rows.label[i] === 1)
      await refused(take(rows, ones), 'one class')
    }
    if (each.label === 'counts')
      await refused({ ...rows, label: rows.label.map(y => -y - 1) }, 'negative counts')
  })

  test(`${name}: ends with the reason of the signal`, async () => {
    const reason = new Error('enough')
    await assert.rejects(fit(each, { signal: AbortSignal.abort(reason) }), reason)
    const controller = new AbortController()
    const running = fit(each, {
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
      training: generate(each.label, 2000),
      hyperparameters: { ...requestOf(each).hyperparameters, ...slow[each.algorithm] },
    })
    await assert.rejects(running, reason)
  })
}

/** So that there is something to end. */
const slow: Readonly<Record<AlgorithmName, Readonly<Record<string, number>>>> = {
  linear_regression: { tolerance: 1e-15 },
  logistic_regression: { tolerance: 1e-15 },
  poisson_regression: { tolerance: 1e-15 },
  mixed_effects: { tolerance: 1e-15 },
  gradient_boosted_trees: { trees: 500 },
  neural_network: { epochs: 500 },
}

function constantOf(label: LabelName, rows: EncodedRows): Float64Array {
  const mean = rows.label.reduce((a, b) => a + b) / rows.nRows
  if (label !== 'classes') return new Float64Array(rows.nRows).fill(mean)
  const shares = [0, 1, 2].map(c => rows.label.filter(y => y === c).length / rows.nRows)
  return Float64Array.from({ length: 3 * rows.nRows }, (_, i) => shares[i % 3]!)
}

// A network goes over rows in batches, so that a row twice is another step than a row of weight two.
for (const each of cases.filter(({ algorithm }) => algorithm !== 'neural_network'))
  test(`${nameOf(each)}: whole weights are as good as repeated rows`, async () => {
    const rows = generate(each.label)
    const weights = Float64Array.from({ length: nRows }, (_, i) => 1 + (i % 3))
    const repeated = [...weights].flatMap((weight, i) => new Array<number>(weight).fill(i))
    // Trees count rows, not weights, where they ask for so many of a leaf.
    const hyperparameters = {
      ...requestOf(each).hyperparameters,
      ...(each.algorithm === 'gradient_boosted_trees' && { min_rows: 1 }),
    }
    const weighted = await fit(each, { training: { ...rows, weights }, hyperparameters })
    const twice = await fit(each, { training: take(rows, repeated), hyperparameters })
    assertClose(predict(weighted.parameters, rows), predict(twice.parameters, rows), 1e-4)
  })

test('trees take missing numbers, all others have no score where one is missing', async () => {
  for (const each of cases) {
    const rows = generate(each.label)
    const missing = {
      ...rows,
      numbers: rows.numbers.map((x, j) => (j === 0 ? x.map((v, i) => (i % 5 ? v : NaN)) : x)),
    }
    const isTrees = each.algorithm === 'gradient_boosted_trees'
    const { parameters } = isTrees ? await fit(each, { training: missing }) : (await standardFit(each)).fitted
    const scores = scoresOf(parameters, missing)
    const width = nScores(parameters)
    scores.forEach((score, at) =>
      assert.equal(Number.isNaN(score), !isTrees && Math.floor(at / width) % 5 === 0, nameOf(each)),
    )
  }
})
