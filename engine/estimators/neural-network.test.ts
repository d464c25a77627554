import assert from 'node:assert/strict'
import test from 'node:test'
import { EngineError } from '../errors.ts'
import type { EncodedRows } from './dataset.ts'
import type { FitRequest, FittedLabel, NetworkParameters } from './estimator.ts'
import { fitNetwork } from './neural-network.ts'
import { scoresOf } from './predict.ts'
import { createRandom } from './random.ts'

const defaults = {
  hidden: [16],
  activation: 'tanh',
  epochs: 40,
  batch_size: 32,
  learning_rate: 0.02,
  dropout: 0,
  l2: 0,
  early_stopping_rounds: 0,
  standardize_label: true,
}

/** Rows with numbers from −1 to 1 and codes of three categories, labelled by a function of both. */
function rowsOf(
  nRows: number,
  label: (x: readonly number[], code: number) => number,
  { seed = 1, nNumbers = 2 } = {},
): EncodedRows {
  const random = createRandom(seed)
  const numbers = Array.from({ length: nNumbers }, () =>
    Float64Array.from({ length: nRows }, () => 2 * random.next() - 1),
  )
  const codes = Int32Array.from({ length: nRows }, () => Math.floor(4 * random.next()) - 1)
  return {
    nRows,
    numbers,
    codes: [codes],
    label: Float64Array.from(codes, (code, i) =>
      label(
        numbers.map(column => column[i]!),
        code,
      ),
    ),
    groups: [],
  }
}

function request(
  training: EncodedRows,
  label: FittedLabel,
  { hyperparameters = {}, ...rest }: Partial<FitRequest> = {},
): FitRequest {
  return {
    training,
    label,
    nCategories: training.codes.map(() => 3),
    hyperparameters: { ...defaults, ...hyperparameters },
    seed: 7,
    threads: 1,
    ...rest,
  }
}

const bool: FittedLabel = { kind: 'bool' }
const number: FittedLabel = { kind: 'number' }

async function fitted(of: FitRequest) {
  const { parameters, ...rest } = await fitNetwork(of)
  assert.equal(parameters.kind, 'network')
  return { parameters: parameters as NetworkParameters, ...rest }
}

const rootMeanSquare = (scores: Float64Array, label: Float64Array) =>
  Math.sqrt(scores.reduce((sum, z, i) => sum + (z - label[i]!) ** 2, 0) / label.length)

const accuracy = (scores: Float64Array, label: Float64Array) =>
  scores.filter((z, i) => (z > 0 ? 1 : 0) === label[i]).length / label.length

const surface = ([x, y]: readonly number[], code: number) =>
  100 + 20 * (Math.sin(3 * x!) * y! + (code === 2 ? x! * x! : code < 0 ? -0.5 : 0))

test('learns which of two numbers differ in sign', async () => {
  const rows = rowsOf(600, ([x, y]) => (x! > 0 === y! > 0 ? 0 : 1))
  const { parameters, nParameters } = await fitted(request(rows, bool))
  assert.ok(accuracy(scoresOf(parameters, rows), rows.label) > 0.97)
  assert.equal(parameters.link, 'logistic')
  assert.equal(nParameters, 6 * 16 + 16 + 16 + 1)
})

for (const activation of ['relu', 'tanh', 'sigmoid', 'gelu'] as const)
  test(`learns a bent surface with ${activation}, in the label's own scale`, async () => {
    const rows = rowsOf(1000, surface)
    const held = rowsOf(500, surface, { seed: 2 })
    const hyperparameters = { activation, hidden: [24, 16] }
    const { parameters } = await fitted(request(rows, number, { hyperparameters }))
    const error = rootMeanSquare(scoresOf(parameters, held), held.label)
    assert.ok(error < 2, `the error is ${error}, the label's deviation about 9`)
  })

