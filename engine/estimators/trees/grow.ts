/** Grows one tree: the leaf that gains most is split next, or all leaves of a level. */
import { sumsBytes, type BinnedColumn } from './data.ts'
import { countUnitOf, rowsOf, sumColumns } from './histogram.ts'
import { instantiateKernel, type Arena } from './kernel.ts'
import { createNodes, type GrownTree } from './nodes.ts'
import { bestSplit, lanes, leafValue, type Split, type SplitOptions, type Totals } from './split.ts'

export interface GrowOptions extends SplitOptions {
  readonly growth: 'leaf' | 'level'
  readonly maxLeaves: number
  readonly maxDepth: number
  /** What every leaf's value is multiplied by. */
  readonly learningRate: number
}

interface Leaf {
  readonly node: number
  readonly depth: number
  /** Of the rows of the tree, in their present order. */
  readonly from: number
  readonly to: number
  readonly total: Totals
  /** Address of the sums per bin; undefined when the memory was needed elsewhere. */
  readonly sums: number | undefined
  readonly split: Split | undefined
}

export interface Grower {
  /** (nRows, 2): gradient and curvature of every row, for the caller to fill before `grow`. */
  readonly pairs: Float64Array
  /** (nRows): the numbers of the rows that the next tree is fitted to, for the caller to fill; left in another order. */
  readonly rows: Uint32Array
  /** @param n how many of `rows` @param allowed indices of the columns that it may split on */
  grow(n: number, allowed: readonly number[]): Grown
}

export interface Grown {
  readonly tree: GrownTree
  /** The rows of every leaf: `rows` from `from` to `to`. */
  readonly leaves: readonly { readonly node: number; readonly from: number; readonly to: number }[]
}

/** What the sums of open leaves may take. */
const maxSumsBytes = 1 << 28

