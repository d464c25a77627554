/** What a label's distribution says of the score of a row: loss, its first and its second derivative. */
import type { Link } from '../estimator.ts'

export type FamilyName = 'gaussian' | 'logistic' | 'poisson'

export interface Family {
  readonly name: FamilyName
  readonly link: Link
  /** Minus the log likelihood, without what does not depend on the score. Never NaN for finite arguments. */
  readonly loss: (score: number, label: number) => number
  /** The expected label. The first derivative of the loss is mean − label. */
  readonly mean: (score: number) => number
  /** The second derivative of the loss, at the mean. */
  readonly curvature: (mean: number) => number
}

export const families: Readonly<Record<FamilyName, Family>> = {
  gaussian: {
    name: 'gaussian',
    link: 'identity',
    loss: (score, label) => 0.5 * (label - score) * (label - score),
    mean: score => score,
    curvature: () => 1,
  },
  logistic: {
    name: 'logistic',
    link: 'logistic',
    loss: (score, label) => Math.log1p(Math.exp(-Math.abs(score))) + Math.max(score, 0) - label * score,
    mean: score => 1 / (1 + Math.exp(-score)),
    curvature: mean => mean * (1 - mean),
  },
  poisson: {
    name: 'poisson',
    link: 'log',
    loss: (score, label) => Math.exp(score) - label * score,
    mean: score => Math.exp(score),
    curvature: mean => mean,
  },
}
