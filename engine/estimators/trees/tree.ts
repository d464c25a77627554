/** A fitted tree as plain data. */

/** Node 0 is the root. A node with `left` −1 is a leaf. */
export interface Tree {
  /** Column that the node splits on. */
  readonly column: readonly number[]
  /** Numbers: rows with value ≤ threshold go left. */
  readonly threshold: readonly number[]
  /** Categories: bins (code + 1, 0 for every other value) that go left; null for numbers and leaves. */
  readonly members: readonly (readonly number[] | null)[]
  /** Whether missing numbers go left. */
  readonly missingLeft: readonly boolean[]
  readonly left: readonly number[]
  readonly right: readonly number[]
  /** What the tree adds to the score of the rows in the leaf; at inner nodes, what it would add if it ended there. */
  readonly value: readonly number[]
  /** How much the split lowered the loss, by its second-order approximation, before the learning rate. */
  readonly gain: readonly number[]
  /** Training rows that the tree was fitted to. */
  readonly nRows: readonly number[]
}
