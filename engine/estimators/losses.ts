/**
 * What linear models minimize, per row: squared error, log loss of two and of more classes, Poisson's negative log
 * likelihood. The hottest loops of a fit.
 */
import type { EncodedRows } from './dataset.ts'
import type { Block } from './design.ts'

export interface Loss {
  /**
   * Gives the block's Σ weight · loss and replaces the scores by what the derivative of it is by each.
   * `scores` has one buffer per score.
   */
  readonly evaluate: (scores: readonly Float64Array[], rows: EncodedRows, block: Block) => number
  /** What of the kernel does the same for rows without weights. */
  readonly kernel?: 'logistic'
  /** The second derivative of a row's loss at score z; only of losses of one score. */
  readonly curvature: (z: number) => number
}

/** ½ (z − y)² */
export const squared: Loss = {
  evaluate([z], { label, weights }, { from, n }) {
    let loss = 0
    for (let i = 0; i < n; i++) {
      const residual = z![i]! - label[from + i]!
      const weighted = weights ? weights[from + i]! * residual : residual
      loss += weighted * residual
      z![i] = weighted
    }
    return loss / 2
  },
  curvature: () => 1,
}

/** e^z − y z */
export const poisson: Loss = {
  evaluate([z], { label, weights }, { from, n }) {
    let loss = 0
    for (let i = 0; i < n; i++) {
      const score = z![i]!
      const y = label[from + i]!
      const expected = Math.exp(score)
      const weight = weights ? weights[from + i]! : 1
      loss += weight * (expected - y * score)
      z![i] = weight * (expected - y)
    }
    return loss
  },
  curvature: z => Math.exp(z),
}

/** log(1 + e^z) − y z, of labels 0 and 1. */
export const logistic: Loss = {
  kernel: 'logistic',
  evaluate([z], { label, weights }, { from, n }) {
    return weights ? weightedLogistic(z!, { label, weights, from, n }) : plainLogistic(z!, { label, from, n })
  },
  curvature(z) {
    const e = Math.exp(-Math.abs(z))
    return e / ((1 + e) * (1 + e))
  },
}

/** Rows whose factors 1 + e^−|z| ≤ 2 are multiplied before one logarithm is taken of all. */
const factors = 256

function plainLogistic(
  z: Float64Array,
  of: { readonly label: Float64Array; readonly from: number; readonly n: number },
): number {
  const { label, from, n } = of
  let loss = 0
  for (let start = 0; start < n; start += factors) {
    const end = Math.min(start + factors, n)
    let product = 1
    for (let i = start; i < end; i++) {
      const score = z[i]!
      const y = label[from + i]!
      const e = Math.exp(-Math.abs(score))
      const p = 1 / (1 + e)
      product *= 1 + e
      loss += Math.max(score, 0) - y * score
      z[i] = (score > 0 ? p : e * p) - y
    }
    loss += Math.log(product)
  }
  return loss
}

function weightedLogistic(
  z: Float64Array,
  of: {
    readonly label: Float64Array
    readonly weights: Float64Array
    readonly from: number
    readonly n: number
  },
): number {
  const { label, weights, from, n } = of
  let loss = 0
  for (let i = 0; i < n; i++) {
    const score = z[i]!
    const y = label[from + i]!
    const weight = weights[from + i]!
    const e = Math.exp(-Math.abs(score))
    const p = 1 / (1 + e)
    loss += weight * (Math.log1p(e) + Math.max(score, 0) - y * score)
    z[i] = weight * ((score > 0 ? p : e * p) - y)
  }
  return loss
}

/** log Σ e^z − z of the row's class. */
export const softmax: Loss = {
  evaluate(scores, { label, weights }, { from, n }) {
    let loss = 0
    for (let i = 0; i < n; i++) {
      const weight = weights ? weights[from + i]! : 1
      const y = label[from + i]!
      let greatest = -Infinity
      for (let k = 0; k < scores.length; k++) greatest = Math.max(greatest, scores[k]![i]!)
      const margin = greatest - scores[y]![i]!
      let sum = 0
      for (let k = 0; k < scores.length; k++) {
        const e = Math.exp(scores[k]![i]! - greatest)
        scores[k]![i] = e
        sum += e
      }
      loss += weight * (Math.log(sum) + margin)
      const factor = weight / sum
      for (let k = 0; k < scores.length; k++) scores[k]![i]! *= factor
      scores[y]![i]! -= weight
    }
    return loss
  },
  curvature() {
    throw new TypeError('The curvature of more than one score is no number.')
  },
}