test('gives every class a score', async () => {
  const rows = rowsOf(1000, ([x, y], code) => (code === 1 ? 2 : x! * y! > 0 ? 1 : 0))
  const label: FittedLabel = { kind: 'classes', classes: ['a', 'b', 'c'] }
  const { parameters } = await fitted(request(rows, label))
  const scores = scoresOf(parameters, rows)
  const likeliest = Array.from(rows.label, (_, i) => {
    const of = [...scores.subarray(3 * i, 3 * i + 3)]
    return of.indexOf(Math.max(...of))
  })
  const right = likeliest.filter((k, i) => k === rows.label[i]).length
  assert.equal(parameters.link, 'softmax')
  assert.ok(right / rows.nRows > 0.95, `${right} of ${rows.nRows}`)
})

test('the objective is the penalized sum of losses at the weights that came back', async () => {
  const rows = { ...rowsOf(300, surface), weights: new Float64Array(300).map((_, i) => 1 + (i % 3)) }
  const hyperparameters = { l2: 2, epochs: 5 }
  const { parameters, objective } = await fitted(request(rows, number, { hyperparameters }))
  const { center, scale, layers } = parameters
  const scores = scoresOf(parameters, rows)
  const loss = scores.reduce((s, z, i) => s + (rows.weights[i]! / 2) * ((z - rows.label[i]!) / scale) ** 2, 0)
  const squares = layers.flatMap(({ weights }) => Array.from(weights)).reduce((s, w) => s + w * w, 0)
  assert.ok(Math.abs(loss + squares - objective) < 1e-3 * objective, `${loss + squares} against ${objective}`)
  assert.ok(Math.abs(center - 100) < 5 && scale > 1)
})

test('gradients lead to where no step of a weight lowers the objective', async () => {
  const rows = rowsOf(60, ([x], code) => 3 * x! + code)
  const hyperparameters = {
    hidden: [3],
    activation: 'gelu',
    l2: 1,
    batch_size: 60,
    epochs: 1000,
    learning_rate: 0.01,
  }
  const { parameters, objective } = await fitted(request(rows, number, { hyperparameters }))
  const at = (layers: NetworkParameters['layers']) => {
    const scores = scoresOf({ ...parameters, layers }, rows)
    const squares = layers.flatMap(({ weights }) => Array.from(weights)).reduce((s, w) => s + w * w, 0)
    return scores.reduce((s, z, i) => s + ((z - rows.label[i]!) / parameters.scale) ** 2 / 2, squares / 2)
  }
  assert.ok(Math.abs(at(parameters.layers) - objective) < 1e-4 * objective)
  parameters.layers.forEach(({ weights }, l) => {
    for (let k = 0; k < weights.length; k++) {
      const slope = [-1e-3, 1e-3].map(delta =>
        at(
          parameters.layers.map((layer, i) =>
            i === l ? { ...layer, weights: Array.from(weights, (w, j) => (j === k ? w + delta : w)) } : layer,
          ),
        ),
      )
      assert.ok(Math.abs(slope[1]! - slope[0]!) / 2e-3 < 0.02, `layer ${l}, weight ${k}: ${slope.join()}`)
    }
  })
})

test('is the same to the bit for a seed, and another for another', async () => {
  const rows = rowsOf(300, surface)
  const hyperparameters = { dropout: 0.2, epochs: 3 }
  const fit = (seed: number, threads: number) =>
    fitted(request(rows, number, { hyperparameters, seed, threads }))
  const [first, second, third] = await Promise.all([fit(1, 1), fit(1, 2), fit(2, 1)])
  assert.deepEqual(second, first)
  assert.notDeepEqual(third.parameters, first.parameters)
})

test('weights decide between rows that contradict each other', async () => {
  const rows = rowsOf(400, () => 0)
  const label = rows.label.map((_, i) => i % 2)
  const weights = label.map(y => (y === 1 ? 9 : 1))
  const { parameters } = await fitted(
    request({ ...rows, label, weights }, bool, { hyperparameters: { l2: 5 } }),
  )
  const scores = scoresOf(parameters, rows)
  const probability = scores.reduce((sum, z) => sum + 1 / (1 + Math.exp(-z)), 0) / rows.nRows
  assert.ok(Math.abs(probability - 0.9) < 0.03, `${probability}`)
})

