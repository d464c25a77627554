/** The nodes of a tree while it grows. */
import type { Split } from './split.ts'
import type { BinnedTree } from './tree.ts'

export interface GrownTree extends BinnedTree {
  readonly missingLeft: Uint8Array
  readonly gain: Float64Array
  readonly nRows: Float64Array
}

export interface Nodes {
  /** Adds a leaf and gives its number. */
  add(value: number, nRows: number): number
  /** Makes a leaf an inner node. */
  split(node: number, split: Split, children: readonly [left: number, right: number]): void
  /** Every value multiplied. */
  finish(learningRate: number): GrownTree
}

export function createNodes(maxLeaves: number): Nodes {
  const size = 2 * maxLeaves - 1
  const column = new Int32Array(size)
  const bin = new Int32Array(size).fill(-1)
  const left = new Int32Array(size).fill(-1)
  const right = new Int32Array(size).fill(-1)
  const value = new Float64Array(size)
  const gain = new Float64Array(size)
  const nRows = new Float64Array(size)
  const missingLeft = new Uint8Array(size)
  const goesLeft: (Uint8Array | undefined)[] = []
  let nNodes = 0
  return {
    add(leafValue, rows) {
      value[nNodes] = leafValue
      nRows[nNodes] = rows
      goesLeft.push(undefined)
      return nNodes++
    },
    split(node, split, [l, r]) {
      column[node] = split.column
      bin[node] = split.bin
      left[node] = l
      right[node] = r
      gain[node] = split.gain
      missingLeft[node] = split.missingLeft ? 1 : 0
      goesLeft[node] = split.goesLeft
    },
    finish(learningRate) {
      for (let i = 0; i < nNodes; i++) value[i]! *= learningRate
      return { nNodes, column, bin, goesLeft, left, right, value, missingLeft, gain, nRows }
    },
  }
}
