/** Makes a case that fails as small as it can and still fail. */
import type { Expr, ModelFeature, Row } from '../../language/index.ts'
import { keyNames } from '../plan/inputs.ts'
import { columnsOf } from '../plan/walk.ts'
import type { ParityCase } from './cases.ts'
import type { Difference } from './differences.ts'
import { simplerModels, withoutFeature } from './shrink-model.ts'

export interface Shrunk {
  readonly case: ParityCase
  readonly difference: Difference
}

/**
 * Takes the first simpler case that fails in the same execution, again and again.
 * @param maxTries cases that are tried at most. Default 1500.
 */
export async function shrink(
  failing: ParityCase,
  differenceOf: (parityCase: ParityCase) => Promise<Difference | undefined>,
  maxTries = 1500,
): Promise<Shrunk> {
  const first = await differenceOf(failing)
  if (!first) throw new RangeError('Expected a case that fails.')
  let best: Shrunk = { case: failing, difference: first }
  let tries = 0
  const attempt = async (candidates: Iterable<ParityCase>): Promise<boolean> => {
    for (const candidate of candidates) {
      if (tries++ >= maxTries) return false
      const difference = await differenceOf(candidate)
      if (!difference || !isAlike(difference, best.difference)) continue
      best = { case: candidate, difference }
      return true
    }
    return false
  }
  for (let isSimpler = true; isSimpler && tries < maxTries;) {
    isSimpler = false
    for (const simpler of simplifications) while (await attempt(simpler(best.case))) isSimpler = true
  }
  return best
}

/** A case that fails in another way is another one. */
function isAlike(a: Difference, b: Difference): boolean {
  return a.engine === b.engine && a.isFailure === b.isFailure
}

const simplifications: readonly ((parityCase: ParityCase) => Iterable<ParityCase>)[] = [
  fewerRows,
  fewerFeatures,
  simplerModels,
  fewerOutputs,
  simplerFeatures,
  fewerColumns,
  simplerRows,
]

/** Without a part, from the half to one. */
export function* fewer<T>(items: readonly T[], least = 0): Iterable<readonly T[]> {
  for (let size = items.length >> 1 || 1; size >= 1; size >>= 1)
    for (let from = 0; from < items.length; from += size)
      if (items.length - size >= least && items.length > 0) yield items.toSpliced(from, size)
}

function* fewerRows(parityCase: ParityCase): Iterable<ParityCase> {
  for (const rows of fewer(parityCase.rows, 1)) if (rows.length > 0) yield { ...parityCase, rows }
}

function* fewerFeatures(parityCase: ParityCase): Iterable<ParityCase> {
  const { plan } = parityCase
  const needed = new Set([
    ...plan.features.flatMap(f => (f.value.kind === 'row' ? featuresOf(f.value.expr) : [])),
    ...keyNames(plan),
    ...plan.outputs.flatMap(output => (output.kind === 'rank' ? output.per : [])),
  ])
  for (const [i, { name }] of plan.features.entries())
    if (!needed.has(name)) yield withoutFeature(parityCase, i)
}

function featuresOf(expr: Expr): readonly string[] {
  if (expr.op === 'feature') return [expr.name]
  return expr.op === 'call' ? expr.args.flatMap(featuresOf) : []
}

function* fewerOutputs(parityCase: ParityCase): Iterable<ParityCase> {
  const { outputs } = parityCase.plan
  const ranked = new Set(outputs.map(output => (output.kind === 'rank' ? output.by : '')))
  for (const [i, { name }] of outputs.entries())
    if (outputs.length > 1 && !ranked.has(name))
      yield { ...parityCase, plan: { ...parityCase.plan, outputs: outputs.toSpliced(i, 1) } }
}

function* simplerFeatures(parityCase: ParityCase): Iterable<ParityCase> {
  const { plan } = parityCase
  for (const [i, feature] of plan.features.entries()) {
    if (feature.value.kind !== 'row') continue
    for (const expr of simplerExpressions(feature.value.expr)) {
      const simpler: ModelFeature = { ...feature, value: { kind: 'row', expr } }
      yield { ...parityCase, plan: { ...plan, features: plan.features.with(i, simpler) } }
    }
  }
}

const simplest = { bool: true, int: 0, float: 0, string: '', category: '', timestamp: 0 } as const

/** An argument or a literal in place of a call, here or further down. */
function* simplerExpressions(expr: Expr): Iterable<Expr> {
  if (expr.op === 'literal') return
  if (expr.op === 'call') for (const arg of expr.args) if (arg.type.kind === expr.type.kind) yield arg
  if (expr.type.kind !== 'vector')
    yield { op: 'literal', type: { ...expr.type, nullable: false }, value: simplest[expr.type.kind] }
  if (expr.op !== 'call') return
  for (const [i, arg] of expr.args.entries()) {
    // Bounds and positions have to be literals.
    if (i > 0 && (expr.function === 'bucket' || expr.function === 'element')) continue
    for (const simpler of simplerExpressions(arg)) yield { ...expr, args: expr.args.with(i, simpler) }
  }
}

function* fewerColumns(parityCase: ParityCase): Iterable<ParityCase> {
  const { plan, rows } = parityCase
  const source = plan.sources['data']!
  const read = new Set([
    ...plan.features.flatMap(f => (f.value.kind === 'row' ? columnsOf(f.value.expr) : [f.name])),
    ...keyNames(plan),
    ...plan.outputs.flatMap(output => (output.kind === 'rank' ? output.per : [])),
  ])
  const columns = source.columns.filter(({ name }, i) => read.has(name) || i === 0)
  if (columns.length === source.columns.length) return
  const kept = new Set([...read, ...columns.map(({ name }) => name)])
  yield {
    ...parityCase,
    plan: { ...plan, sources: { data: { ...source, columns } } },
    rows: rows.map((row): Row => Object.fromEntries(Object.entries(row).filter(([name]) => kept.has(name)))),
  }
}

function* simplerRows(parityCase: ParityCase): Iterable<ParityCase> {
  for (const [i, row] of parityCase.rows.entries())
    for (const [name, value] of Object.entries(row)) {
      if (value === null || value === 0 || value === '') continue
      const simpler = typeof value === 'number' ? [null, 0, 1, Math.trunc(value)] : [null]
      for (const v of simpler)
        if (v !== value) yield { ...parityCase, rows: parityCase.rows.with(i, { ...row, [name]: v }) }
    }
}
