import assert from 'node:assert/strict'
import { test } from 'node:test'
import { algorithms, withDefaults } from '../../language/algorithms.ts'
import { EngineError } from '../errors.ts'
import { fitTrees } from './boosted-trees.ts'
import type { EncodedRows } from './dataset.ts'
import type { FitRequest, FittedLabel, TreesParameters } from './estimator.ts'
import { predict, scoresOf } from './predict.ts'
import { makeRows, type Shape } from './trees/testing.ts'

type Given = Readonly<Record<string, number | string>>

const { hyperparameters } = algorithms.gradient_boosted_trees

function rowsOf(shape: Shape): EncodedRows {
  return { ...makeRows(shape), groups: [] } as EncodedRows
}

function requestOf(
  training: EncodedRows,
  { label, given = {}, ...rest }: { label: FittedLabel; given?: Given } & Partial<FitRequest>,
): FitRequest {
  return {
    training,
    label,
    nCategories: training.codes.map(codes => codes.reduce((most, c) => Math.max(most, c), -1) + 1),
    hyperparameters: { ...withDefaults(hyperparameters, new Map()), family: familyOf(label), ...given },
    seed: 0,
    threads: 1,
    ...rest,
  }
}

const familyOf = ({ kind }: FittedLabel): string =>
  ({ bool: 'logistic', number: 'gaussian', classes: 'multinomial' })[kind]

const number: FittedLabel = { kind: 'number' }
const bool: FittedLabel = { kind: 'bool' }
const classes = (...names: string[]): FittedLabel => ({ kind: 'classes', classes: names })

const kinds: readonly (readonly [
  name: string,
  shape: Shape,
  label: FittedLabel,
  link: string,
  given?: Given,
])[] = [
  ['numbers', { nRows: 500, missing: 0.1, nCategories: [6] }, number, 'identity'],
  ['bools', { nRows: 500, missing: 0.1, label: 'logistic' }, bool, 'logistic'],
  ['two classes', { nRows: 500, label: 'logistic' }, classes('a', 'b'), 'logistic'],
  ['three classes', { nRows: 500, label: 'softmax' }, classes('a', 'b', 'c'), 'softmax'],
  ['counts', { nRows: 500, label: 'poisson' }, number, 'log', { family: 'poisson' }],
]

for (const [name, shape, label, link, given = {}] of kinds)
  test(`learns ${name}`, async () => {
    const training = rowsOf(shape)
    const { parameters, iterations, objective } = await fitTrees(
      requestOf(training, { label, given: { trees: 40, ...given } }),
    )
    assert.equal(parameters.link, link)
    assert.equal(iterations, 40)
    const { initial, trees } = parameters as TreesParameters
    assert.equal(trees.length, 40 * initial.length)
    assert.equal(initial.length, link === 'softmax' ? 3 : 1)
    const stored = JSON.parse(JSON.stringify(parameters)) as TreesParameters
    assert.deepEqual(stored, parameters)
    const base = { ...stored, trees: [] }
    assert.ok(Math.abs(lossOf(stored, training) - objective) < 1e-6 * Math.abs(objective))
    assert.ok(lossOf(stored, training) < lossOf(base, training))
  })

/** Sum over the rows, by the predictions. */
function lossOf(parameters: TreesParameters, rows: EncodedRows): number {
  const n = parameters.initial.length
  const at = predict(parameters, rows)
  const of = (y: number, i: number): number => {
    if (parameters.link === 'identity') return (at[i]! - y) ** 2 / 2
    if (parameters.link === 'log') return at[i]! - y * Math.log(at[i]!)
    if (n > 1) return -Math.log(at[i * n + y]!)
    return -Math.log(y === 1 ? at[i]! : 1 - at[i]!)
  }
  return rows.label.reduce((sum, y, i) => sum + of(y, i), 0)
}

test('the expected values of counts add up to the counts', async () => {
  const training = rowsOf({ nRows: 2000, label: 'poisson' })
  const { parameters } = await fitTrees(
    requestOf(training, { label: number, given: { family: 'poisson', trees: 200 } }),
  )
  const sum = (values: Float64Array) => values.reduce((s, v) => s + v, 0)
  const ratio = sum(predict(parameters, training)) / sum(training.label)
  assert.ok(Math.abs(ratio - 1) < 0.01, String(ratio))
})

test('an offset is part of the score and not learned again', async () => {
  const rows = rowsOf({ nRows: 2000, nNumbers: 1, label: 'poisson' })
  const exposure = Float64Array.from(rows.label, (_, i) => 1 + (i % 4))
  const label = Float64Array.from(exposure, e => 3 * e)
  const training = { ...rows, label, offset: exposure.map(Math.log) }
  for (const [given, expected] of [[{ family: 'poisson' }, Math.log(3)]] as const) {
    const { parameters } = await fitTrees(requestOf(training, { label: number, given }))
    assert.ok(Math.abs((parameters as TreesParameters).initial[0]! - expected) < 1e-12)
    const scores = scoresOf(parameters, training)
    scores.forEach((z, i) => assert.ok(Math.abs(Math.exp(z) - label[i]!) < 1e-9))
  }
})

