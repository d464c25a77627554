/** The value of trees at many rows. */
import type { ColumnRows } from './data.ts'
import type { Tree } from './tree.ts'

/** Rows that are gone over at once: their values stay in the processor's cache. */
const blockRows = 1024

/**
 * Adds the trees to the scores, (nRows, nScores): tree t to score t mod nScores. The sums are made in the order of the
 * trees, as while they were fitted: they are the same, bit for bit.
 */
export function addTrees(
  trees: readonly Tree[],
  rows: Pick<ColumnRows, 'nRows' | 'numbers' | 'codes'>,
  { scores, nScores }: { readonly scores: Float64Array; readonly nScores: number },
): void {
  if (trees.length === 0) return
  const nColumns = rows.numbers.length + rows.codes.length
  const compact = trees.map(tree => compactTree(tree, rows.numbers.length))
  const values = new Float64Array(blockRows * nColumns)
  for (let from = 0; from < rows.nRows; from += blockRows) {
    const n = Math.min(blockRows, rows.nRows - from)
    fillBlock(values, rows, { from, n, nColumns })
    compact.forEach((tree, t) => {
      const first = from * nScores + (t % nScores)
      for (let i = 0; i < n; i++) scores[first + i * nScores]! += valueAt(tree, values, i * nColumns)
    })
  }
}

/** The number of the leaf that a row comes to. */
export function leafReader(
  tree: Tree,
  { numbers, codes }: Pick<ColumnRows, 'numbers' | 'codes'>,
): (row: number) => number {
  const nColumns = numbers.length + codes.length
  const compact = compactTree(tree, numbers.length)
  const values = new Float64Array(nColumns)
  return row => {
    fillBlock(values, { numbers, codes }, { from: row, n: 1, nColumns })
    return leafAt(compact, values, 0)
  }
}

/** Writes for every inner node whether a row would go left there, 1, or right, 0. */
export function sideReader(
  tree: Tree,
  { numbers, codes }: Pick<ColumnRows, 'numbers' | 'codes'>,
): (row: number, sides: Uint8Array) => void {
  const nColumns = numbers.length + codes.length
  const compact = compactTree(tree, numbers.length)
  const values = new Float64Array(nColumns)
  return (row, sides) => {
    fillBlock(values, { numbers, codes }, { from: row, n: 1, nColumns })
    for (let node = 0; node < tree.left.length; node++)
      if (tree.left[node]! >= 0) sides[node] = goesLeft(compact, node, values[tree.column[node]!]!) ? 1 : 0
  }
}

/** A tree in typed arrays. */
interface CompactTree {
  readonly value: Float64Array
  /** Numbers: left if x ≤ threshold. */
  readonly threshold: Float64Array
  /** Column, left, right and kind of each node: 0 leaf, 1 missing right, 2 missing left, 3 categories. */
  readonly nodes: Int32Array
  /** Per node that splits on categories, 1 at every bin that goes left; bins beyond its end go right. */
  readonly members: readonly (Uint8Array | undefined)[]
}

const nodeWords = 4

function compactTree(tree: Tree, nNumbers: number): CompactTree {
  const nNodes = tree.left.length
  const nodes = new Int32Array(nNodes * nodeWords)
  for (let node = 0; node < nNodes; node++) {
    const isLeaf = tree.left[node]! < 0
    const ofNumbers = tree.missingLeft[node] ? 2 : 1
    const kind = isLeaf ? 0 : tree.column[node]! < nNumbers ? ofNumbers : 3
    nodes.set([tree.column[node]!, tree.left[node]!, tree.right[node]!, kind], node * nodeWords)
  }
  return {
    value: Float64Array.from(tree.value),
    threshold: Float64Array.from(tree.threshold),
    nodes,
    members: tree.members.map(bins => (bins === null ? undefined : memberTable(bins))),
  }
}

function memberTable(bins: readonly number[]): Uint8Array {
  const table = new Uint8Array(bins.reduce((most, bin) => Math.max(most, bin), -1) + 1)
  for (const bin of bins) table[bin] = 1
  return table
}

/** Row after row: numbers, then the bins of codes. */
function fillBlock(
  values: Float64Array,
  { numbers, codes }: Pick<ColumnRows, 'numbers' | 'codes'>,
  { from, n, nColumns }: { readonly from: number; readonly n: number; readonly nColumns: number },
): void {
  numbers.forEach((column, j) => {
    for (let i = 0; i < n; i++) values[i * nColumns + j] = column[from + i]!
  })
  codes.forEach((column, k) => {
    for (let i = 0; i < n; i++) values[i * nColumns + numbers.length + k] = column[from + i]! + 1
  })
}

function valueAt(tree: CompactTree, values: Float64Array, at: number): number {
  return tree.value[leafAt(tree, values, at)]!
}

function leafAt(tree: CompactTree, values: Float64Array, at: number): number {
  const { nodes } = tree
  let node = 0
  while (nodes[node * nodeWords + 3]! !== 0)
    node = nodes[node * nodeWords + (goesLeft(tree, node, values[at + nodes[node * nodeWords]!]!) ? 1 : 2)]!
  return node
}

function goesLeft({ nodes, threshold, members }: CompactTree, node: number, x: number): boolean {
  const kind = nodes[node * nodeWords + 3]!
  if (kind === 1) return x <= threshold[node]!
  return kind === 2 ? !(x > threshold[node]!) : members[node]![x] === 1
}
