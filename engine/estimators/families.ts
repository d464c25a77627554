/** What the distribution of the label decides: link, loss, where a fit starts and how curved the loss is there. */
import { EngineError } from '../errors.ts'
import { pagesOf, type EncodedRows, type Rows } from './dataset.ts'
import type { FittedLabel, Link } from './estimator.ts'
import { logistic, poisson, softmax, squared, type Loss } from './losses.ts'

export interface Family {
  readonly link: Link
  readonly loss: Loss
  /** Per score the intercept that fits best by itself, about. */
  readonly intercepts: readonly number[]
  /** The mean second derivatives of a row's loss by its scores there, (nScores, nScores). */
  readonly lossCurvature: readonly (readonly number[])[]
  /** Whether they are the same everywhere. */
  readonly constantCurvature?: true
  /** Per score what the gradient by scaled parameters is measured in, so that a tolerance means the same for any label. */
  readonly units: readonly number[]
}

export function gaussianFamily(rows: Rows): Family {
  const residual = ({ label, offset }: EncodedRows, i: number) => label[i]! - (offset ? offset[i]! : 0)
  const mean = weightedMean(rows, residual)
  const variance = weightedMean(rows, (page, i) => (residual(page, i) - mean) ** 2)
  return {
    link: 'identity',
    loss: squared,
    intercepts: [mean],
    lossCurvature: [[1]],
    constantCurvature: true,
    units: [Math.sqrt(variance) || Math.abs(mean) || 1],
  }
}

/** @throws EngineError ENG005 where all rows are of one class */
export function logisticFamily(rows: Rows, label: FittedLabel): Family {
  const nClasses = label.kind === 'classes' ? label.classes.length : 2
  const shares = classShares(rows, nClasses)
  if (shares.filter(share => share > 0).length < 2)
    throw new EngineError(
      'ENG005',
      `Expected training rows of at least two classes, got ${rows.nRows} rows of one. Take more rows, or another label.`,
    )
  if (nClasses > 2) return softmaxFamily(rows, shares)
  const share = shares[1]!
  const curvature = share * (1 - share)
  return {
    link: 'logistic',
    loss: logistic,
    intercepts: [Math.log(share / (1 - share)) - offsetMean(rows)],
    lossCurvature: [[curvature]],
    units: [Math.sqrt(curvature)],
  }
}

function softmaxFamily({ nRows }: Rows, shares: readonly number[]): Family {
  // A class that no row is of gets half a row to start from; the fit makes less of it.
  const some = shares.map(share => Math.max(share, 0.5 / nRows))
  const starts = some.map(share => share / some.reduce((sum, value) => sum + value, 0))
  const logs = starts.map(Math.log)
  const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length
  return {
    link: 'softmax',
    loss: softmax,
    intercepts: logs.map(value => value - mean),
    lossCurvature: starts.map((p, k) => starts.map((q, l) => (k === l ? p * (1 - p) : -p * q))),
    units: starts.map(p => Math.sqrt(p * (1 - p))),
  }
}

/** @throws EngineError ENG005 where a label is negative or none is above 0 */
export function poissonFamily(rows: Rows): Family {
  const negative = negativeOf(rows)
  if (negative !== undefined)
    throw new EngineError(
      'ENG005',
      `Expected counts of 0 or more to fit a Poisson regression to, got ${negative}. Leave those rows out with \`where\`, or take linear_regression.`,
    )
  const mean = weightedMean(rows, ({ label }, i) => label[i]!)
  if (mean === 0)
    throw new EngineError(
      'ENG005',
      `Expected some counts above 0 on the training rows, got 0 on all ${rows.nRows}. Take more rows, or another label.`,
    )
  const exposure = weightedMean(rows, ({ offset }, i) => (offset ? Math.exp(offset[i]!) : 1))
  return {
    link: 'log',
    loss: poisson,
    intercepts: [Math.log(mean / exposure)],
    lossCurvature: [[mean]],
    units: [Math.min(1, Math.sqrt(mean))],
  }
}

function negativeOf(rows: Rows): number | undefined {
  for (const { label } of pagesOf(rows)) {
    const negative = label.find(y => !(y >= 0))
    if (negative !== undefined) return negative
  }
  return undefined
}

function offsetMean(rows: Rows): number {
  return weightedMean(rows, ({ offset }, i) => (offset ? offset[i]! : 0))
}

function weightedMean(rows: Rows, value: (page: EncodedRows, i: number) => number): number {
  let [sum, total] = [0, 0]
  for (const page of pagesOf(rows)) {
    const { nRows, weights } = page
    for (let i = 0; i < nRows; i++) {
      const weight = weights ? weights[i]! : 1
      sum += weight * value(page, i)
      total += weight
    }
  }
  return sum / total
}

/** Per class its share of the rows' weight. */
function classShares(rows: Rows, nClasses: number): readonly number[] {
  const sums = new Array<number>(nClasses).fill(0)
  let total = 0
  for (const { nRows, label, weights } of pagesOf(rows))
    for (let i = 0; i < nRows; i++) {
      const weight = weights ? weights[i]! : 1
      sums[label[i]!]! += weight
      total += weight
    }
  return sums.map(sum => sum / total)
}
