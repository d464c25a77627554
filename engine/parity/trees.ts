/** Trees drawn at random. */
import type { FittedParameters } from '../types.ts'
import { pick, weight, type Random } from './random.ts'

export type FittedTree = Extract<FittedParameters, { kind: 'trees' }>['trees'][number]

interface TreeColumns {
  /** By column of numbers the values that a split may well be at; then any. */
  readonly thresholds: readonly (readonly number[])[]
  /** By column of codes. */
  readonly nCategories: readonly number[]
}

interface Node {
  column: number
  threshold: number
  members: readonly number[] | null
  missingLeft: boolean
  left: number
  right: number
  value: number
}

export function randomTree(random: Random, columns: TreeColumns): FittedTree {
  const nodes: Node[] = []
  grow(random, columns, { nodes, depth: Math.floor(random.next() * 5) })
  const each = <T>(of: (node: Node) => T) => nodes.map(of)
  return {
    column: each(n => n.column),
    threshold: each(n => n.threshold),
    members: each(n => n.members),
    missingLeft: each(n => n.missingLeft),
    left: each(n => n.left),
    right: each(n => n.right),
    value: each(n => n.value),
    gain: each(() => 0),
    nRows: each(() => 0),
  }
}

function grow(
  random: Random,
  columns: TreeColumns,
  { nodes, depth }: { readonly nodes: Node[]; readonly depth: number },
): number {
  const node: Node = {
    column: 0,
    threshold: 0,
    members: null,
    missingLeft: false,
    left: -1,
    right: -1,
    value: weight(random),
  }
  const index = nodes.push(node) - 1
  if (depth === 0 || random.next() < 0.15) return index
  Object.assign(node, randomSplit(random, columns))
  node.left = grow(random, columns, { nodes, depth: depth - 1 })
  node.right = grow(random, columns, { nodes, depth: depth - 1 })
  return index
}

function randomSplit(random: Random, { thresholds, nCategories }: TreeColumns): Partial<Node> {
  const column = Math.floor(random.next() * (thresholds.length + nCategories.length))
  const k = column - thresholds.length
  if (k >= 0) {
    const bins = Array.from({ length: nCategories[k]! + 1 }, (_, bin) => bin)
    return { column, members: bins.filter(() => random.next() < 0.5) }
  }
  const threshold =
    thresholds[column]!.length > 0 && random.next() < 0.8
      ? pick(random, thresholds[column]!)
      : weight(random) * pick(random, [1, 10, 1e4])
  return { column, threshold, missingLeft: random.next() < 0.5 }
}