test('weights do not depend on their unit', async () => {
  const rows = rowsOf(200, surface)
  const weighted = (unit: number) => ({
    ...rows,
    weights: new Float64Array(200).map((_, i) => unit * (1 + (i % 2))),
  })
  const fit = (unit: number) => fitted(request(weighted(unit), number, { hyperparameters: { epochs: 4 } }))
  assert.deepEqual((await fit(1)).parameters, (await fit(4)).parameters)
})

test('stops when validation does not improve, and goes back to the best epoch', async () => {
  const noisy = (seed: number) => {
    const random = createRandom(seed, 9)
    return rowsOf(80, ([x]) => x! + random.normal(), { seed })
  }
  const training = noisy(1)
  const validation = noisy(2)
  const messages: string[] = []
  const hyperparameters = { hidden: [64, 64], epochs: 200, early_stopping_rounds: 5 }
  const onProgress = (progress: { readonly message: string }) => void messages.push(progress.message)
  const { parameters, iterations } = await fitted(
    request(training, number, { validation, hyperparameters, onProgress }),
  )
  const losses = messages.slice(1).map(message => Number(/, ([\d.]+) on validation/.exec(message)![1]))
  const best = losses.indexOf(Math.min(...losses))
  assert.equal(iterations, losses.length)
  assert.ok(iterations < 200)
  assert.equal(best, losses.length - 6)
  const error = rootMeanSquare(scoresOf(parameters, validation), validation.label) / parameters.scale
  assert.ok(Math.abs((error * error) / 2 - losses[best]!) < 1e-4)
})

test('ends soon after it is cancelled', async () => {
  const rows = rowsOf(5000, surface)
  const controller = new AbortController()
  const reason = new Error('enough')
  const onProgress = ({ done }: { readonly done: number }) => done === 1 && controller.abort(reason)
  const hyperparameters = { epochs: 100_000 }
  const fit = fitNetwork(request(rows, number, { hyperparameters, onProgress, signal: controller.signal }))
  await assert.rejects(fit, reason)
  await assert.rejects(fitNetwork(request(rows, number, { signal: AbortSignal.abort(reason) })), reason)
})

test('says so when there is one class only, or the loss runs away', async () => {
  const isCode = (code: string) => (error: unknown) => error instanceof EngineError && error.code === code
  await assert.rejects(
    fitNetwork(
      request(
        rowsOf(50, () => 1),
        bool,
      ),
    ),
    isCode('ENG005'),
  )
  const huge = rowsOf(100, ([x]) => 1e200 * x!)
  const hyperparameters = { standardize_label: false, epochs: 3 }
  await assert.rejects(fitNetwork(request(huge, number, { hyperparameters })), isCode('ENG011'))
})

test('learns without numbers, without categories and of a label that never changes', async () => {
  const rows = rowsOf(200, (_, code) => (code > 0 ? 5 : 1))
  const codesOnly = { ...rows, numbers: [] }
  const { parameters } = await fitted(request(codesOnly, number))
  assert.ok(rootMeanSquare(scoresOf(parameters, codesOnly), rows.label) < 0.1)
  const numbersOnly = { ...rows, codes: [], label: rows.numbers[0]! }
  const linear = await fitted(request(numbersOnly, number))
  assert.ok(rootMeanSquare(scoresOf(linear.parameters, numbersOnly), numbersOnly.label) < 0.1)
  const constant = { ...rows, label: new Float64Array(200).fill(3) }
  const flat = await fitted(request(constant, number, { hyperparameters: { epochs: 100 } }))
  assert.ok(rootMeanSquare(scoresOf(flat.parameters, rows), constant.label) < 0.1)
})
