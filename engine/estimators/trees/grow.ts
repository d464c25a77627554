/** Grows one tree: the leaf that gains most is split next, or all leaves of a level. */
import type { Bins, ColumnBins } from './bins.ts'
import { lanes, subtract, sumColumn, type LeafRows } from './histogram.ts'
import { bestSplit, leafValue, type Split, type SplitOptions, type Totals } from './split.ts'
import type { BinnedTree } from './tree.ts'

export interface GrowOptions extends SplitOptions {
  readonly growth: 'leaf' | 'level'
  readonly maxLeaves: number
  readonly maxDepth: number
  /** What every leaf's value is multiplied by. */
  readonly learningRate: number
}

export interface GrowData {
  readonly columns: readonly Bins[]
  readonly bins: readonly ColumnBins[]
  /** (nRows) */
  readonly gradient: Float64Array
  readonly curvature: Float64Array
}

export interface GrownTree extends BinnedTree {
  readonly missingLeft: Uint8Array
  readonly gain: Float64Array
  readonly nRows: Float64Array
}

interface Leaf {
  readonly node: number
  readonly depth: number
  readonly from: number
  readonly to: number
  readonly total: Totals
  readonly sums: Float64Array
  readonly split: Split | undefined
}

/** Memory that is used again from leaf to leaf and tree to tree. */
export interface Grower {
  /** @param rows those that the tree is fitted to; put into another order @param allowed columns it may split on */
  grow(rows: Uint32Array, allowed: readonly number[]): GrownTree
}

export function createGrower(data: GrowData, options: GrowOptions): Grower {
  const offsets: number[] = []
  let width = 0
  for (const { nBins } of data.bins) {
    offsets.push(width)
    width += nBins * lanes
  }
  const nRows = data.gradient.length
  const gathered = { gradient: new Float64Array(nRows), curvature: new Float64Array(nRows) }
  const spare = new Uint32Array(nRows)
  const pool: Float64Array[] = []

  function sumLeaf(rows: Uint32Array, from: number, to: number, allowed: readonly number[]): Float64Array {
    const sums = pool.pop() ?? new Float64Array(width)
    const { gradient, curvature } = gathered
    for (let i = from; i < to; i++) {
      gradient[i - from] = data.gradient[rows[i]!]!
      curvature[i - from] = data.curvature[rows[i]!]!
    }
    const leaf: LeafRows = { rows, from, to, gradient, curvature }
    for (const column of allowed)
      sumColumn(data.columns[column]!, leaf, {
        sums,
        offset: offsets[column]!,
        nBins: data.bins[column]!.nBins,
      })
    return sums
  }

  function findSplit(
    sums: Float64Array,
    total: Totals,
    place: { depth: number; allowed: readonly number[] },
  ) {
    if (place.depth >= options.maxDepth || total.nRows < 2 * options.minRows) return undefined
    let best: Split | undefined
    for (const column of place.allowed) {
      const of = { column, bins: data.bins[column]!, sums, offset: offsets[column]! }
      const split = bestSplit(of, total, options)
      if (split && (!best || split.gain > best.gain)) best = split
    }
    return best
  }

  /** Rows that go left come first; both sides keep their order. Gives where the right side begins. */
  function partition(rows: Uint32Array, { from, to, split }: Leaf): number {
    const bins = data.columns[split!.column]!
    const { goesLeft } = split!
    let left = from
    let right = 0
    for (let i = from; i < to; i++) {
      const row = rows[i]!
      if (goesLeft[bins[row]!] === 1) rows[left++] = row
      else spare[right++] = row
    }
    rows.set(spare.subarray(0, right), left)
    return left
  }

  return {
    grow(rows, allowed) {
      const tree = createNodes(options.maxLeaves)
      const addLeaf = (leaf: Omit<Leaf, 'split' | 'node'>): Leaf => {
        const node = tree.add(leafValue(leaf.total, options), leaf.total.nRows)
        const split = findSplit(leaf.sums, leaf.total, { depth: leaf.depth, allowed })
        return { ...leaf, node, split }
      }
      const sums = sumLeaf(rows, 0, rows.length, allowed)
      const total = totalOf(sums, offsets[allowed[0]!]!, data.bins[allowed[0]!]!.nBins)
      let open = [addLeaf({ depth: 0, from: 0, to: rows.length, total, sums })]
      for (let nLeaves = 1; nLeaves < options.maxLeaves; nLeaves++) {
        const next = chooseNext(open, options.growth)
        if (!next) break
        const middle = partition(rows, next)
        const { left, right } = next.split!
        const leftSmaller = left.nRows <= right.nRows
        const small = leftSmaller
          ? sumLeaf(rows, next.from, middle, allowed)
          : sumLeaf(rows, middle, next.to, allowed)
        subtract(next.sums, small)
        const depth = next.depth + 1
        const leftLeaf = addLeaf({
          depth,
          from: next.from,
          to: middle,
          total: left,
          sums: leftSmaller ? small : next.sums,
        })
        const rightLeaf = addLeaf({
          depth,
          from: middle,
          to: next.to,
          total: right,
          sums: leftSmaller ? next.sums : small,
        })
        tree.split(next.node, next.split!, [leftLeaf.node, rightLeaf.node])
        open = open.filter(leaf => leaf !== next)
        for (const leaf of [leftLeaf, rightLeaf]) {
          if (leaf.split) open.push(leaf)
          else pool.push(leaf.sums)
        }
      }
      for (const leaf of open) pool.push(leaf.sums)
      return tree.finish(options.learningRate)
    },
  }
}

function chooseNext(open: readonly Leaf[], growth: GrowOptions['growth']): Leaf | undefined {
  let best: Leaf | undefined
  for (const leaf of open) {
    if (!leaf.split) continue
    if (
      !best ||
      (growth === 'level' && leaf.depth !== best.depth
        ? leaf.depth < best.depth
        : leaf.split.gain > best.split!.gain)
    )
      best = leaf
  }
  return best
}

function totalOf(sums: Float64Array, offset: number, nBins: number): Totals {
  let [gradient, curvature, nRows] = [0, 0, 0]
  for (let at = offset; at < offset + nBins * lanes; at += lanes) {
    gradient += sums[at]!
    curvature += sums[at + 1]!
    nRows += sums[at + 2]!
  }
  return { gradient, curvature, nRows }
}

function createNodes(maxLeaves: number) {
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
    add(leafValue: number, rows: number): number {
      value[nNodes] = leafValue
      nRows[nNodes] = rows
      goesLeft.push(undefined)
      return nNodes++
    },
    split(node: number, split: Split, [l, r]: readonly [number, number]): void {
      column[node] = split.column
      bin[node] = split.bin
      left[node] = l
      right[node] = r
      gain[node] = split.gain
      missingLeft[node] = split.missingLeft ? 1 : 0
      goesLeft[node] = split.goesLeft
    },
    finish(learningRate: number): GrownTree {
      for (let i = 0; i < nNodes; i++) value[i]! *= learningRate
      return { nNodes, column, bin, goesLeft, left, right, value, missingLeft, gain, nRows }
    },
  }
}
