/** Scoring as SQL text. Twin of engine/rows/score.ts and engine/onnx/. */
import type { ModelFeature, OutputPlan, Plan, ValueType } from '../../language/index.ts'
import type { FittedColumn, FittedFeature, FittedModel } from '../types.ts'
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

/** Columns of ours, named as no column of others is likely to be. */
const inner = { order: '"0 order"', z: '"0 z"', score: '"0 score"' }

/**
 * A query with one column per output (and per kept column). Its rows are the relation's, in any order; ranks are among all
 * of them, and where equal in the relation's order.
 */
export function scoreSql(plan: Plan, fitted: FittedModel, query: ScoreQuery): string {
  const names = plan.features.map((feature, i) => `f${i + 1} ${feature.name}`)
  const keep = query.keep ?? []
  const catalog = plan.features.flatMap((feature, i) =>
    feature.value.kind === 'catalog'
      ? [`${canonicalColumn(quoteName(feature.name), feature.type)} AS ${quoteName(names[i]!)}`]
      : [],
  )
  const scope = scoreScope(plan, names)
  const order = `row_number() OVER () AS ${inner.order}`
  const base = `(SELECT ${['*', order, ...catalog].join(', ')} FROM ${query.relation})`
  const terms = fitted.features.map((feature, i) => contributionSql(feature, plan.features[i]!, names[i]!))
  const z = [numberLiteral(fitted.intercept), ...terms].join('\n    + ')
  const features = query.withFeatures
    ? plan.features.map((feature, i) => `${quoteName(names[i]!)} AS ${quoteName(`feature ${feature.name}`)}`)
    : []
  const kept = keep.map(quoteName)
  const passed = [...kept, ...(query.withFeatures ? names.map(quoteName) : [])]
  const groups = rankGroups(plan, scope)
  const scored = `SELECT ${[...passed, inner.order, ...groups.map(g => `${g.sql} AS ${g.column}`), `${z} AS ${inner.z}`].join(', ')}
  FROM ${layered(plan, base, scope, names)}`
  const outputs = plan.outputs.map(
    output => `${outputSql(plan, output, groups)} AS ${quoteName(output.name)}`,
  )
  return `SELECT ${[...kept, ...features, ...outputs].join(', ')}
FROM (SELECT *, CASE WHEN ${inner.z} >= 0 THEN 1 / (1 + exp(-${inner.z})) ELSE exp(${inner.z}) / (1 + exp(${inner.z})) END AS ${inner.score} FROM (
  ${scored}
))`
}

interface RankGroup {
  readonly name: string
  readonly column: string
  readonly sql: string
}

function rankGroups(plan: Plan, scope: SqlScope): readonly RankGroup[] {
  const names = new Set(plan.outputs.flatMap(output => (output.kind === 'rank' ? output.per : [])))
  return [...names].map((name, i) => {
    const feature = plan.features.find(f => f.name === name)
    const column = plan.sources[plan.observe.source]!.columns.find(c => c.name === name)
    const type = feature?.type ?? column?.type ?? { kind: 'string', nullable: true }
    return {
      name,
      column: quoteName(`0 group ${i + 1}`),
      sql: feature ? scope.feature(name, type) : scope.column(name, type),
    }
  })
}

function outputSql(plan: Plan, output: OutputPlan, groups: readonly RankGroup[]): string {
  switch (output.kind) {
    case 'probability':
      return inner.score
    case 'prediction':
      return `(${inner.score} >= 0.5)`
    case 'rank': {
      const by = plan.outputs.find(other => other.name === output.by)!
      const value = `CAST(${outputSql(plan, by, groups)} AS DOUBLE)`
      const per = output.per.map(name => groups.find(group => group.name === name)!.column)
      const partition = per.length === 0 ? '' : `PARTITION BY ${per.join(', ')} `
      const rank = `row_number() OVER (${partition}ORDER BY ${value} DESC NULLS LAST, ${inner.order})`
      const isRanked = `${inner.score} IS NOT NULL${output.top === undefined ? '' : ` AND ${rank} <= ${output.top}`}`
      return `CASE WHEN ${isRanked} THEN CAST(${rank} AS DOUBLE) END`
    }
  }
}

function scoreScope(plan: Plan, names: readonly string[]): SqlScope {
  const types = new Map<string, ValueType>(
    plan.sources[plan.observe.source]!.columns.map(column => [column.name, column.type]),
  )
  return {
    column: (name, type) => canonicalColumn(quoteName(name), types.get(name) ?? type),
    feature: name => quoteName(names[plan.features.findIndex(feature => feature.name === name)]!),
  }
}

function contributionSql(fitted: FittedFeature, feature: ModelFeature, column: string): string {
  switch (fitted.kind) {
    case 'numeric': {
      const term = columnTerm(fitted, numberSql(feature, column))
      return fitted.indicator === undefined ? term : `${term} + ${indicatorTerm(fitted.indicator, column)}`
    }
    case 'vector': {
      const terms = fitted.elements.map((element, i) => columnTerm(element, `${quoteName(column)}[${i + 1}]`))
      if (fitted.indicator !== undefined) terms.push(indicatorTerm(fitted.indicator, column))
      return terms.join(' + ')
    }
    case 'one_hot': {
      const text = categorySql(feature, column)
      const cases = fitted.categories.map(
        (value, i) => `WHEN ${quoteText(value)} THEN ${numberLiteral(fitted.weights[i]!)}`,
      )
      const other = numberLiteral(fitted.other)
      return cases.length === 0 ? other : `CASE ${text} ${cases.join(' ')} ELSE ${other} END`
    }
  }
}

function columnTerm(fitted: FittedColumn, value: string): string {
  const x = fitted.impute === null ? value : `coalesce(${value}, ${numberLiteral(fitted.impute)})`
  return `${numberLiteral(fitted.weight)} * (${x} - ${numberLiteral(fitted.center)}) / ${numberLiteral(fitted.scale)}`
}

function indicatorTerm(weight: number, column: string): string {
  return `CASE WHEN ${quoteName(column)} IS NULL THEN ${numberLiteral(weight)} ELSE 0e0 END`
}
