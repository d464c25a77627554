/**
 * The TypeScript evaluator: features, prepared values and outputs of a plan, row by row. It shares no code with
 * SQL or ONNX and reads no result of theirs.
 */
import type { ModelFeature, Plan, Row, Value } from '../../language/index.ts'
import type { FittedModel, Scored } from '../types.ts'
import { evaluateExpression } from './expression.ts'
import { canonicalValue } from './normalize.ts'
import { outputsOf } from './outputs.ts'
import { rowPredictor } from './predict.ts'
import { rowPreparer } from './prepare.ts'

/**
 * @param rows by name, the observed columns and the catalog features (named like the model's features);
 *   timestamps as ISO text or microseconds
 * @returns per row every output of the plan; null where the plan imputes nothing and a value is missing, and where a number
 *   would not be finite
 */
export function scoreRows(plan: Plan, fitted: FittedModel, rows: readonly Row[]): Scored[] {
  return rowScorer(plan, fitted)(rows)
}

/** What is made once of a model is kept, for as long as the model is. */
const scorers = new WeakMap<FittedModel, { readonly plan: Plan; readonly score: RowScorer }>()

type RowScorer = (rows: readonly Row[]) => Scored[]

function rowScorer(plan: Plan, fitted: FittedModel): RowScorer {
  const known = scorers.get(fitted)
  if (known?.plan === plan) return known.score
  const score = createScorer(plan, fitted)
  scorers.set(fitted, { plan, score })
  return score
}

function createScorer(plan: Plan, fitted: FittedModel): RowScorer {
  const read = rowReader(plan)
  const prepare = rowPreparer(fitted)
  const predict = rowPredictor(fitted.parameters)
  const names = plan.features.map(feature => feature.name)
  return rows => {
    const canonical = rows.map(read)
    const features = canonical.map(row => featureValues(plan, row))
    const predictions = features.map((values, i) => predict(prepare(values, canonical[i]!)))
    const valueOf = (name: string, row: number): Value => {
      const feature = names.indexOf(name)
      return feature < 0 ? (canonical[row]![name] ?? null) : features[row]![feature]!
    }
    return outputsOf(plan.outputs, { label: fitted.label, predictions, valueOf })
  }
}

/** The value of every feature, in the plan's order, before preparation. */
export function featureRows(plan: Plan, rows: readonly Row[]): Value[][] {
  const read = rowReader(plan)
  return rows.map(row => featureValues(plan, read(row)))
}

/** Makes the values of a row canonical. */
export function rowReader(plan: Plan): (row: Row) => Row {
  const columns = plan.sources[plan.observe.source]!.columns.map(c => [c.name, c.type.kind] as const)
  const catalog = plan.features
    .filter(f => f.value.kind === 'catalog')
    .map(f => [f.name, f.type.kind] as const)
  const kinds = new Map([...columns, ...catalog])
  return row => {
    const values: Record<string, Value> = Object.create(null)
    for (const [name, value] of Object.entries(row)) {
      const kind = kinds.get(name)
      if (kind) values[name] = canonicalValue(value, kind)
    }
    return values
  }
}

function featureValues(plan: Plan, row: Row): Value[] {
  const values = new Map<string, Value>()
  const scope = {
    column: (name: string) => row[name] ?? null,
    feature: (name: string) => values.get(name) ?? null,
  }
  for (const { name, value } of plan.features)
    values.set(name, value.kind === 'row' ? evaluateExpression(value.expr, scope) : (row[name] ?? null))
  return plan.features.map(({ name }: ModelFeature) => values.get(name)!)
}
