/** What an expression refers to. */
import type { Expr, SourcePlan, WindowFeaturePlan } from '../../language/index.ts'

/** Every node, outermost first. */
export function* nodesOf(expr: Expr): Generator<Expr> {
  yield expr
  if (expr.op === 'call') for (const arg of expr.args) yield* nodesOf(arg)
}

/** Names of the columns it reads, with repetitions. */
export function columnsOf(expr: Expr): string[] {
  return [...nodesOf(expr)].flatMap(node => (node.op === 'column' ? [node.name] : []))
}

/** Names of the features it reads, with repetitions. */
export function featuresOf(expr: Expr): string[] {
  return [...nodesOf(expr)].flatMap(node => (node.op === 'feature' ? [node.name] : []))
}

/** Columns of its source that a windowed feature reads. */
export function usedColumns(feature: WindowFeaturePlan, source: SourcePlan): ReadonlySet<string> {
  const { of, where } = feature.aggregate
  return new Set([
    ...feature.by,
    ...(source.time === undefined ? [] : [source.time]),
    ...(of ? columnsOf(of) : []),
    ...(where ? columnsOf(where) : []),
  ])
}
