/** Metrics of an order within a group, where rows with a greater label (or a true one) are sought. */
import type { MetricName } from '../../language/index.ts'

/** @param score (nRows) @param gain (nRows), the label @param k how many of the best-ranked rows count; all when absent */
type RankingMetric = (score: Float64Array, gain: Float64Array, k?: number) => number

export const rankingMetrics: Readonly<Partial<Record<MetricName, RankingMetric>>> = { ndcg, precision }

/**
 * Discounted gain of the k best-ranked rows over the greatest that any order has: a row at rank r brings its label times
 * 1 / log₂(r + 1). Rows of equal score share their ranks' gain (McSherry and Najork 2008). NaN where there is no gain or a
 * negative label.
 */
export function ndcg(score: Float64Array, gain: Float64Array, k = Infinity): number {
  let sum = 0
  let rank = 0
  for (const tie of tiesByFalling(score, gain)) {
    sum += (tie.gain / tie.nRows) * discounts(rank, Math.min(rank + tie.nRows, k))
    rank += tie.nRows
    if (rank >= k) break
  }
  const best = gain.slice().sort().reverse()
  if (best.length > 0 && best.at(-1)! < 0) return NaN
  let greatest = 0
  for (let i = 0; i < best.length && i < k && best[i]! > 0; i++) greatest += best[i]! / Math.log2(i + 2)
  return sum / greatest
}

/** Sum of the discounts of the ranks from `from` + 1 up to `until`. */
function discounts(from: number, until: number): number {
  let sum = 0
  for (let rank = from + 1; rank <= until; rank++) sum += 1 / Math.log2(rank + 1)
  return sum
}

/**
 * Share of true rows among the k best-ranked, or among all where there are fewer. Rows of equal score at the border count
 * by their share of true ones. NaN without rows.
 */
export function precision(score: Float64Array, gain: Float64Array, k = Infinity): number {
  const nRanked = Math.min(k, gain.length)
  let found = 0
  let rank = 0
  for (const tie of tiesByFalling(score, gain)) {
    found += (tie.gain / tie.nRows) * Math.min(tie.nRows, nRanked - rank)
    rank += tie.nRows
    if (rank >= nRanked) break
  }
  return found / nRanked
}

interface Tie {
  readonly nRows: number
  readonly gain: number
}

/** Rows of equal score together, the greatest first. */
function* tiesByFalling(score: Float64Array, gain: Float64Array): Generator<Tie> {
  const order = Uint32Array.from(score.keys()).sort((a, b) => score[b]! - score[a]!)
  for (let from = 0; from < order.length;) {
    const value = score[order[from]!]!
    let until = from
    let sum = 0
    for (; until < order.length && score[order[until]!] === value; until++) sum += gain[order[until]!]!
    yield { nRows: until - from, gain: sum }
    from = Math.max(until, from + 1)
  }
}
