/** Metrics of a probability against what happened. Every one is null where it is not defined. */
import type { MetricName } from '../../language/index.ts'

/** @param probability (nRows) @param label (nRows), 1 where true */
type Metric = (probability: Float64Array, label: Float64Array | Uint8Array) => number | null
/** @param k how many of the best-ranked rows count; all when absent */
type RankingMetric = (
  probability: Float64Array,
  label: Float64Array | Uint8Array,
  k?: number,
) => number | null

/** Metrics of a bool label. */
export const metrics: Readonly<Partial<Record<MetricName, Metric>>> = {
  auc,
  pr_auc: averagePrecision,
  log_loss: logLoss,
  accuracy,
  f1,
  calibration_error: calibrationError,
}

/** Metrics of an order, where a true label is what is sought. */
export const rankingMetrics: Readonly<Partial<Record<MetricName, RankingMetric>>> = {
  ndcg,
  precision,
}

/** Area under the ROC curve: the chance that a true row ranks above a false one, ties counting half. Exact. */
export function auc(probability: Float64Array, label: Float64Array | Uint8Array): number | null {
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
export function logLoss(probability: Float64Array, label: Float64Array | Uint8Array): number | null {
  if (label.length === 0) return null
  let sum = 0
  for (let i = 0; i < label.length; i++) {
    const p = Math.min(Math.max(probability[i]!, 1e-15), 1 - 1e-15)
    sum -= label[i] === 1 ? Math.log(p) : Math.log1p(-p)
  }
  return sum / label.length
}

/** Share of rows whose label is the likelier one; 0.5 counts as true. */
export function accuracy(probability: Float64Array, label: Float64Array | Uint8Array): number | null {
  if (label.length === 0) return null
  let right = 0
  for (let i = 0; i < label.length; i++) if (probability[i]! >= 0.5 === (label[i] === 1)) right++
  return right / label.length
}

const nBins = 10

/** Expected calibration error: |mean probability − share of true rows| over ten equally wide bins, by rows. */
export function calibrationError(probability: Float64Array, label: Float64Array | Uint8Array): number | null {
  if (label.length === 0) return null
  const gaps = new Float64Array(nBins)
  for (let i = 0; i < label.length; i++) {
    const bin = Math.min(Math.floor(probability[i]! * nBins), nBins - 1)
    gaps[bin]! += probability[i]! - label[i]!
  }
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / label.length
}

/**
 * Area under the precision-recall curve, as average precision: over thresholds from the greatest probability down, the
 * precision of what is above, by the recall gained. Rows of equal probability are one threshold.
 */
export function averagePrecision(probability: Float64Array, label: Float64Array | Uint8Array): number | null {
  let found = 0
  let seen = 0
  let area = 0
  for (const { nRows, nTrue } of tiesByFalling(probability, label)) {
    seen += nRows
    found += nTrue
    area += nTrue * (found / seen)
  }
  return found === 0 ? null : area / found
}

/** Harmonic mean of precision and recall at a probability of 0.5; not defined where nothing is true or said to be. */
export function f1(probability: Float64Array, label: Float64Array | Uint8Array): number | null {
  let both = 0
  let either = 0
  for (let i = 0; i < label.length; i++) {
    const said = probability[i]! >= 0.5 ? 1 : 0
    both += said * label[i]!
    either += said + label[i]!
  }
  return either === 0 ? null : (2 * both) / either
}

/**
 * Discounted gain of the k best-ranked rows over the greatest that any order has: a true row at rank r gains
 * 1 / log₂(r + 1). Rows of equal probability share their ranks' gain. Not defined where nothing is true.
 */
export function ndcg(
  probability: Float64Array,
  label: Float64Array | Uint8Array,
  k = Infinity,
): number | null {
  let nTrue = 0
  for (let i = 0; i < label.length; i++) nTrue += label[i]!
  if (nTrue === 0) return null
  let gain = 0
  let rank = 0
  for (const tie of tiesByFalling(probability, label)) {
    gain += (tie.nTrue / tie.nRows) * discounts(rank, Math.min(rank + tie.nRows, k))
    rank += tie.nRows
    if (rank >= k) break
  }
  return gain / discounts(0, Math.min(nTrue, k))
}

/** Sum of the discounts of the ranks from `from` + 1 up to `until`. */
function discounts(from: number, until: number): number {
  let sum = 0
  for (let rank = from + 1; rank <= until; rank++) sum += 1 / Math.log2(rank + 1)
  return sum
}

/**
 * Share of true rows among the k best-ranked, or among all where there are fewer. Rows of equal probability at the
 * border count by their share of true ones.
 */
export function precision(
  probability: Float64Array,
  label: Float64Array | Uint8Array,
  k = Infinity,
): number | null {
  const nRanked = Math.min(k, label.length)
  if (nRanked === 0) return null
  let found = 0
  let rank = 0
  for (const tie of tiesByFalling(probability, label)) {
    found += (tie.nTrue / tie.nRows) * Math.min(tie.nRows, nRanked - rank)
    rank += tie.nRows
    if (rank >= nRanked) break
  }
  return found / nRanked
}

interface Tie {
  readonly nRows: number
  readonly nTrue: number
}

/** Rows of equal probability together, the greatest first. */
function* tiesByFalling(probability: Float64Array, label: Float64Array | Uint8Array): Generator<Tie> {
  const order = Uint32Array.from(probability.keys()).sort((a, b) => probability[b]! - probability[a]!)
  for (let from = 0; from < order.length;) {
    const p = probability[order[from]!]!
    let until = from
    let nTrue = 0
    for (; until < order.length && probability[order[until]!] === p; until++) nTrue += label[order[until]!]!
    yield { nRows: until - from, nTrue }
    from = until
  }
}
