/** Losses by their first two derivatives in the score. Of Chen and Guestrin, KDD 2016, in the form of Ke et al., NeurIPS 2017. */

export type LossName = 'squared' | 'logistic' | 'softmax' | 'poisson'

export interface Targets {
  /** Numbers; 0 or 1; index of the class. (nRows) */
  readonly label: ArrayLike<number>
  readonly weights?: Float64Array | undefined
  /** 1, or as many as there are classes. */
  readonly nScores: number
}

export interface Loss {
  /** The scores that fit best when no feature is known. (nScores) */
  initial(targets: Targets): Float64Array
  /** Writes gradient and curvature of score `k` of every row into `pairs`, (nRows, 2). `scores` is (nRows, nScores). */
  derivatives(
    targets: Targets,
    scores: Float64Array,
    to: { readonly k: number; readonly pairs: Float64Array },
  ): void
  /** Weighted mean over the rows. */
  mean(targets: Targets, scores: Float64Array): number
}

const smallest = 1e-15

function totals({ label, weights }: Targets): { sum: number; weight: number } {
  let sum = 0
  let weight = 0
  for (let i = 0; i < label.length; i++) {
    const w = weights ? weights[i]! : 1
    sum += w * label[i]!
    weight += w
  }
  return { sum, weight }
}

function meanOf({ label, weights }: Targets, lossOf: (i: number) => number): number {
  let sum = 0
  let weight = 0
  for (let i = 0; i < label.length; i++) {
    const w = weights ? weights[i]! : 1
    sum += w * lossOf(i)
    weight += w
  }
  return sum / weight
}

const squared: Loss = {
  initial(targets) {
    const { sum, weight } = totals(targets)
    return Float64Array.of(sum / weight)
  },
  derivatives({ label, weights }, scores, { pairs }) {
    for (let i = 0; i < label.length; i++) {
      const w = weights ? weights[i]! : 1
      pairs[2 * i] = w * (scores[i]! - label[i]!)
      pairs[2 * i + 1] = w
    }
  },
  mean: (targets, scores) => meanOf(targets, i => (scores[i]! - targets.label[i]!) ** 2 / 2),
}

const logistic: Loss = {
  initial(targets) {
    const { sum, weight } = totals(targets)
    const p = Math.min(Math.max(sum / weight, smallest), 1 - smallest)
    return Float64Array.of(Math.log(p / (1 - p)))
  },
  derivatives({ label, weights }, scores, { pairs }) {
    for (let i = 0; i < label.length; i++) {
      const p = 1 / (1 + Math.exp(-scores[i]!))
      const w = weights ? weights[i]! : 1
      pairs[2 * i] = w * (p - label[i]!)
      pairs[2 * i + 1] = w * p * (1 - p)
    }
  },
  mean: (targets, scores) =>
    meanOf(targets, i => {
      const z = targets.label[i]! === 1 ? -scores[i]! : scores[i]!
      return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)))
    }),
}

/** Keeps a step on counts from overshooting, as LightGBM's poisson_max_delta_step does. */
const poissonStep = 0.7

const poisson: Loss = {
  initial(targets) {
    const { sum, weight } = totals(targets)
    return Float64Array.of(Math.log(Math.max(sum / weight, smallest)))
  },
  derivatives({ label, weights }, scores, { pairs }) {
    for (let i = 0; i < label.length; i++) {
      const mean = Math.exp(scores[i]!)
      const w = weights ? weights[i]! : 1
      pairs[2 * i] = w * (mean - label[i]!)
      pairs[2 * i + 1] = w * mean * Math.exp(poissonStep)
    }
  },
  mean: (targets, scores) => meanOf(targets, i => Math.exp(scores[i]!) - targets.label[i]! * scores[i]!),
}

const softmax: Loss = {
  initial({ label, weights, nScores }) {
    const counts = new Float64Array(nScores)
    let total = 0
    for (let i = 0; i < label.length; i++) {
      const w = weights ? weights[i]! : 1
      counts[label[i]!]! += w
      total += w
    }
    return counts.map(count => Math.log(Math.max(count / total, smallest)))
  },
  derivatives({ label, weights, nScores }, scores, { k, pairs }) {
    const factor = nScores / (nScores - 1)
    for (let i = 0; i < label.length; i++) {
      const w = weights ? weights[i]! : 1
      const p = Math.exp(scores[i * nScores + k]! - logSum(scores, i * nScores, nScores))
      pairs[2 * i] = w * (p - (label[i]! === k ? 1 : 0))
      pairs[2 * i + 1] = w * factor * p * (1 - p)
    }
  },
  mean: (targets, scores) => {
    const { nScores, label } = targets
    return meanOf(targets, i => logSum(scores, i * nScores, nScores) - scores[i * nScores + label[i]!]!)
  },
}

function logSum(scores: Float64Array, from: number, n: number): number {
  let greatest = -Infinity
  for (let k = 0; k < n; k++) greatest = Math.max(greatest, scores[from + k]!)
  let sum = 0
  for (let k = 0; k < n; k++) sum += Math.exp(scores[from + k]! - greatest)
  return greatest + Math.log(sum)
}

export const losses: Readonly<Record<LossName, Loss>> = { squared, logistic, softmax, poisson }
