/** Boosted trees as the operator `TreeEnsemble` of ai.onnx.ml 5, over doubles. */
import type { FittedParameters } from '../../types.ts'
import type { Attribute, GraphBuilder, Ref } from '../graph.ts'
import { sum } from './affine.ts'
import type { Columns } from './columns.ts'

type Trees = Extract<FittedParameters, { kind: 'trees' }>
type Tree = Trees['trees'][number]

/** Modes of nodes, by number. */
const lessOrEqual = 0
const member = 6

/**
 * The ensemble sees the numbers, then per column of codes the bin: code + 1, 0 for every other value. A tree that is one leaf
 * belongs to the initial score.
 */
export function treeScores(graph: GraphBuilder, { initial, trees }: Trees, columns: Columns): Ref {
  const nScores = initial.length
  const base = [...initial]
  const split: { readonly tree: Tree; readonly score: number }[] = []
  trees.forEach((tree, t) => {
    if (tree.left[0]! < 0) base[t % nScores]! += tree.value[0]!
    else split.push({ tree, score: t % nScores })
  })
  const constant = graph.matrix(base, [1, nScores])
  if (split.length === 0) return constant
  const ensemble = graph.node('TreeEnsemble', [inputs(graph, columns)], {
    domain: 'ai.onnx.ml',
    attributes: {
      ...layOut(split, columns.nNumbers),
      n_targets: nScores,
      aggregate_function: 1,
      post_transform: 0,
    },
  })
  return sum(graph, [ensemble, constant])
}

function inputs(graph: GraphBuilder, columns: Columns): Ref {
  const bins = columns.nCategories.map((n, k) =>
    columns.byCategory(k, {
      dtype: 'float64',
      values: Array.from({ length: n }, (_, code) => code + 1),
      other: 0,
    }),
  )
  const parts = [...(columns.numbers === undefined ? [] : [columns.numbers]), ...bins]
  return parts.length === 1 ? parts[0]! : graph.node('Concat', parts, { attributes: { axis: 1 } })
}

/** Inner nodes and leaves of all trees are numbered apart. */
function layOut(
  trees: readonly { readonly tree: Tree; readonly score: number }[],
  nNumbers: number,
): Readonly<Record<string, Attribute>> {
  const roots: bigint[] = []
  const nodes = {
    columns: [] as bigint[],
    modes: [] as number[],
    splits: [] as number[],
    missingTrue: [] as bigint[],
    members: [] as number[],
    children: { true: [] as bigint[], false: [] as bigint[] },
    leaves: { true: [] as bigint[], false: [] as bigint[] },
  }
  const leaves = { scores: [] as bigint[], values: [] as number[] }
  for (const { tree, score } of trees) {
    const numbers = numberNodes(tree, { inner: nodes.columns.length, leaves: leaves.values.length })
    roots.push(BigInt(nodes.columns.length))
    tree.left.forEach((left, i) => {
      if (left < 0) {
        leaves.scores.push(BigInt(score))
        leaves.values.push(tree.value[i]!)
        return
      }
      const column = tree.column[i]!
      // Nothing is less than −1: of no category goes left.
      const isNever = column >= nNumbers && tree.members[i]!.length === 0
      const isCategory = column >= nNumbers && !isNever
      nodes.columns.push(BigInt(column))
      nodes.modes.push(isCategory ? member : lessOrEqual)
      nodes.splits.push(isCategory ? 0 : isNever ? -1 : tree.threshold[i]!)
      nodes.missingTrue.push(column < nNumbers && tree.missingLeft[i]! ? 1n : 0n)
      if (isCategory) nodes.members.push(...tree.members[i]!, NaN)
      for (const [side, child] of [
        ['true', left],
        ['false', tree.right[i]!],
      ] as const) {
        nodes.children[side].push(BigInt(numbers[child]!))
        nodes.leaves[side].push(tree.left[child]! < 0 ? 1n : 0n)
      }
    })
  }
  return {
    tree_roots: roots,
    nodes_featureids: nodes.columns,
    nodes_modes: { dtype: 'uint8', values: nodes.modes },
    nodes_splits: { dtype: 'float64', values: nodes.splits },
    nodes_missing_value_tracks_true: nodes.missingTrue,
    nodes_truenodeids: nodes.children.true,
    nodes_falsenodeids: nodes.children.false,
    nodes_trueleafs: nodes.leaves.true,
    nodes_falseleafs: nodes.leaves.false,
    ...(nodes.members.length > 0 && { membership_values: { dtype: 'float64', values: nodes.members } }),
    leaf_targetids: leaves.scores,
    leaf_weights: { dtype: 'float64', values: leaves.values },
  }
}

/** By node of the tree: its number among all inner nodes or among all leaves. */
function numberNodes(
  tree: Tree,
  before: { readonly inner: number; readonly leaves: number },
): readonly number[] {
  let { inner, leaves } = before
  return tree.left.map(left => (left < 0 ? leaves++ : inner++))
}
