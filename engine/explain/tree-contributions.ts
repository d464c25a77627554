/**
 * Shapley values of trees in polynomial time: what each column adds to the score of a row, where an unknown column's
 * split is taken both ways, in the shares of the training rows (Lundberg, Erion and Lee 2018, algorithm 2).
 */
import type { EncodedRows } from '../estimators/dataset.ts'
import type { TreesParameters } from '../estimators/estimator.ts'
import type { Tree } from '../estimators/trees/tree.ts'

/**
 * Of the first row.
 * @param score which of the scores
 * @returns the expected score, and per column (numbers, then codes) what it adds
 */
export function treeContributions(
  { initial, trees }: Pick<TreesParameters, 'initial' | 'trees'>,
  row: Pick<EncodedRows, 'numbers' | 'codes'>,
  score: number,
): { readonly base: number; readonly columns: Float64Array } {
  const columns = new Float64Array(row.numbers.length + row.codes.length)
  let base = initial[score]!
  trees.forEach((tree, t) => {
    if (t % initial.length !== score) return
    base += expectation(tree, 0)
    addTree(tree, row, columns)
  })
  return { base, columns }
}

/** Mean of the leaves below a node, over the training rows. */
function expectation(tree: Tree, node: number): number {
  const [left, right] = [tree.left[node]!, tree.right[node]!]
  if (left < 0) return tree.value[node]!
  return (
    share(tree, node, left) * expectation(tree, left) + share(tree, node, right) * expectation(tree, right)
  )
}

/** Of a node's training rows, those that go to a child. */
function share({ nRows, left, right }: Tree, node: number, child: number): number {
  return nRows[child]! / (nRows[left[node]!]! + nRows[right[node]!]!)
}

/** One column of the way to a node: paths that know it go on in the share `one` (0 or 1), those that do not in `zero`. */
interface Step {
  readonly column: number
  readonly zero: number
  readonly one: number
  /** Weight of all sets of so many known columns of the path. */
  weight: number
}

function addTree(tree: Tree, row: Pick<EncodedRows, 'numbers' | 'codes'>, columns: Float64Array): void {
  const visit = (node: number, path: readonly Step[], next: Omit<Step, 'weight'>): void => {
    const extended = extend(path, next)
    const [left, right] = [tree.left[node]!, tree.right[node]!]
    if (left < 0) {
      for (let i = 1; i < extended.length; i++) {
        const { column, zero, one } = extended[i]!
        const weight = unwind(extended, i).reduce((sum, step) => sum + step.weight, 0)
        columns[column]! += weight * (one - zero) * tree.value[node]!
      }
      return
    }
    const column = tree.column[node]!
    const known = extended.findIndex((step, i) => i > 0 && step.column === column)
    const { zero, one } = known < 0 ? { zero: 1, one: 1 } : extended[known]!
    const before = known < 0 ? extended : unwind(extended, known)
    const taken = goesLeft(tree, node, row) ? left : right
    const other = taken === left ? right : left
    visit(taken, before, { column, zero: zero * share(tree, node, taken), one })
    visit(other, before, { column, zero: zero * share(tree, node, other), one: 0 })
  }
  visit(0, [], { column: -1, zero: 1, one: 1 })
}

function extend(path: readonly Step[], next: Omit<Step, 'weight'>): Step[] {
  const extended = [...path.map(step => ({ ...step })), { ...next, weight: path.length === 0 ? 1 : 0 }]
  const n = path.length
  for (let i = n - 1; i >= 0; i--) {
    extended[i + 1]!.weight += (next.one * extended[i]!.weight * (i + 1)) / (n + 1)
    extended[i]!.weight = (next.zero * extended[i]!.weight * (n - i)) / (n + 1)
  }
  return extended
}

/** The path as if the step had never been taken. */
function unwind(path: readonly Step[], index: number): Step[] {
  const { zero, one } = path[index]!
  const n = path.length - 1
  const weights = path.map(step => step.weight)
  let next = weights[n]!
  for (let i = n - 1; i >= 0; i--) {
    if (one === 0) weights[i] = (weights[i]! * (n + 1)) / (zero * (n - i))
    else {
      const kept = weights[i]!
      weights[i] = (next * (n + 1)) / ((i + 1) * one)
      next = kept - (weights[i]! * zero * (n - i)) / (n + 1)
    }
  }
  return path.toSpliced(index, 1).map((step, i) => ({ ...step, weight: weights[i]! }))
}

function goesLeft(
  tree: Tree,
  node: number,
  { numbers, codes }: Pick<EncodedRows, 'numbers' | 'codes'>,
): boolean {
  const column = tree.column[node]!
  if (column >= numbers.length) return tree.members[node]!.includes(codes[column - numbers.length]![0]! + 1)
  const x = numbers[column]![0]!
  return Number.isNaN(x) ? tree.missingLeft[node]! : x <= tree.threshold[node]!
}
