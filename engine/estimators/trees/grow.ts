/** Grows one tree: the leaf that gains most is split next, or all leaves of a level. */
import { type BinnedColumn, sumsBytes } from './data.ts'
import { createHistograms, pairBytes } from './histogram.ts'
import type { Arena } from './kernel.ts'
import { createNodes, type Nodes } from './nodes.ts'
import type { Pacer } from './pace.ts'
import { quantizer } from './quantize.ts'
import { createSlots, type Slots } from './slots.ts'
import { createSplitter, leafValue, type Split, type SplitOptions, type Totals } from './split.ts'
import type { Tree } from './tree.ts'

export interface GrowOptions extends SplitOptions {
  readonly growth: 'leaf' | 'level'
  readonly maxLeaves: number
  readonly maxDepth: number
  /** What every leaf's value is multiplied by. */
  readonly learningRate: number
  readonly threads: number
  /** What the sums of open leaves may take. Default 256 MiB. */
  readonly maxSumsBytes?: number
}

export interface Grower {
  /** (nTraining, 2): gradient and curvature of every training row, for the caller to fill before `grow`. */
  readonly pairs: Float64Array
  /**
   * (nRows): for the caller to fill before `grow` with the numbers of all rows, first those that the tree is fitted to;
   * left in another order.
   */
  readonly rows: Uint32Array
  /** @param n how many of `rows` the tree is fitted to @param allowed indices of the columns that it may split on */
  grow(n: number, allowed: readonly number[]): Promise<Grown>
  dispose(): void
}

export interface Grown {
  readonly tree: Tree
  /** The rows of every leaf: two ranges of `rows`, of those fitted to and of the others. */
  readonly leaves: readonly { readonly node: number; readonly fitted: Range; readonly others: Range }[]
}

export interface Range {
  readonly from: number
  readonly to: number
}

/** A leaf of the tree as far as it has grown. */
interface Leaf {
  readonly node: number
  readonly depth: number
  readonly fitted: Range
  readonly others: Range
  /** Address of the sums per bin; undefined when there are none, or the memory was needed elsewhere. */
  sums: number | undefined
  readonly split: Split | undefined
}

export interface GrowerData {
  readonly columns: readonly BinnedColumn[]
  /** Rows of all columns; the first are for training. */
  readonly nRows: number
  readonly nTraining: number
}

