/** Scoring as SQL text. Twin of engine/rows/score.ts and engine/onnx/. */
import type { ModelFeature, Plan, ScalarKind } from '../../language/index.ts'
import type { FittedFeature, FittedModel } from '../types.ts'
import { layered } from './dataset.ts'
import type { SqlScope } from './expression.ts'
import { categorySql, numberSql } from './prepare.ts'
import { canonicalColumn } from './source.ts'
import { numberLiteral, quoteName, quoteText } from './text.ts'

export interface ScoreQuery {
  /** SQL text of a relation with the observed columns and the catalog features (named like the model's features). */
  readonly relation: string
  /** Columns of the relation that come back beside the outputs. */
  readonly keep?: readonly string[]
  /** Whether every feature's value comes back too, as `feature <name>`. */
  readonly withFeatures?: boolean
}

/** A query with one column per output (and per kept column). Its rows are the relation's, in any order. */
export function scoreSql(plan: Plan, fitted: FittedModel, query: ScoreQuery): string {
  const names = plan.features.map((feature, i) => `f${i + 1} ${feature.name}`)
  const keep = query.keep ?? []
  const catalog = plan.features.flatMap((feature, i) =>
    feature.value.kind === 'catalog'
      ? [`${canonicalColumn(quoteName(feature.name), feature.type)} AS ${quoteName(names[i]!)}`]
      : [],
  )
  const scope = scoreScope(plan, names)
  const base = `(SELECT ${['*', ...catalog].join(', ')} FROM ${query.relation})`
  const terms = fitted.features.map((feature, i) => contributionSql(feature, plan.features[i]!, names[i]!))
  const z = [numberLiteral(fitted.intercept), ...terms].join('\n    + ')
  const features = query.withFeatures
    ? plan.features.map((feature, i) => `${quoteName(names[i]!)} AS ${quoteName(`feature ${feature.name}`)}`)
    : []
  const kept = keep.map(quoteName)
  const passed = [...kept, ...(query.withFeatures ? names.map(quoteName) : [])]
  const outputs = plan.outputs.map(output => `1 / (1 + exp(-z)) AS ${quoteName(output.name)}`)
  return `SELECT ${[...kept, ...features, ...outputs].join(', ')}
FROM (
  SELECT ${[...passed, `${z} AS z`].join(', ')}
  FROM ${layered(plan, base, scope, names)}
)`
}

function scoreScope(plan: Plan, names: readonly string[]): SqlScope {
  const kinds = new Map<string, ScalarKind>(
    plan.sources[plan.observe.source]!.columns.map(column => [column.name, column.type.kind]),
  )
  return {
    column: (name, type) => canonicalColumn(quoteName(name), { ...type, kind: kinds.get(name) ?? type.kind }),
    feature: name => quoteName(names[plan.features.findIndex(feature => feature.name === name)]!),
  }
}

function contributionSql(fitted: FittedFeature, feature: ModelFeature, column: string): string {
  if (fitted.kind === 'numeric') {
    const number = numberSql(feature, column)
    const x = fitted.impute === null ? number : `coalesce(${number}, ${numberLiteral(fitted.impute)})`
    return `${numberLiteral(fitted.weight)} * (${x} - ${numberLiteral(fitted.center)}) / ${numberLiteral(fitted.scale)}`
  }
  const text = categorySql(feature, column)
  const cases = fitted.categories.map(
    (value, i) => `WHEN ${quoteText(value)} THEN ${numberLiteral(fitted.weights[i]!)}`,
  )
  const other = numberLiteral(fitted.other)
  return cases.length === 0 ? other : `CASE ${text} ${cases.join(' ')} ELSE ${other} END`
}
