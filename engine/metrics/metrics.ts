/** Metrics of a probability against what happened. Every one is null where it is not defined. */
import type { MetricPlan } from '../../language/index.ts'

/** @param probability (nRows) @param label (nRows), 1 where true */
type Metric = (probability: Float64Array, label: Uint8Array) => number | null

export const metrics: Readonly<Record<MetricPlan['metric'], Metric>> = {
  auc,
  log_loss: logLoss,
  accuracy,
  calibration_error: calibrationError,
}

/** Area under the ROC curve: the chance that a true row ranks above a false one, ties counting half. Exact. */
export function auc(probability: Float64Array, label: Uint8Array): number | null {
  const positives = probability.filter((_, i) => label[i] === 1).sort()
  const negatives = probability.filter((_, i) => label[i] === 0).sort()
  if (positives.length === 0 || negatives.length === 0) return null
  let below = 0
  let upTo = 0
  let wins = 0
  for (const p of positives) {
    while (below < negatives.length && negatives[below]! < p) below++
    if (upTo < below) upTo = below
    while (upTo < negatives.length && negatives[upTo]! <= p) upTo++
    wins += below + (upTo - below) / 2
  }
  return wins / positives.length / negatives.length
}

/** Mean negative logarithm of the probability of what happened. Probabilities are kept 1e-15 from 0 and 1. */
export function logLoss(probability: Float64Array, label: Uint8Array): number | null {
  if (label.length === 0) return null
  let sum = 0
  for (let i = 0; i < label.length; i++) {
    const p = Math.min(Math.max(probability[i]!, 1e-15), 1 - 1e-15)
    sum -= label[i] === 1 ? Math.log(p) : Math.log1p(-p)
  }
  return sum / label.length
}

/** Share of rows whose label is the likelier one; 0.5 counts as true. */
export function accuracy(probability: Float64Array, label: Uint8Array): number | null {
  if (label.length === 0) return null
  let right = 0
  for (let i = 0; i < label.length; i++) if (probability[i]! >= 0.5 === (label[i] === 1)) right++
  return right / label.length
}

const nBins = 10

/** Expected calibration error: |mean probability − share of true rows| over ten equally wide bins, by rows. */
export function calibrationError(probability: Float64Array, label: Uint8Array): number | null {
  if (label.length === 0) return null
  const gaps = new Float64Array(nBins)
  for (let i = 0; i < label.length; i++) {
    const bin = Math.min(Math.floor(probability[i]! * nBins), nBins - 1)
    gaps[bin]! += probability[i]! - label[i]!
  }
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / label.length
}
