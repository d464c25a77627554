/**
 * A network of dense layers: scores and gradients by tfjs. All parameters lie in one buffer, and what tfjs holds lives
 * no longer than a batch. Categories enter the first layer as rows of its weights, so that no one-hot column is ever made.
 */
import * as tf from '@tensorflow/tfjs-core'
import type { Random } from '../random.ts'
import { bends } from './activations.ts'
import type { NetworkJob, NetworkLayer } from './job.ts'
import { lossOf } from './losses.ts'

/** Rows that go through the network together. */
export interface Batch {
  readonly nRows: number
  /** (nRows, nNumbers) */
  readonly numbers: Float32Array
  /** (nRows, nCodes) */
  readonly codes: Int32Array
  readonly label: Float32Array
  /** 1 on average over all rows. */
  readonly weights?: Float32Array
}

export interface Network {
  /** Layer after layer: weights, then bias. */
  readonly values: Float32Array
  /** Views of `values`. */
  readonly layers: readonly NetworkLayer[]
  /** (nRows, nScores) */
  scores(batch: Batch): Float32Array
  /**
   * Writes the gradient of the batch's mean loss plus `penalty`/2 · Σ w², laid out as `values`, with units left out at
   * random when the network has a dropout.
   * @returns Σ weight · loss
   */
  gradient(batch: Batch, options: { readonly penalty: number; readonly random: Random }): GradientOfBatch
}

export interface GradientOfBatch {
  readonly loss: number
  /** The same buffer each time. */
  readonly gradient: Float32Array
}

/** What the gradient needs of the way forward. */
interface Passed {
  /** What went into each layer; of the first the numbers. */
  readonly inputs: readonly tf.Tensor2D[]
  /** Before the bend. */
  readonly sums: readonly tf.Tensor2D[]
  /** After the bend and before units were left out. */
  readonly bent: readonly tf.Tensor2D[]
  readonly masks: readonly (tf.Tensor2D | undefined)[]
  readonly weights: readonly (tf.Tensor2D | undefined)[]
  readonly scores: tf.Tensor2D
}

type Shape = Pick<NetworkJob, 'widths' | 'nNumbers' | 'activation' | 'dropout' | 'loss'>

export function createNetwork(shape: Shape, start: readonly NetworkLayer[]): Network {
  const values = new Float32Array(start.reduce((n, { weights, bias }) => n + weights.length + bias.length, 0))
  const layers = viewsOf(values, shape.widths)
  for (const [i, { weights, bias }] of layers.entries()) {
    weights.set(start[i]!.weights)
    bias.set(start[i]!.bias)
  }
  const gradient = new Float32Array(values.length)
  const gradients = viewsOf(gradient, shape.widths)
  return {
    values,
    layers,
    scores: batch => tidily(() => forward(shape, layers, batch).scores.dataSync<'float32'>()),
    gradient: (batch, { penalty, random }) =>
      tidily(() => {
        const passed = forward(shape, layers, batch, random)
        const { loss, ofScores } = lossAndGradient(shape, batch, passed.scores)
        backward(shape, { batch, passed, gradients, ofScores })
        if (penalty > 0) addPenalty(layers, gradients, penalty)
        return { loss, gradient }
      }),
  }
}

/** Frees the tensors that `compute` made. Not by what `tf.tidy` gives, which is searched for tensors number by number. */
function tidily<T>(compute: () => T): T {
  const box: { result?: T } = {}
  tf.tidy(() => {
    box.result = compute()
  })
  return box.result!
}

function viewsOf(values: Float32Array, widths: readonly number[]): NetworkLayer[] {
  let at = 0
  const take = (length: number) => values.subarray(at, (at += length))
  return widths.slice(1).map((nOutputs, i) => ({
    weights: take(widths[i]! * nOutputs),
    bias: take(nOutputs),
  }))
}

function forward(shape: Shape, layers: readonly NetworkLayer[], batch: Batch, random?: Random): Passed {
  const { dropout, activation, widths, nNumbers } = shape
  const inputs: tf.Tensor2D[] = []
  const sums: tf.Tensor2D[] = []
  const bent: tf.Tensor2D[] = []
  const masks: (tf.Tensor2D | undefined)[] = []
  const tensors: (tf.Tensor2D | undefined)[] = []
  let input = tf.tensor2d(batch.numbers, [batch.nRows, nNumbers])
  for (const [i, layer] of layers.entries()) {
    inputs.push(input)
    const nOutputs = widths[i + 1]!
    const nDense = i === 0 ? nNumbers : widths[i]!
    // A copy: tfjs keeps what it is given.
    const dense = layer.weights.slice(0, nDense * nOutputs)
    const weights = nDense > 0 ? tf.tensor2d(dense, [nDense, nOutputs]) : undefined
    tensors.push(weights)
    const offsets = offsetsOf(layer, batch, { nOutputs, nDense })
    const sum = weights ? tf.add<tf.Tensor2D>(tf.matMul(input, weights), offsets) : offsets
    if (i === layers.length - 1) return { inputs, sums, bent, masks, weights: tensors, scores: sum }
    const output = bends[activation].apply(sum)
    const mask = random && dropout > 0 ? createMask(output.shape, dropout, random) : undefined
    sums.push(sum)
    bent.push(output)
    masks.push(mask)
    input = mask ? tf.mul<tf.Tensor2D>(output, mask) : output
  }
  throw new RangeError('A network has at least one layer.')
}

