/**
 * The TypeScript evaluator: features, prepared values and outputs of a plan, row by row. It shares no code with
 * SQL or ONNX and reads no result of theirs.
 */
import type { ModelFeature, Plan, Row, Scalar, Value } from '../../language/index.ts'
import type { FittedColumn, FittedFeature, FittedModel, Scored } from '../types.ts'
import { evaluateExpression, textOf } from './expression.ts'
import { canonicalValue } from './normalize.ts'
import { outputsOf } from './outputs.ts'

/**
 * @param rows by name, the observed columns and the catalog features (named like the model's features);
 *   timestamps as ISO text or microseconds
 * @returns per row every output of the plan; null where the plan imputes nothing and a value is missing
 */
export function scoreRows(plan: Plan, fitted: FittedModel, rows: readonly Row[]): Scored[] {
  const read = rowReader(plan)
  const canonical = rows.map(read)
  const features = canonical.map(row => featureValues(plan, row))
  const probabilities = features.map(values => probabilityOf(fitted, values))
  const names = plan.features.map(feature => feature.name)
  const valueOf = (name: string, row: number): Value => {
    const feature = names.indexOf(name)
    return feature < 0 ? (canonical[row]![name] ?? null) : features[row]![feature]!
  }
  return outputsOf(plan.outputs, { probabilities, valueOf })
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

function probabilityOf(fitted: FittedModel, values: readonly Value[]): number | null {
  let z = fitted.intercept
  for (const [i, feature] of fitted.features.entries()) {
    const term = contribution(feature, values[i]!)
    if (term === null) return null
    z += term
  }
  if (Number.isNaN(z)) return null
  return z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z))
}

function contribution(feature: FittedFeature, value: Value): number | null {
  switch (feature.kind) {
    case 'numeric':
      return sumOf([columnTerm(feature, value as Scalar), indicatorTerm(feature, value)])
    case 'vector': {
      const elements = value as readonly number[] | null
      const terms = feature.elements.map((column, i) => columnTerm(column, elements && elements[i]!))
      return sumOf([...terms, indicatorTerm(feature, value)])
    }
    case 'one_hot': {
      const text = value === null ? null : textOf(value)
      const index = text === null ? -1 : feature.categories.indexOf(text)
      return index < 0 ? feature.other : feature.weights[index]!
    }
  }
}

function columnTerm({ impute, center, scale, weight }: FittedColumn, value: Scalar): number | null {
  const x = value === null ? impute : Number(value)
  return x === null ? null : (weight * (x - center)) / scale
}

function indicatorTerm({ indicator = 0 }: { readonly indicator?: number }, value: Value): number {
  return value === null ? indicator : 0
}

function sumOf(terms: readonly (number | null)[]): number | null {
  return terms.reduce((sum, term) => (sum === null || term === null ? null : sum + term))
}
