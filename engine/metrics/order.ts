/** Metrics of the order that probabilities put rows into: AUC and average precision. */

/** Rows of equal probability together, the greatest first. */
export interface Ties {
  /** Rows that are true, per tie; that are false. */
  readonly nTrue: Float64Array
  readonly nFalse: Float64Array
}

/** A metric that goes through ties once, the greatest first. */
export interface TieSum {
  add(nTrue: number, nFalse: number): void
  value(): number
}

export const orderMetrics: Readonly<Partial<Record<string, () => TieSum>>> = {
  auc: areaUnderCurve,
  pr_auc: averagePrecision,
}

export function valueOfTies(metric: () => TieSum, { nTrue, nFalse }: Ties): number {
  const sum = metric()
  for (let i = 0; i < nTrue.length; i++) sum.add(nTrue[i]!, nFalse[i]!)
  return sum.value()
}

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

/** Joins neighbours to about `nBins` ties at most, of about as many rows or as many true rows each. */
export interface Coarsening {
  add(nTrue: number, nFalse: number): void
  ties(): Ties
}

/** @param of how many rows are to come */
export function coarsening(
  of: { readonly nTrue: number; readonly nFalse: number },
  nBins: number,
): Coarsening {
  const rowsPerBin = (2 * (of.nTrue + of.nFalse)) / nBins
  const truePerBin = Math.max((2 * of.nTrue) / nBins, 1)
  // So few need not be joined.
  const few: [number, number][] = []
  const coarse: [number, number][] = []
  let n = 0
  let [t, f] = [0, 0]
  return {
    add(nTrue, nFalse) {
      if (n++ < nBins) few.push([nTrue, nFalse])
      t += nTrue
      f += nFalse
      if (t + f < rowsPerBin && t < truePerBin) return
      coarse.push([t, f])
      ;[t, f] = [0, 0]
    },
    ties() {
      const joined = n <= nBins ? few : t + f > 0 ? [...coarse, [t, f] as const] : coarse
      return { nTrue: Float64Array.from(joined, c => c[0]), nFalse: Float64Array.from(joined, c => c[1]) }
    },
  }
}

export function coarsen({ nTrue, nFalse }: Ties, nBins: number): Ties {
  if (nTrue.length <= nBins) return { nTrue, nFalse }
  const coarse = coarsening({ nTrue: sumOf(nTrue), nFalse: sumOf(nFalse) }, nBins)
  for (let i = 0; i < nTrue.length; i++) coarse.add(nTrue[i]!, nFalse[i]!)
  return coarse.ties()
}

/** Area under the ROC curve: the chance that a true row ranks above a false one, ties counting half. NaN of one class. */
function areaUnderCurve(): TieSum {
  let above = 0
  let wins = 0
  let pairs = 0
  return {
    add(nTrue, nFalse) {
      wins += nFalse * (above + nTrue / 2)
      above += nTrue
      pairs += nFalse
    },
    value: () => wins / (above * pairs),
  }
}

/**
 * Area under the precision-recall curve, as average precision: over thresholds from the greatest probability down, the
 * precision of what is above, by the recall gained. NaN where nothing is true.
 */
function averagePrecision(): TieSum {
  let found = 0
  let seen = 0
  let area = 0
  return {
    add(nTrue, nFalse) {
      found += nTrue
      seen += nTrue + nFalse
      if (nTrue > 0) area += nTrue * (found / seen)
    },
    value: () => area / found,
  }
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0)
}
