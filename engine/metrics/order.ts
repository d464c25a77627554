/** Metrics of the order that probabilities put rows into: AUC and average precision. */

/** Rows of equal probability together, the greatest first. */
export interface Ties {
  /** Rows that are true, per tie; that are false. */
  readonly nTrue: Float64Array
  readonly nFalse: Float64Array
}

type OrderMetric = (ties: Ties) => number

export const orderMetrics: Readonly<Partial<Record<string, OrderMetric>>> = { auc, pr_auc: averagePrecision }

/** @param probability (nRows) @param label (nRows), 1 where true */
export function tiesOf(probability: Float64Array, label: Float64Array): Ties {
  let nPositives = 0
  for (const y of label) if (y === 1) nPositives++
  const positives = new Float64Array(nPositives)
  const negatives = new Float64Array(label.length - nPositives)
  let p = 0
  let n = 0
  for (let i = 0; i < label.length; i++)
    if (label[i] === 1) positives[p++] = probability[i]!
    else negatives[n++] = probability[i]!
  // Sorting numbers without a function is many times faster than sorting rows.
  return merged(positives.sort(), negatives.sort())
}

function merged(positives: Float64Array, negatives: Float64Array): Ties {
  const nTrue = new Float64Array(positives.length + negatives.length)
  const nFalse = new Float64Array(nTrue.length)
  let p = positives.length - 1
  let n = negatives.length - 1
  let t = 0
  for (; p >= 0 || n >= 0; t++) {
    const value = Math.max(p < 0 ? -Infinity : positives[p]!, n < 0 ? -Infinity : negatives[n]!)
    for (; p >= 0 && positives[p] === value; p--) nTrue[t]!++
    for (; n >= 0 && negatives[n] === value; n--) nFalse[t]!++
  }
  return { nTrue: nTrue.subarray(0, t), nFalse: nFalse.subarray(0, t) }
}

/** About `nBins` ties at most, of about as many rows or as many true rows each. */
export function coarsen({ nTrue, nFalse }: Ties, nBins: number): Ties {
  if (nTrue.length <= nBins) return { nTrue, nFalse }
  const rowsPerBin = (2 * (sumOf(nTrue) + sumOf(nFalse))) / nBins
  const truePerBin = (2 * sumOf(nTrue)) / nBins
  const coarse: [number, number][] = []
  let [t, f] = [0, 0]
  for (let i = 0; i < nTrue.length; i++) {
    t += nTrue[i]!
    f += nFalse[i]!
    if (t + f < rowsPerBin && t < Math.max(truePerBin, 1) && i < nTrue.length - 1) continue
    coarse.push([t, f])
    ;[t, f] = [0, 0]
  }
  return { nTrue: Float64Array.from(coarse, c => c[0]), nFalse: Float64Array.from(coarse, c => c[1]) }
}

/** Area under the ROC curve: the chance that a true row ranks above a false one, ties counting half. NaN of one class. */
export function auc({ nTrue, nFalse }: Ties): number {
  let above = 0
  let wins = 0
  let pairs = 0
  for (let i = 0; i < nTrue.length; i++) {
    wins += nFalse[i]! * (above + nTrue[i]! / 2)
    above += nTrue[i]!
    pairs += nFalse[i]!
  }
  return wins / (above * pairs)
}

/**
 * Area under the precision-recall curve, as average precision: over thresholds from the greatest probability down, the
 * precision of what is above, by the recall gained. NaN where nothing is true.
 */
export function averagePrecision({ nTrue, nFalse }: Ties): number {
  let found = 0
  let seen = 0
  let area = 0
  for (let i = 0; i < nTrue.length; i++) {
    found += nTrue[i]!
    seen += nTrue[i]! + nFalse[i]!
    if (nTrue[i]! > 0) area += nTrue[i]! * (found / seen)
  }
  return area / found
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0)
}
