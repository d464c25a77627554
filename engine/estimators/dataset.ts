/** What an estimator is given: columns in typed buffers, rows in an order that depends on their content alone. */

export interface EncodedRows {
  readonly nRows: number
  /** One buffer per numeric feature; NaN where missing before preparation, never after. */
  readonly numbers: readonly Float64Array[]
  /** One buffer per one-hot feature: index of the category, −1 for every other value. */
  readonly codes: readonly Int32Array[]
  /** 1 where the label is true. */
  readonly label: Uint8Array
  /** One buffer per column that metrics are given per: index of the value, −1 where missing. */
  readonly groups: readonly Int32Array[]
}

export function allocateRows(
  nRows: number,
  shape: { readonly nNumbers: number; readonly nCodes: number; readonly nGroups: number },
): EncodedRows {
  return {
    nRows,
    numbers: Array.from({ length: shape.nNumbers }, () => new Float64Array(nRows)),
    codes: Array.from({ length: shape.nCodes }, () => new Int32Array(nRows)),
    label: new Uint8Array(nRows),
    groups: Array.from({ length: shape.nGroups }, () => new Int32Array(nRows)),
  }
}
