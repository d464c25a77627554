/**
 * Metrics that are functions of sums over the rows. Sums of resampled rows are sums of what the rows bring, so the same
 * definition gives the value and its interval.
 */
import type { MetricName } from '../../language/index.ts'
import { widthOf, type Judged } from './judged.ts'

export interface SumMetric {
  readonly nSums: number
  /** Adds what row i brings to the sums that stand from `at` on. */
  add(i: number, sums: Float64Array, at: number): void
  /** NaN where it is not defined. */
  value(sums: Float64Array): number
}

/** Those that are defined for the kind of label; their rows are those of `judged`. */
export function sumMetric(metric: MetricName, judged: Judged): SumMetric | undefined {
  return definitions[judged.label.kind][metric]?.(judged)
}

type Definitions = Readonly<Partial<Record<MetricName, (judged: Judged) => SumMetric>>>

/** The value over all rows; null where it is not defined. */
export function sumValue(metric: SumMetric, nRows: number): number | null {
  if (nRows === 0) return null
  const sums = new Float64Array(metric.nSums)
  for (let i = 0; i < nRows; i++) metric.add(i, sums, 0)
  const value = metric.value(sums)
  return Number.isFinite(value) ? value : null
}

const definitions: Readonly<Record<Judged['label']['kind'], Definitions>> = {
  bool: {
    log_loss: ({ predicted, actual }) =>
      mean(i => surprise(actual[i] === 1 ? predicted[i]! : 1 - predicted[i]!)),
    accuracy: ({ predicted, actual }) => mean(i => (predicted[i]! >= 0.5 === (actual[i] === 1) ? 1 : 0)),
    f1,
    calibration_error: calibrationError,
  },
  classes: {
    log_loss: judged => mean(i => surprise(probabilityOfActual(judged, i))),
    accuracy: judged => mean(i => (likeliest(judged, i) === judged.actual[i] ? 1 : 0)),
    f1: macroF1,
  },
  number: {
    rmse: ({ predicted, actual }) => mean(i => (predicted[i]! - actual[i]!) ** 2, Math.sqrt),
    mae: ({ predicted, actual }) => mean(i => Math.abs(predicted[i]! - actual[i]!)),
    r2,
    poisson_deviance: ({ predicted, actual }) => mean(i => poissonDeviance(actual[i]!, predicted[i]!)),
  },
}

/** Mean over the rows, and a function of it. */
function mean(of: (i: number) => number, then: (mean: number) => number = value => value): SumMetric {
  return {
    nSums: 2,
    add(i, sums, at) {
      sums[at]!++
      sums[at + 1]! += of(i)
    },
    value: sums => then(sums[1]! / sums[0]!),
  }
}

/** 0 of a class that was never trained on. */
function probabilityOfActual({ label, predicted, actual }: Judged, i: number): number {
  return actual[i]! >= 0 ? predicted[i * widthOf(label) + actual[i]!]! : 0
}

/** Negative logarithm of the probability of what happened. Probabilities are kept 1e-15 from 0. */
function surprise(probability: number): number {
  return -Math.log(Math.max(probability, 1e-15))
}

/** The first of the classes with the greatest probability. */
export function likeliest({ label, predicted }: Judged, i: number): number {
  const width = widthOf(label)
  let best = 0
  for (let c = 1; c < width; c++) if (predicted[i * width + c]! > predicted[i * width + best]!) best = c
  return best
}

/** Harmonic mean of precision and recall at a probability of 0.5; not defined where nothing is true or said to be. */
function f1({ predicted, actual }: Judged): SumMetric {
  return {
    nSums: 2,
    add(i, sums, at) {
      const said = predicted[i]! >= 0.5 ? 1 : 0
      sums[at]! += said * actual[i]!
      sums[at + 1]! += said + actual[i]!
    },
    value: sums => (2 * sums[0]!) / sums[1]!,
  }
}

/** Mean of the F1 of every class, over those that are true or said to be of some row. */
function macroF1(judged: Judged): SumMetric {
  const nClasses = widthOf(judged.label)
  return {
    nSums: 2 * nClasses,
    add(i, sums, at) {
      const said = likeliest(judged, i)
      const happened = judged.actual[i]!
      sums[at + 2 * said + 1]!++
      if (!(happened >= 0)) return
      sums[at + 2 * happened + 1]!++
      if (said === happened) sums[at + 2 * said]!++
    },
    value(sums) {
      let total = 0
      let nSeen = 0
      for (let c = 0; c < nClasses; c++) {
        if (sums[2 * c + 1] === 0) continue
        total += (2 * sums[2 * c]!) / sums[2 * c + 1]!
        nSeen++
      }
      return total / nSeen
    },
  }
}

const nBins = 10

/** Expected calibration error: |mean probability − share of true rows| over ten equally wide bins, by rows. */
function calibrationError({ predicted, actual }: Judged): SumMetric {
  return {
    nSums: nBins + 1,
    add(i, sums, at) {
      const bin = Math.min(Math.floor(predicted[i]! * nBins), nBins - 1)
      sums[at + bin]! += predicted[i]! - actual[i]!
      sums[at + nBins]!++
    },
    value(sums) {
      let gaps = 0
      for (let bin = 0; bin < nBins; bin++) gaps += Math.abs(sums[bin]!)
      return gaps / sums[nBins]!
    },
  }
}

/** Share of the variance explained; not defined where all labels are the same. */
function r2({ predicted, actual, meanActual }: Judged): SumMetric {
  // Near the mean, squares lose no digits.
  const near = meanActual ?? actual.reduce((sum, y) => sum + y / actual.length, 0)
  return {
    nSums: 4,
    add(i, sums, at) {
      const y = actual[i]! - near
      sums[at]!++
      sums[at + 1]! += y
      sums[at + 2]! += y * y
      sums[at + 3]! += (predicted[i]! - actual[i]!) ** 2
    },
    value([n, y, squares, errors]) {
      const variation = squares! - (y! * y!) / n!
      return variation > 1e-12 * squares! ? 1 - errors! / variation : NaN
    },
  }
}

/** Twice what the log-likelihood of a Poisson distribution lacks; not defined for labels below 0 or means not above it. */
function poissonDeviance(y: number, mean: number): number {
  if (y < 0 || !(mean > 0)) return NaN
  return 2 * ((y === 0 ? 0 : y * Math.log(y / mean)) - y + mean)
}