test('every hyperparameter of the language changes the model', async () => {
  const training = rowsOf({ nRows: 1000, nNumbers: 4, missing: 0.1, nCategories: [8] })
  const validation = rowsOf({ nRows: 300, nNumbers: 4, nCategories: [8], seed: 7 })
  const fit = async (given: Given) => {
    const request = requestOf(training, { label: number, validation, given: { trees: 10, ...given } })
    return JSON.stringify((await fitTrees(request)).parameters)
  }
  const changes: Given = {
    family: 'poisson',
    trees: 11,
    learning_rate: 0.2,
    growth: 'level',
    max_leaves: 5,
    max_depth: 2,
    min_rows: 60,
    min_gain: 1,
    max_bins: 9,
    l1: 2,
    l2: 5,
    subsample: 0.5,
    feature_fraction: 0.4,
    early_stopping_rounds: 1,
  }
  assert.deepEqual(new Set(Object.keys(changes)), new Set(Object.keys(hyperparameters)))
  const plain = await fit({})
  for (const [name, value] of Object.entries(changes)) {
    if (name === 'family') continue
    const others: Given = name === 'early_stopping_rounds' ? { trees: 300, learning_rate: 1 } : {}
    const before = name === 'early_stopping_rounds' ? await fit(others) : plain
    assert.notEqual(await fit({ ...others, [name]: value }), before, name)
  }
})

const refused: readonly (readonly [
  name: string,
  code: string,
  rows: object,
  label: FittedLabel,
  given?: Given,
])[] = [
  ['no rows', 'ENG003', { nRows: 0, label: [] }, number],
  ['one bool', 'ENG005', { nRows: 2, label: [1, 1] }, bool],
  ['one class', 'ENG005', { nRows: 2, label: [1, 1] }, classes('a', 'b', 'c')],
  ['negative counts', 'ENG005', { nRows: 2, label: [1, -1] }, number, { family: 'poisson' }],
  ['counts of 0', 'ENG005', { nRows: 2, label: [0, 0] }, number, { family: 'poisson' }],
  ['an infinite label', 'ENG005', { nRows: 2, label: [0, Infinity] }, number],
  ['a family of another label', 'ENG008', { nRows: 2, label: [0, 1] }, bool, { family: 'gaussian' }],
]

for (const [name, code, { nRows, label: values }, label, given] of refused as readonly (readonly [
  string,
  string,
  { nRows: number; label: number[] },
  FittedLabel,
  Given?,
])[])
  test(`refuses ${name}`, async () => {
    const training: EncodedRows = {
      nRows,
      numbers: [new Float64Array(nRows)],
      codes: [],
      groups: [],
      label: Float64Array.from(values),
    }
    const request = requestOf(training, { label, ...(given && { given }) })
    await assert.rejects(fitTrees(request), (error: unknown) => {
      assert.ok(error instanceof EngineError)
      assert.equal(error.code, code)
      assert.match(error.message, /Expected .* got /)
      return true
    })
  })

test('refuses more categories than can be told apart', async () => {
  const training = rowsOf({ nRows: 10 })
  const request = requestOf({ ...training, codes: [new Int32Array(10)] }, { label: number })
  await assert.rejects(fitTrees({ ...request, nCategories: [65_536] }), /ENG007.*at most 65535/)
})

test('a constant label is learned as it is', async () => {
  const training = { ...rowsOf({ nRows: 50 }), label: new Float64Array(50).fill(4) }
  const { parameters } = await fitTrees(requestOf(training, { label: number }))
  assert.ok(predict(parameters, training).every(y => y === 4))
})

test('says how far it is, how fast, and at last that it is done', async () => {
  const training = rowsOf({ nRows: 300 })
  const said: { done: number; total: number; message: string }[] = []
  const validation = rowsOf({ nRows: 100, seed: 3 })
  for (const held of [undefined, validation])
    await fitTrees(
      requestOf(training, {
        label: number,
        given: { trees: 30 },
        ...(held && { validation: held }),
        onProgress: progress => void said.push(progress),
      }),
    )
  assert.match(said[0]!.message, /^Round 1 of 30, training loss \d\.\d+, [\d.]+ rounds\/s$/)
  assert.match(said.at(-1)!.message, /^Round 30 of 30, validation loss \d\.\d+, [\d.]+ rounds\/s$/)
  assert.deepEqual([said.at(-1)!.done, said.at(-1)!.total], [30, 30])
})

test('validation rows without weight stop nothing', async () => {
  const training = rowsOf({ nRows: 100 })
  const validation = { ...rowsOf({ nRows: 50 }), weights: new Float64Array(50) }
  const given = { trees: 20, early_stopping_rounds: 1 }
  const { iterations } = await fitTrees(requestOf(training, { label: number, validation, given }))
  assert.equal(iterations, 20)
})
