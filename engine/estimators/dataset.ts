/** What an estimator is given: columns in typed buffers, rows in an order that depends on their content alone. */

export interface EncodedRows {
  readonly nRows: number
  /**
   * One buffer per numeric column: NaN where missing before preparation, never after. Preparation adds those that say what
   * was missing.
   */
  readonly numbers: readonly Float64Array[]
  /** One buffer per one-hot feature: index of the category, −1 for every other value. */
  readonly codes: readonly Int32Array[]
  /** A bool as 0 and 1, a number as itself, a class by its index. */
  readonly label: Float64Array
  /** One buffer per column that metrics are given per: index of the value, −1 where missing. */
  readonly groups: readonly Int32Array[]
  /** One buffer per random effect: index of the key's value, −1 where the training rows have none such. */
  readonly keys?: readonly Int32Array[]
  /** Added to the score of a row as it is, before the link. */
  readonly offset?: Float64Array
  /** How much a row counts in the fit, above 0 on training rows; 1 when absent. */
  readonly weights?: Float64Array
}

export function allocateRows(
  nRows: number,
  shape: {
    readonly nNumbers: number
    readonly nCodes: number
    readonly nGroups: number
    readonly hasWeights?: boolean
  },
): EncodedRows {
  return {
    nRows,
    numbers: Array.from({ length: shape.nNumbers }, () => new Float64Array(nRows)),
    codes: Array.from({ length: shape.nCodes }, () => new Int32Array(nRows)),
    label: new Float64Array(nRows),
    groups: Array.from({ length: shape.nGroups }, () => new Int32Array(nRows)),
    ...(shape.hasWeights && { weights: new Float64Array(nRows) }),
  }
}

/** Every class counts as much as the others together would on average: nRows / (nClasses · its rows), times its weight. */
export function balanceClasses(rows: EncodedRows): EncodedRows {
  const nTrue = rows.label.reduce((sum, y) => sum + y, 0)
  const factors = [rows.nRows / (2 * (rows.nRows - nTrue)), rows.nRows / (2 * nTrue)]
  const weights = Float64Array.from(rows.label, (y, i) => factors[y]! * (rows.weights?.[i] ?? 1))
  return { ...rows, weights }
}
