/** Losses by their first two derivatives in the score. Of Chen and Guestrin, KDD 2016, in the form of Ke et al., NeurIPS 2017. */

export type LossName = 'squared' | 'logistic' | 'softmax' | 'poisson'

export interface Targets {
  /** Numbers; 0 or 1; index of the class. (nRows) */
  readonly label: Float64Array
  readonly weights?: Float64Array | undefined
  /** Added to every score. (nRows) */
  readonly offset?: Float64Array | undefined
  /** 1, or as many as there are classes. */
  readonly nScores: number
}

export interface DerivativesPart {
  readonly k: number
  readonly pairs: Float64Array
  readonly from: number
  readonly to: number
}

export interface Loss {
  /** The scores that fit best when no feature is known. (nScores) */
  initial(targets: Targets): Float64Array
  /** What derivatives are made from: scores as they are when absent. Both are (nRows, nScores). */
  normalize?(scores: Float64Array, nScores: number, into: Float64Array): void
  /** Writes gradient and curvature of score `k` of the rows from `from` until `to` into `pairs`, (nRows, 2). */
  derivatives(targets: Targets, scores: Float64Array, part: DerivativesPart): void
  /** Of row i, its weight left out. */
  at(targets: Targets, scores: Float64Array, i: number): number
}

const smallest = 1e-15

/** Weighted sums over the rows of `of(i)` and of `per(i)`, their quotient. */
function ratio({ label, weights }: Targets, of: (i: number) => number, per = (_i: number) => 1): number {
  let sum = 0
  let weight = 0
  for (let i = 0; i < label.length; i++) {
    const w = weights ? weights[i]! : 1
    sum += w * of(i)
    weight += w * per(i)
  }
  return sum / weight
}

const squared: Loss = {
  initial: targets =>
    Float64Array.of(ratio(targets, i => targets.label[i]! - (targets.offset ? targets.offset[i]! : 0))),
  derivatives({ label, weights }, scores, { pairs, from, to }) {
    for (let i = from; i < to; i++) {
      const w = weights ? weights[i]! : 1
      pairs[2 * i] = w * (scores[i]! - label[i]!)
      pairs[2 * i + 1] = w
    }
  },
  at: ({ label }, scores, i) => (scores[i]! - label[i]!) ** 2 / 2,
}

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z))

const logistic: Loss = {
  initial(targets) {
    const { label, offset } = targets
    const p = Math.min(
      Math.max(
        ratio(targets, i => label[i]!),
        smallest,
      ),
      1 - smallest,
    )
    let z = Math.log(p / (1 - p))
    // Newton's method; a step that is kept short cannot leave for infinity.
    for (let step = 0; offset && step < 50; step++) {
      const at = (i: number) => sigmoid(z + offset[i]!)
      const change = ratio(
        targets,
        i => label[i]! - at(i),
        i => Math.max(at(i) * (1 - at(i)), smallest),
      )
      z += Math.min(1, Math.max(-1, change))
      if (Math.abs(change) < 1e-12) break
    }
    return Float64Array.of(z)
  },
  derivatives({ label, weights }, scores, { pairs, from, to }) {
    for (let i = from; i < to; i++) {
      const p = sigmoid(scores[i]!)
      const w = weights ? weights[i]! : 1
      pairs[2 * i] = w * (p - label[i]!)
      pairs[2 * i + 1] = w * p * (1 - p)
    }
  },
  at({ label }, scores, i) {
    const z = label[i]! === 1 ? -scores[i]! : scores[i]!
    return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)))
  },
}

/** Keeps a step on counts from overshooting, as LightGBM's poisson_max_delta_step does. */
const poissonStep = 0.7

const poisson: Loss = {
  initial(targets) {
    const { label, offset } = targets
    const mean = ratio(targets, i => label[i]!, offset && (i => Math.exp(offset[i]!)))
    return Float64Array.of(Math.log(Math.max(mean, smallest)))
  },
  derivatives({ label, weights }, scores, { pairs, from, to }) {
    for (let i = from; i < to; i++) {
      const mean = Math.exp(scores[i]!)
      const w = weights ? weights[i]! : 1
      pairs[2 * i] = w * (mean - label[i]!)
      pairs[2 * i + 1] = w * mean * Math.exp(poissonStep)
    }
  },
  at: ({ label }, scores, i) => Math.exp(scores[i]!) - label[i]! * scores[i]!,
}

/** An offset is the same for every class and changes nothing. */
const softmax: Loss = {
  initial(targets) {
    const { label, nScores } = targets
    return Float64Array.from({ length: nScores }, (_, k) =>
      Math.log(
        Math.max(
          ratio(targets, i => (label[i]! === k ? 1 : 0)),
          smallest,
        ),
      ),
    )
  },
  normalize(scores, nScores, into) {
    for (let from = 0; from < scores.length; from += nScores) {
      const total = logSum(scores, from, nScores)
      for (let k = from; k < from + nScores; k++) into[k] = Math.exp(scores[k]! - total)
    }
  },
  derivatives({ label, weights, nScores }, probabilities, { k, pairs, from, to }) {
    const factor = nScores / (nScores - 1)
    for (let i = from; i < to; i++) {
      const w = weights ? weights[i]! : 1
      const p = probabilities[i * nScores + k]!
      pairs[2 * i] = w * (p - (label[i]! === k ? 1 : 0))
      pairs[2 * i + 1] = w * factor * p * (1 - p)
    }
  },
  at: ({ label, nScores }, scores, i) =>
    logSum(scores, i * nScores, nScores) - scores[i * nScores + label[i]!]!,
}

function logSum(scores: Float64Array, from: number, n: number): number {
  let greatest = -Infinity
  for (let k = from; k < from + n; k++) greatest = Math.max(greatest, scores[k]!)
  let sum = 0
  for (let k = from; k < from + n; k++) sum += Math.exp(scores[k]! - greatest)
  return greatest + Math.log(sum)
}

export const losses: Readonly<Record<LossName, Loss>> = { squared, logistic, softmax, poisson }
