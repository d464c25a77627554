/** Scoring as SQL text. Twin of engine/rows/score.ts and engine/onnx/. */
import type { OutputPlan, Plan, ValueType } from '../../language/index.ts'
import type { FittedLabel, FittedModel } from '../types.ts'
import { layered } from './dataset.ts'
import { textOf, type SqlScope } from './expression.ts'
import { predictSql, type PredictSql } from './predict.ts'
import { positionSql, preparedNumberSql } from './prepared.ts'
import { canonicalColumn } from './source.ts'
import { quoteName, quoteText } from './text.ts'

export interface ScoreQuery {
  /** SQL text of a relation with the observed columns and the catalog features (named like the model's features). */
  readonly relation: string
  /** Columns of the relation that come back beside the outputs. */
  readonly keep?: readonly string[]
  /** Whether every feature's value comes back too, as `feature <name>`. */
  readonly withFeatures?: boolean
}

/** Columns of ours, named as no column of others is likely to be. */
const order = '"0 order"'

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
  const numbered = `row_number() OVER () AS ${order}`
  const base = `(SELECT ${['*', numbered, ...catalog].join(', ')} FROM ${query.relation})`
  const prepared = preparedSql(plan, fitted, { scope, names })
  const predict = predictSql(fitted, prepared.columns)
  const features = query.withFeatures
    ? plan.features.map((feature, i) => `${quoteName(names[i]!)} AS ${quoteName(`feature ${feature.name}`)}`)
    : []
  const kept = keep.map(quoteName)
  const passed = [...kept, ...(query.withFeatures ? names.map(quoteName) : [])]
  const groups = rankGroups(plan, scope)
  const columns = [...passed, order, ...groups.map(g => `${g.sql} AS ${g.column}`), ...prepared.named]
  const ready = `(\n  SELECT ${columns.join(',\n  ')}\n  FROM ${layered(plan, base, scope, names)}\n)`
  const outputs = plan.outputs.map(
    output =>
      `${outputSql(output, { plan, groups, predict, label: fitted.label })} AS ${quoteName(output.name)}`,
  )
  return `SELECT ${[...kept, ...features, ...outputs].join(', ')}
FROM ${predict.relation(ready)}`
}

/** The prepared columns and their names. */
function preparedSql(
  plan: Plan,
  { columns, features, keys }: FittedModel,
  { scope, names }: { readonly scope: SqlScope; readonly names: readonly string[] },
) {
  const name = (kind: string, i: number) => `"0 ${kind} ${i + 1}"`
  const numbers = columns.numbers.map(source =>
    preparedNumberSql(source, {
      fitted: features[source.feature]!,
      feature: plan.features[source.feature]!,
      column: names[source.feature]!,
    }),
  )
  const codes = columns.codes.map(i =>
    positionSql(features[i]!, { feature: plan.features[i]!, column: names[i]! }),
  )
  const texts = keys.map(({ source }) => {
    const type = typeOf(plan, source.name)
    return textOf(
      source.kind === 'feature' ? scope.feature(source.name, type) : scope.column(source.name, type),
      type,
    )
  })
  const all = { number: numbers, code: codes, key: texts }
  const of = (kind: keyof typeof all) => all[kind].map((_, i) => name(kind, i))
  return {
    columns: { numbers: of('number'), codes: of('code'), keys: of('key') },
    named: Object.entries(all).flatMap(([kind, each]) => each.map((sql, i) => `${sql} AS ${name(kind, i)}`)),
  }
}

/** Of a feature, else of a column. */
function typeOf(plan: Plan, name: string): ValueType {
  const feature = plan.features.find(f => f.name === name)
  const column = plan.sources[plan.observe.source]!.columns.find(c => c.name === name)
  return feature?.type ?? column?.type ?? { kind: 'string', nullable: true }
}

interface RankGroup {
  readonly name: string
  readonly column: string
  readonly sql: string
}

function rankGroups(plan: Plan, scope: SqlScope): readonly RankGroup[] {
  const names = new Set(plan.outputs.flatMap(output => (output.kind === 'rank' ? output.per : [])))
  return [...names].map((name, i) => {
    const type = typeOf(plan, name)
    const isFeature = plan.features.some(f => f.name === name)
    return {
      name,
      column: quoteName(`0 group ${i + 1}`),
      sql: isFeature ? scope.feature(name, type) : scope.column(name, type),
    }
  })
}

interface OutputContext {
  readonly plan: Plan
  readonly groups: readonly RankGroup[]
  readonly predict: PredictSql
  readonly label: FittedLabel
}

function outputSql(output: OutputPlan, context: OutputContext): string {
  const { plan, groups, predict, label } = context
  switch (output.kind) {
    case 'probability':
      return probabilitySql(label, predict, output.class)
    case 'prediction':
      return decisionSql(label, predict)
    case 'rank': {
      const by = plan.outputs.find(other => other.name === output.by)!
      const value = `CAST(${outputSql(by, context)} AS DOUBLE)`
      const per = output.per.map(name => groups.find(group => group.name === name)!.column)
      const partition = per.length === 0 ? '' : `PARTITION BY ${per.join(', ')} `
      const rank = `row_number() OVER (${partition}ORDER BY ${value} DESC NULLS LAST, ${order})`
      const isRanked = `${predict.predicted} IS NOT NULL${output.top === undefined ? '' : ` AND ${rank} <= ${output.top}`}`
      return `CASE WHEN ${isRanked} THEN CAST(${rank} AS DOUBLE) END`
    }
  }
}

/** Two classes have one score, which is of the second. */
function probabilitySql(
  label: FittedLabel,
  { predicted, isList }: PredictSql,
  of: string | undefined,
): string {
  if (label.kind !== 'classes') return predicted
  const index = label.classes.indexOf(of ?? '')
  if (index < 0) return '0e0'
  if (isList) return `${predicted}[${index + 1}]`
  return index === 1 ? predicted : `(1e0 - ${predicted})`
}

/** One half counts as true, the first of classes that are equally likely is taken. */
function decisionSql(label: FittedLabel, { predicted, isList }: PredictSql): string {
  if (label.kind === 'number') return predicted
  if (label.kind === 'bool') return `(${predicted} >= 0.5)`
  const classes = label.classes.map(quoteText)
  return isList
    ? `[${classes.join(', ')}][list_position(${predicted}, list_max(${predicted}))]`
    : `CASE WHEN ${predicted} > 0.5 THEN ${classes[1]!} WHEN ${predicted} <= 0.5 THEN ${classes[0]!} END`
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
