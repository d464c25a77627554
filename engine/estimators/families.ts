/** What the distribution of the label decides: link, loss, where a fit starts and how curved the loss is there. */
import { EngineError } from '../errors.ts'
import type { EncodedRows } from './dataset.ts'
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

export function gaussianFamily(rows: EncodedRows): Family {
  const residuals = rows.offset ? rows.label.map((y, i) => y - rows.offset![i]!) : rows.label
  const mean = weightedMean(residuals, rows.weights)
  const variance = weightedMean(
    residuals.map(y => (y - mean) ** 2),
    rows.weights,
  )
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
export function logisticFamily(rows: EncodedRows, label: FittedLabel): Family {
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

function softmaxFamily({ nRows }: EncodedRows, shares: readonly number[]): Family {
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
export function poissonFamily(rows: EncodedRows): Family {
  const negative = rows.label.find(y => !(y >= 0))
  if (negative !== undefined)
    throw new EngineError(
      'ENG005',
      `Expected counts of 0 or more to fit a Poisson regression to, got ${negative}. Leave those rows out with \`where\`, or take linear_regression.`,
    )
  const mean = weightedMean(rows.label, rows.weights)
  if (mean === 0)
    throw new EngineError(
      'ENG005',
      `Expected some counts above 0 on the training rows, got 0 on all ${rows.nRows}. Take more rows, or another label.`,
    )
  const exposure = rows.offset
    ? weightedMean(
        rows.offset.map(z => Math.exp(z)),
        rows.weights,
      )
    : 1
  return {
    link: 'log',
    loss: poisson,
    intercepts: [Math.log(mean / exposure)],
    lossCurvature: [[mean]],
    units: [Math.min(1, Math.sqrt(mean))],
  }
}

function offsetMean({ offset, weights }: EncodedRows): number {
  return offset ? weightedMean(offset, weights) : 0
}

function weightedMean(values: Float64Array, weights: Float64Array | undefined): number {
  let [sum, total] = [0, 0]
  for (let i = 0; i < values.length; i++) {
    const weight = weights ? weights[i]! : 1
    sum += weight * values[i]!
    total += weight
  }
  return sum / total
}

/** Per class its share of the rows' weight. */
function classShares({ label, weights }: EncodedRows, nClasses: number): readonly number[] {
  const sums = new Array<number>(nClasses).fill(0)
  let total = 0
  for (let i = 0; i < label.length; i++) {
    const weight = weights ? weights[i]! : 1
    sums[label[i]!]! += weight
    total += weight
  }
  return sums.map(sum => sum / total)
}
