/** Losses of scores and their derivatives, row by row in double precision. */
import type { Loss } from './job.ts'

export interface ScoredBatch {
  /** (nRows, nScores) */
  readonly scores: ArrayLike<number>
  readonly nRows: number
  readonly nScores: number
  readonly label: ArrayLike<number>
  readonly weights?: ArrayLike<number>
}

/** Σ weight · loss. Where `gradient` is given, it receives weight · ∂loss/∂score, (nRows, nScores). */
export function lossOf(loss: Loss, batch: ScoredBatch, gradient?: Float32Array): number {
  const row = rowLosses[loss]
  let sum = 0
  for (let i = 0; i < batch.nRows; i++) {
    const weight = batch.weights ? batch.weights[i]! : 1
    sum += weight * row(batch, i, gradient, weight)
  }
  return sum
}

type RowLoss = (batch: ScoredBatch, i: number, gradient: Float32Array | undefined, weight: number) => number

const rowLosses: Readonly<Record<Loss, RowLoss>> = {
  logistic({ scores, label }, i, gradient, weight) {
    const z = scores[i]!
    const y = label[i]!
    if (gradient) gradient[i] = weight * (1 / (1 + Math.exp(-z)) - y)
    // log(1 + e^z) − y·z, without overflow.
    return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - y * z
  },
  squared({ scores, label }, i, gradient, weight) {
    const difference = scores[i]! - label[i]!
    if (gradient) gradient[i] = weight * difference
    return (difference * difference) / 2
  },
  softmax({ scores, label, nScores }, i, gradient, weight) {
    const at = i * nScores
    let greatest = -Infinity
    for (let k = 0; k < nScores; k++) greatest = Math.max(greatest, scores[at + k]!)
    let sum = 0
    for (let k = 0; k < nScores; k++) sum += Math.exp(scores[at + k]! - greatest)
    if (gradient)
      for (let k = 0; k < nScores; k++)
        gradient[at + k] = weight * (Math.exp(scores[at + k]! - greatest) / sum - (label[i] === k ? 1 : 0))
    return Math.log(sum) + greatest - scores[at + label[i]!]!
  },
}
