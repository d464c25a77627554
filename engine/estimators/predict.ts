/** What fitted parameters say of encoded rows, column by column: for evaluation, tuning and explanations. */
import type { EncodedRows } from './dataset.ts'
import {
  nScores,
  type LinearScore,
  type MixedParameters,
  type NetworkParameters,
  type Parameters,
  type TreesParameters,
} from './estimator.ts'
import { addTrees } from './trees/predict.ts'

/**
 * Before the link; the rows' offset is added where they have one.
 * @returns (nRows, nScores), row after row; NaN where a value is missing that the parameters cannot do without
 */
export function scoresOf(parameters: Parameters, rows: EncodedRows): Float64Array {
  const scores = rawScores(parameters, rows)
  const { offset } = rows
  if (offset) {
    const n = nScores(parameters)
    for (let i = 0; i < scores.length; i++) scores[i]! += offset[Math.floor(i / n)]!
  }
  return scores
}

function rawScores(parameters: Parameters, rows: EncodedRows): Float64Array {
  switch (parameters.kind) {
    case 'linear': {
      const scores = new Float64Array(rows.nRows * parameters.scores.length)
      parameters.scores.forEach((score, c) =>
        addLinear(score, rows, { scores, offset: c, stride: parameters.scores.length }),
      )
      return scores
    }
    case 'mixed':
      return mixedScores(parameters, rows)
    case 'trees':
      return treeScores(parameters, rows)
    case 'network':
      return networkScores(parameters, rows)
  }
}

/**
 * After the link.
 * @param scores (nRows, nScores)
 * @returns (nRows) the expected value or the probability of true (of two classes: of the second); under softmax
 *   (nRows, nScores) the probability of every class
 */
export function predictionsOf(parameters: Parameters, scores: Float64Array): Float64Array {
  switch (parameters.link) {
    case 'identity':
      return scores.slice()
    case 'log':
      return scores.map(Math.exp)
    case 'logistic':
      return scores.map(z => (z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z))))
    case 'softmax':
      return softmax(scores, nScores(parameters))
  }
}

/** Scores and link at once. */
export function predict(parameters: Parameters, rows: EncodedRows): Float64Array {
  return predictionsOf(parameters, scoresOf(parameters, rows))
}

function softmax(scores: Float64Array, n: number): Float64Array {
  const probabilities = new Float64Array(scores.length)
  for (let at = 0; at < scores.length; at += n) {
    let greatest = -Infinity
    for (let c = 0; c < n; c++) greatest = Math.max(greatest, scores[at + c]!)
    let sum = 0
    for (let c = 0; c < n; c++) sum += probabilities[at + c] = Math.exp(scores[at + c]! - greatest)
    for (let c = 0; c < n; c++) probabilities[at + c]! /= sum
  }
  return probabilities
}

export interface Target {
  /** (nRows, stride); values are added at `offset + i · stride`. */
  readonly scores: Float64Array
  readonly offset: number
  readonly stride: number
}

function addLinear(score: LinearScore, { nRows, numbers, codes }: EncodedRows, target: Target): void {
  const { scores, offset, stride } = target
  for (let i = 0; i < nRows; i++) scores[offset + i * stride]! += score.intercept
  numbers.forEach((column, j) => {
    const weight = score.numbers[j]!
    for (let i = 0; i < nRows; i++) scores[offset + i * stride]! += weight * column[i]!
  })
  codes.forEach((column, k) => {
    const weights = score.categories[k]!
    const other = weights.length - 1
    for (let i = 0; i < nRows; i++)
      scores[offset + i * stride]! += weights[column[i]! < 0 ? other : column[i]!]!
  })
}

function mixedScores({ fixed, random }: MixedParameters, rows: EncodedRows): Float64Array {
  const scores = new Float64Array(rows.nRows)
  addLinear(fixed, rows, { scores, offset: 0, stride: 1 })
  random.forEach((effect, e) => {
    const { nCoefficients, values } = effect
    const keys = rows.keys![e]!
    const first = effect.intercept ? 1 : 0
    const slopes = effect.slopes.map(j => rows.numbers[j]!)
    for (let i = 0; i < rows.nRows; i++) {
      if (keys[i]! < 0) continue
      const at = keys[i]! * nCoefficients
      let sum = effect.intercept ? values[at]! : 0
      for (let s = 0; s < slopes.length; s++) sum += values[at + first + s]! * slopes[s]![i]!
      scores[i]! += sum
    }
  })
  return scores
}

function treeScores({ initial, trees }: TreesParameters, rows: EncodedRows): Float64Array {
  const nScores = initial.length
  const scores = new Float64Array(rows.nRows * nScores)
  for (let i = 0; i < scores.length; i++) scores[i] = initial[i % nScores]!
  addTrees(trees, rows, { scores, nScores })
  return scores
}

/** So many rows go through the layers at once. */
const rowsAtOnce = 1024

function networkScores(network: NetworkParameters, rows: EncodedRows): Float64Array {
  const { layers, activation, center, scale } = network
  const stride = layers.at(-1)!.nOutputs
  const scores = new Float64Array(rows.nRows * stride)
  for (let from = 0; from < rows.nRows; from += rowsAtOnce) {
    const n = Math.min(rowsAtOnce, rows.nRows - from)
    let values = firstLayer(network, rows, { from, n })
    for (const [l, layer] of layers.entries()) {
      if (l === 0) continue
      values = nextLayer(layer, values.map(activations[activation]), n)
    }
    for (let i = 0; i < n * stride; i++) scores[from * stride + i] = values[i]! * scale + center
  }
  return scores
}

type Layer = NetworkParameters['layers'][number]

/** Adds the rows of the weights that the codes point at, and never makes columns of 0 and 1. */
function firstLayer(
  { layers, nCategories }: NetworkParameters,
  { numbers, codes }: EncodedRows,
  { from, n }: { readonly from: number; readonly n: number },
): Float64Array {
  const { nOutputs, weights, bias } = layers[0]!
  const values = new Float64Array(n * nOutputs)
  for (let i = 0; i < n; i++) for (let o = 0; o < nOutputs; o++) values[i * nOutputs + o] = bias[o]!
  const add = (i: number, input: number, x: number): void => {
    for (let o = 0; o < nOutputs; o++) values[i * nOutputs + o]! += x * weights[input * nOutputs + o]!
  }
  numbers.forEach((column, j) => {
    for (let i = 0; i < n; i++) add(i, j, column[from + i]!)
  })
  let first = numbers.length
  codes.forEach((column, k) => {
    const other = nCategories[k]!
    for (let i = 0; i < n; i++) {
      const code = column[from + i]!
      add(i, first + (code < 0 ? other : code), 1)
    }
    first += other + 1
  })
  return values
}

function nextLayer({ nInputs, nOutputs, weights, bias }: Layer, inputs: Float64Array, n: number) {
  const values = new Float64Array(n * nOutputs)
  for (let i = 0; i < n; i++) {
    for (let o = 0; o < nOutputs; o++) values[i * nOutputs + o] = bias[o]!
    for (let k = 0; k < nInputs; k++) {
      const x = inputs[i * nInputs + k]!
      if (x === 0) continue
      for (let o = 0; o < nOutputs; o++) values[i * nOutputs + o]! += x * weights[k * nOutputs + o]!
    }
  }
  return values
}

const activations: Readonly<Record<NetworkParameters['activation'], (x: number) => number>> = {
  relu: x => Math.max(0, x),
  tanh: Math.tanh,
  sigmoid: x => 1 / (1 + Math.exp(-x)),
  gelu: x => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
}
