/** What a label's distribution says of the score of one row: the loss and its first two derivatives. */

export type FamilyName = 'gaussian' | 'logistic' | 'poisson'

export interface Family {
  readonly name: FamilyName
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
    loss: (score, label) => 0.5 * (label - score) * (label - score),
    mean: score => score,
    curvature: () => 1,
  },
  logistic: {
    name: 'logistic',
    loss: (score, label) => Math.log1p(Math.exp(-Math.abs(score))) + Math.max(score, 0) - label * score,
    mean: score => 1 / (1 + Math.exp(-score)),
    curvature: mean => mean * (1 - mean),
  },
  poisson: {
    name: 'poisson',
    loss: (score, label) => Math.exp(score) - label * score,
    mean: score => Math.exp(score),
    curvature: mean => mean,
  },
}
