/** The nodes of a tree while it grows. */
import type { ColumnBins } from './bins.ts'
import type { Split } from './split.ts'
import type { Tree } from './tree.ts'

export interface Nodes {
  /** Adds a leaf and gives its number. */
  add(value: number, nRows: number): number
  /** Makes a leaf an inner node. */
  split(node: number, split: Split, children: readonly [left: number, right: number]): void
  finish(): Tree
}

/** @param bins of every column */
export function createNodes(bins: readonly ColumnBins[]): Nodes {
  const tree = {
    column: [] as number[],
    threshold: [] as number[],
    members: [] as (number[] | null)[],
    missingLeft: [] as boolean[],
    left: [] as number[],
    right: [] as number[],
    value: [] as number[],
    gain: [] as number[],
    nRows: [] as number[],
  }
  return {
    add(value, nRows) {
      tree.column.push(0)
      tree.threshold.push(0)
      tree.members.push(null)
      tree.missingLeft.push(false)
      tree.left.push(-1)
      tree.right.push(-1)
      tree.value.push(value)
      tree.gain.push(0)
      return tree.nRows.push(nRows) - 1
    },
    split(node, { column, gain, bin, missingLeft, goesLeft }, [left, right]) {
      const of = bins[column]!
      tree.column[node] = column
      tree.left[node] = left
      tree.right[node] = right
      tree.gain[node] = gain
      tree.missingLeft[node] = missingLeft
      if (of.kind === 'number') tree.threshold[node] = of.edges[bin]!
      else tree.members[node] = [...goesLeft.keys()].filter(b => goesLeft[b] === 1)
    },
    finish: () => tree,
  }
}
