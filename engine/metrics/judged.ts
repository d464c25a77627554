/** What metrics are computed from: what was predicted, and what happened. */
import type { FittedLabel } from '../estimators/estimator.ts'

export interface Judged {
  readonly label: FittedLabel
  /**
   * Of a bool the probability that it is true, of a number its expected value, (nRows); of classes the probability of each,
   * row after row (nRows, nClasses).
   */
  readonly predicted: Float64Array
  /** (nRows): a bool as 1 and 0, a number as itself, a class by its index; what is no index is a class never trained on. */
  readonly actual: Float64Array
  /** Of all rows, where these are some of them; absent: of these. */
  readonly meanActual?: number
}

/** Rows with the same group together, in their order; rows without one (−1) are left out. */
export interface Grouped {
  readonly judged: Judged
  /** Group g has the rows from starts[g] to starts[g + 1]. */
  readonly starts: Uint32Array
}

/**
 * @param predictions as `predictionsOf` gives them: of two classes, that of the second alone may be there
 * @param actual (nRows)
 */
export function judgedOf(label: FittedLabel, predictions: Float64Array, actual: Float64Array): Judged {
  const isOfSecond =
    label.kind === 'classes' && label.classes.length === 2 && predictions.length === actual.length
  if (!isOfSecond) return { label, predicted: predictions, actual }
  const predicted = new Float64Array(2 * actual.length)
  for (let i = 0; i < actual.length; i++) {
    predicted[2 * i] = 1 - predictions[i]!
    predicted[2 * i + 1] = predictions[i]!
  }
  return { label, predicted, actual }
}

/** How many numbers of `predicted` a row has. */
export function widthOf(label: FittedLabel): number {
  return label.kind === 'classes' ? label.classes.length : 1
}

export function slice({ label, predicted, actual }: Judged, from: number, until: number): Judged {
  const width = widthOf(label)
  return {
    label,
    predicted: predicted.subarray(from * width, until * width),
    actual: actual.subarray(from, until),
  }
}

/** @param codes group of every row, from −1 to nGroups − 1 */
export function groupRows(judged: Judged, codes: Int32Array, nGroups: number): Grouped {
  const starts = new Uint32Array(nGroups + 1)
  for (const code of codes) if (code >= 0) starts[code + 1]!++
  for (let g = 0; g < nGroups; g++) starts[g + 1]! += starts[g]!
  const next = starts.slice()
  const width = widthOf(judged.label)
  const actual = new Float64Array(starts[nGroups]!)
  const predicted = new Float64Array(actual.length * width)
  for (let i = 0; i < codes.length; i++) {
    if (codes[i]! < 0) continue
    const to = next[codes[i]!]!++
    actual[to] = judged.actual[i]!
    for (let c = 0; c < width; c++) predicted[to * width + c] = judged.predicted[i * width + c]!
  }
  return { judged: { label: judged.label, predicted, actual }, starts }
}