export function createGrower(
  {
    columns,
    nRows,
    arena,
  }: { readonly columns: readonly BinnedColumn[]; readonly nRows: number; readonly arena: Arena },
  options: GrowOptions,
): Grower {
  const all = arena.allocate(nRows * 16)
  const gathered = arena.allocate(nRows * 16)
  const rowsAt = arena.allocate(nRows * 4)
  const spare = arena.allocate(nRows * 4)
  const side = arena.allocate(Math.max(...columns.map(({ nBins }) => nBins)))
  const size = sumsBytes(columns)
  const nSlots = Math.max(2, Math.min(options.maxLeaves + 1, Math.floor(maxSumsBytes / size)))
  const slots = Array.from({ length: nSlots }, () => arena.allocate(size))
  const { buffer } = arena.memory
  const pairs = new Float64Array(buffer, all, nRows * 2)
  const rows = new Uint32Array(buffer, rowsAt, nRows)
  const sides = new Uint8Array(buffer, side)
  const doubles = new Float64Array(buffer, 0, Math.floor(buffer.byteLength / 8))
  const kernel = instantiateKernel(arena.memory)
  const scratch = new Float64Array(Math.max(...columns.map(({ nBins }) => nBins)) * lanes)
  let countUnit = 1

  function decode({ offset, nBins }: BinnedColumn, sums: number): Float64Array {
    const from = (sums + offset) / Float64Array.BYTES_PER_ELEMENT
    for (let bin = 0; bin < nBins; bin++) {
      const packed = doubles[from + bin * 2 + 1]!
      const n = rowsOf(packed, countUnit)
      scratch[bin * lanes] = n === 0 ? 0 : doubles[from + bin * 2]!
      scratch[bin * lanes + 1] = n === 0 ? 0 : Math.max(0, packed - n * countUnit)
      scratch[bin * lanes + 2] = n
    }
    return scratch
  }

  function sumRows(
    from: number,
    to: number,
    { sums, allowed }: { sums: number; allowed: readonly number[] },
  ): void {
    new Uint8Array(buffer, sums, size).fill(0)
    const n = to - from
    kernel.gather(all, rowsAt + from * 4, n, gathered)
    const summed = allowed.map(j => columns[j]!)
    sumColumns(kernel, summed, { rows: rowsAt + from * 4, n, pairs: gathered, sums })
  }

  function findSplit(sums: number, total: Totals, allowed: readonly number[]): Split | undefined {
    let best: Split | undefined
    for (const j of allowed) {
      const column = columns[j]!
      const of = { column: j, bins: column.of, sums: decode(column, sums), offset: 0 }
      best = bestSplit(of, total, best ? { ...options, minGain: best.gain } : options) ?? best
    }
    return best
  }

  function totalOf(sums: number, j: number): Totals {
    const decoded = decode(columns[j]!, sums)
    const total = { gradient: 0, curvature: 0, nRows: 0 }
    for (let at = 0; at < columns[j]!.nBins * lanes; at += lanes) {
      total.gradient += decoded[at]!
      total.curvature += decoded[at + 1]!
      total.nRows += decoded[at + 2]!
    }
    return total
  }

  return {
    pairs,
    rows,
    grow(n, allowed) {
      countUnit = addCounts(pairs, rows.subarray(0, n))
      const nodes = createNodes(options.maxLeaves)
      const free = slots.slice()
      const mayMore = (depth: number, total: Totals) =>
        depth < options.maxDepth && total.nRows >= 2 * options.minRows
      /** Looks for a split and gives the memory back when there is none. */
      const addLeaf = (leaf: Omit<Leaf, 'split' | 'node'>): Leaf => {
        const node = nodes.add(leafValue(leaf.total, options), leaf.total.nRows)
        const split =
          leaf.sums !== undefined && mayMore(leaf.depth, leaf.total)
            ? findSplit(leaf.sums, leaf.total, allowed)
            : undefined
        if (!split && leaf.sums !== undefined) free.push(leaf.sums)
        return { ...leaf, node, split, sums: split ? leaf.sums : undefined }
      }
      const rootSums = free.pop()!
      sumRows(0, n, { sums: rootSums, allowed })
      const total = totalOf(rootSums, allowed[0]!)
      let leaves = [addLeaf({ depth: 0, from: 0, to: n, total, sums: rootSums })]
      while (leaves.length < options.maxLeaves) {
        const next = chooseNext(leaves, options.growth)
        if (!next) break
        const { left, right, goesLeft, column } = next.split!
        sides.set(goesLeft)
        const { bins, wide } = columns[column]!
        const nLeft = kernel.partition(
          bins,
          wide ? 1 : 0,
          rowsAt + next.from * 4,
          next.to - next.from,
          side,
          spare,
        )
        const middle = next.from + nLeft
        leaves = leaves.filter(leaf => leaf !== next)
        const slot = takeSlot(free, leaves)
        const leftSmaller = left.nRows <= right.nRows
        const [from, to] = leftSmaller ? [next.from, middle] : [middle, next.to]
        sumRows(from, to, { sums: slot, allowed })
        // What a leaf had to give up is summed anew.
        const rest = next.sums ?? takeSlot(free, leaves)
        if (next.sums === undefined)
          sumRows(leftSmaller ? middle : next.from, leftSmaller ? next.to : middle, { sums: rest, allowed })
        else kernel.subtract(rest, slot, size / 16)
        const depth = next.depth + 1
        const leftLeaf = addLeaf({
          depth,
          from: next.from,
          to: middle,
          total: left,
          sums: leftSmaller ? slot : rest,
        })
        const rightLeaf = addLeaf({
          depth,
          from: middle,
          to: next.to,
          total: right,
          sums: leftSmaller ? rest : slot,
        })
        nodes.split(next.node, next.split!, [leftLeaf.node, rightLeaf.node])
        leaves.push(leftLeaf, rightLeaf)
      }
      return { tree: nodes.finish(options.learningRate), leaves }
    },
  }
}

/** A free slot, or that of the leaf that gains least. Its split is known; only the sums of its children cost more. */
function takeSlot(free: number[], leaves: Leaf[]): number {
  const slot = free.pop()
  if (slot !== undefined) return slot
  let least = -1
  leaves.forEach((leaf, i) => {
    if (leaf.sums === undefined) return
    if (least < 0 || leaf.split!.gain < leaves[least]!.split!.gain) least = i
  })
  const { sums } = leaves[least]!
  leaves[least] = { ...leaves[least]!, sums: undefined }
  return sums!
}

/** Makes every row's curvature carry its count; gives the unit of counting. */
function addCounts(pairs: Float64Array, rows: Uint32Array): number {
  let total = 0
  for (let i = 0; i < rows.length; i++) total += pairs[rows[i]! * 2 + 1]!
  const unit = countUnitOf(total)
  for (let i = 0; i < rows.length; i++) pairs[rows[i]! * 2 + 1]! += unit
  return unit
}

function chooseNext(leaves: readonly Leaf[], growth: GrowOptions['growth']): Leaf | undefined {
  let best: Leaf | undefined
  for (const leaf of leaves) {
    if (!leaf.split) continue
    const closer = growth === 'level' && best !== undefined && leaf.depth !== best.depth
    if (!best || (closer ? leaf.depth < best.depth : leaf.split.gain > best.split!.gain)) best = leaf
  }
  return best
}
