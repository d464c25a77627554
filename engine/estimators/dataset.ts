/** What an estimator is given: columns in typed buffers, rows in an order that depends on their content alone. */
import { allocateColumns } from './column-memory.ts'

export interface EncodedRows {
  readonly nRows: number
  /**
   * One buffer per numeric column: NaN where missing before preparation, never after. Preparation adds those that say what
   * was missing.
   */
  readonly numbers: readonly Float64Array[]
  /** One buffer per feature that is a category: index of the category, −1 for every other value. */
  readonly codes: readonly Int32Array[]
  /** A bool as 0 and 1, a number as itself, a class by its index: −1 for one that no training row has. */
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

/**
 * Rows that are too many to be held: they come page by page, as often as one asks, in one order. Every page has
 * `rowsPerPage` rows but the last; its buffers are those of the next one, and whoever gets a page may write to them.
 */
export interface PagedRows {
  readonly nRows: number
  pages(): Iterable<EncodedRows>
}

/** What a fit may be given. */
export type Rows = EncodedRows | PagedRows

/** A multiple of the rows that anything goes through at once, so that sums over pages are those over all rows. */
export const rowsPerPage = 65_536

export function isPaged(rows: Rows): rows is PagedRows {
  return 'pages' in rows
}

/** Rows that are held are one page. */
export function pagesOf(rows: Rows): Iterable<EncodedRows> {
  return isPaged(rows) ? rows.pages() : [rows]
}

/** The same rows, each page changed when it comes. */
export function mapPages(rows: PagedRows, change: (page: EncodedRows) => EncodedRows): PagedRows {
  return {
    nRows: rows.nRows,
    *pages() {
      for (const page of rows.pages()) yield change(page)
    },
  }
}

/** How many columns of each kind rows have. */
export interface RowShape {
  readonly nNumbers: number
  readonly nCodes: number
  readonly nGroups: number
  readonly nKeys?: number
  readonly hasWeights?: boolean
}

/** What rows of the shape take when they are held. */
export function heldBytes(nRows: number, shape: RowShape): number {
  const { nNumbers, nCodes, nGroups, nKeys = 0, hasWeights } = shape
  return nRows * (8 * (nNumbers + 1 + (hasWeights ? 1 : 0)) + 4 * (nCodes + nGroups + nKeys))
}

export function allocateRows(nRows: number, shape: RowShape): EncodedRows {
  return {
    nRows,
    numbers: allocateColumns(nRows, shape.nNumbers),
    codes: Array.from({ length: shape.nCodes }, () => new Int32Array(nRows)),
    label: new Float64Array(nRows),
    groups: Array.from({ length: shape.nGroups }, () => new Int32Array(nRows)),
    ...(shape.nKeys && { keys: Array.from({ length: shape.nKeys }, () => new Int32Array(nRows)) }),
    ...(shape.hasWeights && { weights: new Float64Array(nRows) }),
  }
}

/**
 * Every class counts as much as the others would on average: nRows / (nClasses · its rows), times its weight.
 * @param nClasses of which each has rows
 */
export function balanceClasses(rows: Rows, nClasses: number): Rows {
  const counts = new Float64Array(nClasses)
  for (const { label } of pagesOf(rows)) for (const y of label) counts[y]!++
  const factors = counts.map(count => rows.nRows / (nClasses * count))
  const balanced = (page: EncodedRows): EncodedRows => ({
    ...page,
    weights: Float64Array.from(page.label, (y, i) => factors[y]! * (page.weights?.[i] ?? 1)),
  })
  return isPaged(rows) ? mapPages(rows, balanced) : balanced(rows)
}
