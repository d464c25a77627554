/**
 * Sums of gradient, curvature and rows per bin. Every column's sums are made by one thread over the rows in their
 * order: no bit depends on how many threads there are.
 */
import type { Bins } from './bins.ts'

/** Numbers per bin: gradient, curvature, rows. */
export const lanes = 3

/** The rows of a leaf with what belongs to them, gathered so that they are read in order. */
export interface LeafRows {
  /** Row numbers; those of the leaf are `from` to `to`. */
  readonly rows: Uint32Array
  readonly from: number
  readonly to: number
  /** Of row `rows[from + i]` at i. */
  readonly gradient: Float64Array
  readonly curvature: Float64Array
}

/** Adds up one column. `sums` is (nBins, 3) from `offset` on and is overwritten. */
export function sumColumn(
  bins: Bins,
  { rows, from, to, gradient, curvature }: LeafRows,
  { sums, offset, nBins }: { readonly sums: Float64Array; readonly offset: number; readonly nBins: number },
): void {
  sums.fill(0, offset, offset + nBins * lanes)
  if (bins instanceof Uint8Array) sumBytes(bins, rows, from, to, gradient, curvature, sums, offset)
  else sumWords(bins, rows, from, to, gradient, curvature, sums, offset)
}

// Two functions of one text: each sees one kind of array, which the compiler can then read without asking.
// Positions instead of an options object: this is the innermost loop.
function sumBytes(
  bins: Uint8Array,
  rows: Uint32Array,
  from: number,
  to: number,
  gradient: Float64Array,
  curvature: Float64Array,
  sums: Float64Array,
  offset: number,
): void {
  const n = to - from
  for (let i = 0; i < n; i++) {
    const at = offset + bins[rows[from + i]!]! * lanes
    sums[at]! += gradient[i]!
    sums[at + 1]! += curvature[i]!
    sums[at + 2]! += 1
  }
}

function sumWords(
  bins: Uint16Array,
  rows: Uint32Array,
  from: number,
  to: number,
  gradient: Float64Array,
  curvature: Float64Array,
  sums: Float64Array,
  offset: number,
): void {
  const n = to - from
  for (let i = 0; i < n; i++) {
    const at = offset + bins[rows[from + i]!]! * lanes
    sums[at]! += gradient[i]!
    sums[at + 1]! += curvature[i]!
    sums[at + 2]! += 1
  }
}

/** `parent` becomes what is left of it without `child`. */
export function subtract(parent: Float64Array, child: Float64Array): void {
  for (let i = 0; i < parent.length; i++) parent[i]! -= child[i]!
}
