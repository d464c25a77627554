/** A fitted tree as plain data, and its value at a row. */
import type { Bins } from './bins.ts'

/** Node 0 is the root. A node with `left` −1 is a leaf. */
export interface Tree {
  /** Column that the node splits on. */
  readonly column: readonly number[]
  /** Numbers: rows with value ≤ threshold go left. */
  readonly threshold: readonly number[]
  /** Categories: bins (code + 1, 0 for every other value) that go left; absent for numbers. */
  readonly members: readonly (readonly number[] | null)[]
  /** Whether missing numbers go left. */
  readonly missingLeft: readonly boolean[]
  readonly left: readonly number[]
  readonly right: readonly number[]
  /** What the tree adds to the score of the rows in the leaf; the mean of its rows at inner nodes. */
  readonly value: readonly number[]
  /** How much the split lowered the loss. */
  readonly gain: readonly number[]
  /** Training rows. */
  readonly nRows: readonly number[]
}

/** A tree over bins, as it is used while fitting. */
export interface BinnedTree {
  readonly nNodes: number
  readonly column: Int32Array
  /** Numbers: bins ≤ this go left. */
  readonly bin: Int32Array
  /** Per node, 1 at every bin that goes left; undefined at leaves. */
  readonly goesLeft: readonly (Uint8Array | undefined)[]
  readonly left: Int32Array
  readonly right: Int32Array
  readonly value: Float64Array
}

/** Adds the tree's value to `scores` at `offset + i · stride` for every row. */
export function addBinned(
  tree: BinnedTree,
  columns: readonly Bins[],
  {
    scores,
    offset,
    stride,
  }: { readonly scores: Float64Array; readonly offset: number; readonly stride: number },
): void {
  const { column, goesLeft, left, right, value } = tree
  const nRows = scores.length / stride
  for (let i = 0; i < nRows; i++) {
    let node = 0
    while (left[node]! >= 0)
      node = goesLeft[node]![columns[column[node]!]![i]!] === 1 ? left[node]! : right[node]!
    scores[offset + i * stride]! += value[node]!
  }
}