export function createGrower(
  { columns, nRows, nTraining }: GrowerData,
  options: GrowOptions,
  { arena, pacer }: { readonly arena: Arena; readonly pacer: Pacer },
): Grower {
  const all = arena.allocate(nTraining * pairBytes)
  const gathered = arena.allocate(nTraining * pairBytes)
  const rowsAt = arena.allocate(nRows * 4)
  const spare = arena.allocate(nRows * 4)
  const side = arena.allocate(Math.max(1, ...columns.map(({ nBins }) => nBins)))
  const size = sumsBytes(columns)
  const slots = createSlots({ arena, size, most: slotsOf(size, options) })
  const histograms = createHistograms(arena, {
    maxColumns: columns.length,
    threads: options.threads,
    nCells: nTraining * columns.length,
  })
  const { kernel } = histograms
  const quantize = quantizer(kernel, arena, { pairs: all, n: nTraining })
  const splitter = createSplitter(columns, { kernel, arena }, options)
  const { buffer } = arena.memory
  const pairs = new Float64Array(buffer, all, nTraining * 2)
  const rows = new Uint32Array(buffer, rowsAt, nRows)
  const sides = new Uint8Array(buffer, side)
  const between = () => pacer.pause()

  async function sumRows({ from, to }: Range, sums: number, allowed: readonly number[]): Promise<void> {
    const [n, at] = [to - from, rowsAt + from * 4]
    kernel.gather(all, at, n, gathered)
    await pacer.pause()
    await histograms.sum({ rows: at, n, pairs: gathered, sums }, between)
    const first = columns[allowed[0]!]!
    kernel.total(sums + first.offset, first.nBins, sums)
  }

  function partition(column: BinnedColumn, { from, to }: Range): readonly [left: Range, right: Range] {
    const at = rowsAt + from * 4
    const nLeft = kernel.partition(column.bins, column.wide ? 1 : 0, at, to - from, side, spare)
    return [
      { from, to: from + nLeft },
      { from: from + nLeft, to },
    ]
  }

  const mayBeSplit = (depth: number, { nRows: n }: Totals): boolean =>
    depth < options.maxDepth && n >= 2 * options.minRows

  /** Sums both children as far as they may be split themselves: the smaller from its rows, the larger by what is left. */
  async function sumChildren(
    parent: Leaf,
    [left, right]: readonly [Range, Range],
    { open, allowed }: { readonly open: Slots; readonly allowed: readonly number[] },
  ): Promise<readonly [left: number, right: number]> {
    const isLeftSmaller = left.to - left.from <= right.to - right.from
    const [smaller, larger] = isLeftSmaller ? [left, right] : [right, left]
    const slot = open.take()
    await sumRows(smaller, slot, allowed)
    const rest = parent.sums ?? open.take()
    // What a leaf had to give up is summed anew.
    if (parent.sums === undefined) await sumRows(larger, rest, allowed)
    else kernel.subtract(rest, slot, size / pairBytes)
    return isLeftSmaller ? [slot, rest] : [rest, slot]
  }

  return {
    pairs,
    rows,
    async grow(n, allowed) {
      const nodes = createNodes(columns.map(({ of }) => of))
      const whole = { fitted: { from: 0, to: n }, others: { from: n, to: nRows } }
      if (allowed.length === 0) return { tree: single(nodes, n), leaves: [{ node: 0, ...whole }] }
      splitter.setUnits(quantize())
      await pacer.pause()
      histograms.choose(allowed.map(j => columns[j]!))
      const leaves = new Set<Leaf>()
      const open = slots.open(() => leaves)
      /** Gives the memory back when there is no split. */
      const addLeaf = (at: Omit<Leaf, 'split' | 'node'>, total: Totals): Leaf => {
        const node = nodes.add(leafValue(total, options) * options.learningRate, total.nRows)
        const { sums } = at
        const split =
          sums !== undefined && mayBeSplit(at.depth, total) ? splitter.find(sums, sums, allowed) : undefined
        if (!split && sums !== undefined) open.give(sums)
        const leaf = { ...at, node, split, sums: split ? sums : undefined }
        leaves.add(leaf)
        return leaf
      }
      const rootSums = open.take()
      await sumRows(whole.fitted, rootSums, allowed)
      addLeaf({ depth: 0, ...whole, sums: rootSums }, splitter.read(rootSums))
      while (leaves.size < options.maxLeaves) {
        await pacer.pause()
        const next = chooseNext(leaves, options.growth)
        if (!next) break
        const split = next.split!
        leaves.delete(next)
        sides.set(split.goesLeft)
        const fitted = partition(columns[split.column]!, next.fitted)
        const others = partition(columns[split.column]!, next.others)
        const depth = next.depth + 1
        const isOpen =
          leaves.size + 2 < options.maxLeaves &&
          (mayBeSplit(depth, split.left) || mayBeSplit(depth, split.right))
        const sums = isOpen ? await sumChildren(next, fitted, { open, allowed }) : undefined
        if (!isOpen && next.sums !== undefined) open.give(next.sums)
        const [left, right] = [split.left, split.right].map((total, k) =>
          addLeaf({ depth, fitted: fitted[k]!, others: others[k]!, sums: sums?.[k] }, total),
        )
        nodes.split(next.node, split, [left!.node, right!.node])
      }
      return { tree: nodes.finish(), leaves: [...leaves] }
    },
    dispose: () => histograms.dispose(),
  }
}

function slotsOf(size: number, { maxLeaves, maxSumsBytes = 1 << 28 }: GrowOptions): number {
  return Math.max(2, Math.min(maxLeaves + 1, Math.floor(maxSumsBytes / size)))
}

/** Where there is nothing to split on, nothing is left to add to the initial scores. */
function single(nodes: Nodes, nRows: number): Tree {
  nodes.add(0, nRows)
  return nodes.finish()
}

function chooseNext(leaves: Iterable<Leaf>, growth: GrowOptions['growth']): Leaf | undefined {
  let best: Leaf | undefined
  for (const leaf of leaves) {
    if (!leaf.split) continue
    const byLevel = growth === 'level' && best !== undefined ? best.depth - leaf.depth : 0
    if (!best || byLevel > 0 || (byLevel === 0 && leaf.split.gain > best.split!.gain)) best = leaf
  }
  return best
}
