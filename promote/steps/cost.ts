/**
 * Boundaries by cost: a cell that took long ends its step, so that what comes after it can be changed and run again
 * without it. Durations are those that the notebook itself carries, so that the same file gives the same steps
 * wherever it is promoted. Pure.
 */
import type { CellRun } from '../notebook.ts'
import type { Statement } from '../slice/slice.ts'
import { ts } from '../slice/typescript.ts'

/** What is quicker costs less than the process and the files of a step of its own are worth. */
const leastMs = 2000
/** Of all that is kept. */
const leastShare = 0.1

export interface CostOptions {
  readonly runs: readonly CellRun[]
  /** All of the notebook. */
  readonly statements: readonly Statement[]
  readonly kept: ReadonlySet<number>
}

/** @param bodies what steps are made of, in order. @returns indices of statements before which a step ends */
export function afterCostly(bodies: readonly Statement[], options: CostOptions): ReadonlySet<number> {
  const costs = costsOf(options)
  const total = [...new Set(bodies.map(({ run }) => run))].reduce(
    (sum, run) => sum + (costs.get(run) ?? 0),
    0,
  )
  const isCostly = (run: number) => {
    const cost = costs.get(run) ?? 0
    return cost >= leastMs && cost >= total * leastShare
  }
  const found = new Set<number>()
  for (const [i, { run, index }] of bodies.entries()) {
    const before = bodies[i - 1]
    const rest = bodies.slice(i)
    if (before && before.run !== run && isCostly(before.run) && !rest.every(isOnlyNamed)) found.add(index)
  }
  return found
}

/** Of a cell of which most was dropped nobody knows what took the time. */
function costsOf({ runs, statements, kept }: CostOptions): ReadonlyMap<number, number> {
  const costs = new Map<number, number>()
  const doing = statements.filter(({ node }) => !ts.isImportDeclaration(node))
  for (const [run, ofRun] of Map.groupBy(doing, ({ run }) => run)) {
    const nKept = ofRun.filter(({ index }) => kept.has(index)).length
    const { ms = 0 } = runs[run] ?? {}
    if (ms > 0 && nKept * 2 >= ofRun.length) costs.set(run, ms)
  }
  return costs
}

/** `x` at the end of a cell: a step that does nothing else would only hand it on. */
function isOnlyNamed({ node }: Statement): boolean {
  return ts.isExpressionStatement(node) && ts.isIdentifier(node.expression)
}
