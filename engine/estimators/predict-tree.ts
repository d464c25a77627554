/** The value of a tree at many rows. */
import type { EncodedRows } from './dataset.ts'
import type { Target } from './predict.ts'
import type { Tree } from './trees/tree.ts'

/** The leaf that a row comes to. Numbers that are missing are NaN. */
export function leafReader(tree: Tree, { numbers, codes }: EncodedRows): (row: number) => number {
  const nNumbers = numbers.length
  const { column, threshold, missingLeft, left, right } = tree
  const members = tree.members.map(bins => (bins === null ? null : memberTable(bins)))
  return row => {
    let node = 0
    while (left[node]! >= 0) {
      const c = column[node]!
      node = (
        c < nNumbers
          ? goesLeft(numbers[c]![row]!, threshold[node]!, missingLeft[node]!)
          : members[node]![codes[c - nNumbers]![row]! + 1] === 1
      )
        ? left[node]!
        : right[node]!
    }
    return node
  }
}

function goesLeft(x: number, threshold: number, missingLeft: boolean): boolean {
  return Number.isNaN(x) ? missingLeft : x <= threshold
}

/** Per bin, 1 where it goes left; bins beyond the end go right. */
function memberTable(bins: readonly number[]): Uint8Array {
  const table = new Uint8Array(Math.max(-1, ...bins) + 1)
  for (const bin of bins) table[bin] = 1
  return table
}

/** Adds the tree's value at every row. */
export function addTree(tree: Tree, rows: EncodedRows, { scores, offset, stride }: Target): void {
  const leafOf = leafReader(tree, rows)
  for (let i = 0; i < rows.nRows; i++) scores[offset + i * stride]! += tree.value[leafOf(i)]!
}
