/**
 * Sums of gradient and curvature per bin. Every column's sums are made by one thread over the rows in their order: no
 * bit depends on how many threads there are.
 *
 * The curvature's sum carries the number of rows with it: each row adds its curvature and `countUnit`, a power of two
 * above the sum of all curvatures. That is a third less to add up in the innermost loop, and costs the curvature its
 * last bits only.
 */
import type { Kernel } from './kernel.ts'

/** Doubles per bin: gradient, curvature with rows. */
export const lanes = 2

export interface Column {
  /** Address of the bins. */
  readonly bins: number
  /** Whether a bin takes two bytes. */
  readonly wide: boolean
  readonly nBins: number
  /** Byte offset of the column's sums in those of a leaf. */
  readonly offset: number
}

export interface SumRequest {
  readonly rows: number
  readonly n: number
  readonly pairs: number
  /** Address of the leaf's sums; they are to be 0. */
  readonly sums: number
}

/** Adds up columns, four at a time where they are of bytes. */
export function sumColumns(
  kernel: Kernel,
  columns: readonly Column[],
  { rows, n, pairs, sums }: SumRequest,
): void {
  const narrow = columns.filter(column => !column.wide)
  let j = 0
  for (; j + 4 <= narrow.length; j += 4) {
    const [a, b, c, d] = [narrow[j]!, narrow[j + 1]!, narrow[j + 2]!, narrow[j + 3]!]
    const to = [a, b, c, d].map(({ offset }) => sums + offset) as [number, number, number, number]
    kernel.sumFourBytes(a.bins, b.bins, c.bins, d.bins, rows, n, pairs, ...to)
  }
  for (; j < narrow.length; j++) kernel.sumBytes(narrow[j]!.bins, rows, n, pairs, sums + narrow[j]!.offset)
  for (const column of columns)
    if (column.wide) kernel.sumWords(column.bins, rows, n, pairs, sums + column.offset)
}

/** A power of two above what all curvatures sum up to. */
export function countUnitOf(totalCurvature: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(totalCurvature, Number.MIN_VALUE) * 2 + 1))
}

/** Rows of a sum of curvatures. Sums that were subtracted may have lost the last bits below zero. */
export function rowsOf(sum: number, countUnit: number): number {
  return Math.floor(sum / countUnit + 1e-6)
}