/** Bias and, in the first layer, the weights of each row's categories: (1 or nRows, nOutputs). */
function offsetsOf(
  { weights, bias }: NetworkLayer,
  { nRows, codes }: Batch,
  { nOutputs, nDense }: { readonly nOutputs: number; readonly nDense: number },
): tf.Tensor2D {
  const first = nDense * nOutputs
  if (weights.length === first && nDense > 0) return tf.tensor2d(bias.slice(), [1, nOutputs])
  const nCodes = codes.length / nRows
  const sums = new Float32Array(nRows * nOutputs)
  for (let i = 0; i < nRows; i++) {
    const to = i * nOutputs
    for (let k = 0; k < nOutputs; k++) sums[to + k] = bias[k]!
    for (let c = 0; c < nCodes; c++) {
      const from = first + codes[i * nCodes + c]! * nOutputs
      for (let k = 0; k < nOutputs; k++) sums[to + k]! += weights[from + k]!
    }
  }
  return tf.tensor2d(sums, [nRows, nOutputs])
}

/** Of the mean loss by the scores. */
function lossAndGradient({ loss, widths }: Shape, { nRows, label, weights }: Batch, scores: tf.Tensor2D) {
  const nScores = widths.at(-1)!
  const values = new Float32Array(nRows * nScores)
  const scored = { scores: scores.dataSync(), nRows, nScores, label, ...(weights && { weights }) }
  const sum = lossOf(loss, scored, values)
  for (let i = 0; i < values.length; i++) values[i]! /= nRows
  return { loss: sum, ofScores: tf.tensor2d(values, [nRows, nScores]) }
}

interface Backward {
  readonly batch: Batch
  readonly passed: Passed
  readonly gradients: readonly NetworkLayer[]
  readonly ofScores: tf.Tensor2D
}

function backward({ activation }: Shape, { batch, passed, gradients, ofScores }: Backward): void {
  let gradient = ofScores
  for (let i = gradients.length - 1; i >= 0; i--) {
    const { weights, bias } = gradients[i]!
    const tensor = passed.weights[i]
    // tfjs multiplies transposed matrices slowly; those that are laid out anew it multiplies fast.
    const dense = tensor && tf.matMul(tf.transpose(passed.inputs[i]!), gradient).dataSync<'float32'>()
    if (dense) weights.set(dense)
    const rows = weights.subarray(dense ? dense.length : 0)
    sumGradients(gradient.dataSync<'float32'>(), { batch, rows, bias })
    if (i === 0) return
    const back = tf.matMul(gradient, tf.transpose(tensor!))
    const mask = passed.masks[i - 1]
    const slope = bends[activation].derivative(passed.sums[i - 1]!, passed.bent[i - 1]!)
    gradient = tf.mul(mask ? tf.mul(back, mask) : back, slope)
  }
}

interface Sums {
  readonly batch: Batch
  /** Of the categories' weights; empty but in the first layer. */
  readonly rows: Float32Array
  readonly bias: Float32Array
}

function sumGradients(gradient: Float32Array, { batch, rows, bias }: Sums): void {
  const { nRows, codes } = batch
  const width = bias.length
  const nCodes = rows.length > 0 ? codes.length / nRows : 0
  bias.fill(0)
  rows.fill(0)
  for (let i = 0; i < nRows; i++) {
    const from = i * width
    for (let k = 0; k < width; k++) bias[k]! += gradient[from + k]!
    for (let c = 0; c < nCodes; c++) {
      const to = codes[i * nCodes + c]! * width
      for (let k = 0; k < width; k++) rows[to + k]! += gradient[from + k]!
    }
  }
}

function addPenalty(
  layers: readonly NetworkLayer[],
  gradients: readonly NetworkLayer[],
  penalty: number,
): void {
  for (const [i, { weights }] of layers.entries()) {
    const to = gradients[i]!.weights
    for (let k = 0; k < weights.length; k++) to[k]! += penalty * weights[k]!
  }
}

/** 0 where a unit is left out, else what keeps the sum as great as it would be with all. */
function createMask([nRows, width]: [number, number], dropout: number, random: Random): tf.Tensor2D {
  const kept = 1 / (1 - dropout)
  const values = new Float32Array(nRows * width)
  for (let i = 0; i < values.length; i++) values[i] = random.next() < dropout ? 0 : kept
  return tf.tensor2d(values, [nRows, width])
}
