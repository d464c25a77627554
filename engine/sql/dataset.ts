/**
 * The dataset of a plan as SQL text: what is observed, the value of every feature, the label, the part of the
 * split. A dataset is a list of named parts, each reading those above it; they can be made one by one as temporary
 * tables or joined into one query.
 */
import type { ColumnSchema, ModelFeature, Plan } from '../../language/index.ts'
import { columnsSent, groupNames, keyNames } from '../plan/inputs.ts'
import { featuresOf } from '../plan/walk.ts'
import { expressionSql, textOf, type SqlScope } from './expression.ts'
import { groupsOf, lookedUp, titlesOf } from './feature.ts'
import {
  columnRef,
  contextOf,
  observedSql,
  relationOf,
  rowColumn,
  scopeOf,
  type Context,
} from './observed.ts'
import { foldBoundsSql, foldByTime, partByTime } from './split.ts'
import { comment, indent, quoteName } from './text.ts'
import { ofObservedKeys, windowsSql, type WindowsQuery } from './window.ts'

export interface DatasetOptions {
  /** A path as the database shall see it, from one relative to the project's root. Default: as it is. */
  readonly resolvePath?: (path: string) => string
  /** SQL text of the relation that replaces the observed source. */
  readonly observations?: string
  /** The columns there are. Default: the source's. */
  readonly columns?: readonly ColumnSchema[]
  readonly sample?: { readonly rows: number; readonly seed: number }
  /** Whether windows read the events of the observed keys alone, which is faster where few rows are observed. */
  readonly ofObservedKeys?: boolean
  /** Put before every part's name. */
  readonly prefix?: string
}

export interface DatasetPart {
  readonly name: string
  /** What it holds, for a reader. */
  readonly title: string
  readonly sql: string
  /** Parts that nothing after this one reads. */
  readonly frees: readonly string[]
}

interface NamedColumn {
  readonly column: string
  readonly name: string
}

export interface Dataset {
  readonly parts: readonly DatasetPart[]
  /** Name of the last part: one row per observation. */
  readonly rows: string
  /** Columns of `rows`. Groups and keys are texts. */
  readonly inputs: readonly NamedColumn[]
  readonly features: readonly NamedColumn[]
  readonly groups: readonly NamedColumn[]
  /** Keys of random effects. */
  readonly keys: readonly NamedColumn[]
}

/**
 * Columns of the last part beside inputs, features and groups. `part` is an index into `splitNames`, missing outside
 * of the split, −1 where a training row has no weight.
 */
export const labelColumn = 'label'
export const partColumn = 'part'
export const weightColumn = 'weight'

export function datasetSql(plan: Plan, options: DatasetOptions = {}): Dataset {
  const prefix = options.prefix ?? ''
  const context = contextOf(plan, options)
  const observed: DatasetPart = {
    name: `${prefix}observed`,
    title: `Observed rows of ${plan.observe.source}`,
    sql: observedSql(context, options),
    frees: [],
  }
  const windows = windowParts(context, options, observed.name)
  const bounds = boundsPart(context, prefix, observed.name)
  const rows: DatasetPart = {
    name: `${prefix}rows`,
    title: `Features, label and part of the split`,
    sql: rowsSql(context, {
      observed: observed.name,
      windows: windows.map(w => w.name),
      ...(bounds && { bounds: bounds.name }),
    }),
    frees: [observed, ...windows, ...(bounds ? [bounds] : [])].map(part => part.name),
  }
  return {
    parts: [observed, ...windows, ...(bounds ? [bounds] : []), rows],
    rows: rows.name,
    inputs: columnsSent(plan).map(name => ({ column: context.columns.get(name)!, name })),
    features: plan.features.map((feature, i) => ({ column: context.names[i]!, name: feature.name })),
    groups: groupNames(plan).map((name, i) => ({ column: `g${i + 1}`, name })),
    keys: keyNames(plan).map((name, i) => ({ column: `k${i + 1}`, name })),
  }
}

/** The whole dataset as one query, for reading: what each part holds stands above it. */
export function planSql(plan: Plan, options: DatasetOptions = {}): string {
  const { parts } = datasetSql(plan, options)
  const last = parts.at(-1)!
  const before = parts
    .slice(0, -1)
    .map(
      ({ name, title, sql }) =>
        `-- ${comment(title)}\n${quoteName(name)} AS MATERIALIZED (\n${indent(sql)}\n)`,
    )
  return `WITH\n${before.join(',\n')}\n-- ${comment(last.title)}\n${last.sql}`
}

/** So many sampled rows are few beside the events of data that takes long. */
const mostSparseRows = 500_000

function windowParts(context: Context, options: DatasetOptions, observed: string): DatasetPart[] {
  const { plan, lookups } = context
  const { time = '' } = plan.sources[plan.observe.source]!
  const limited = options.ofObservedKeys ? ofObservedKeys : (query: WindowsQuery) => query
  return groupsOf(lookups, plan.sources).map((group, i) => {
    const { feature, keys } = group[0]!
    return {
      name: `${options.prefix ?? ''}window_${i + 1}`,
      title: titlesOf(group),
      frees: [],
      sql: windowsSql(
        limited({
          windows: group.map(lookup => ({ feature: lookup.feature, name: lookup.column })),
          source: plan.sources[feature.source]!,
          sourceRelation: relationOf(plan, feature.source, options),
          observed: quoteName(observed),
          row: rowColumn,
          time: columnRef(context, time),
          keys: keys.map(key => expressionSql(key, scopeOf(context))),
          isSparse: options.sample !== undefined && options.sample.rows <= mostSparseRows,
        }),
      ),
    }
  })
}

/** Where the folds of a split by time begin; made before the rows, which are put into them. */
function boundsPart(context: Context, prefix: string, observed: string): DatasetPart | undefined {
  const { split, label } = context.plan
  if (split.kind !== 'time' || split.folds === undefined) return undefined
  const time = columnRef(context, split.column)
  const training = `${partByTime(split, time)} = 0 AND ${expressionSql(label.expr, scopeOf(context))} IS NOT NULL`
  return {
    name: `${prefix}fold_bounds`,
    title: `Where the folds of the training rows begin`,
    sql: foldBoundsSql(split.folds, { time, from: quoteName(observed), training }),
    frees: [],
  }
}

interface RowsFrom {
  readonly observed: string
  readonly windows: readonly string[]
  readonly bounds?: string
}

function rowsSql(context: Context, { observed, windows, bounds }: RowsFrom): string {
  const { plan, names } = context
  const scope = scopeOf(context)
  const kept = [
    ...plan.features.map(({ name, type }, i) => named(scope.feature(name, type), names[i]!)),
    ...columnsSent(plan).map(name => columnRef(context, name)),
    ...groupNames(plan).map((name, i) => `${groupSql(plan, name, scope)} AS g${i + 1}`),
    ...keyNames(plan).map((name, i) => `${groupSql(plan, name, scope)} AS k${i + 1}`),
    `-- ${comment(plan.label.name)}\n  ${expressionSql(plan.label.expr, scope)} AS ${labelColumn}`,
    ...splitSql(context, scope),
  ]
  const groups = groupsOf(context.lookups, plan.sources)
  const looked = lookedUp(context.lookups, groups, { observed, row: rowColumn, names: windows })
  const layers = layered(plan, looked, scope, names)
  const from = bounds === undefined ? layers : `${layers}, ${quoteName(bounds)}`
  return `SELECT ${kept.join(',\n  ')}\nFROM ${from}`
}

function named(sql: string, name: string): string {
  return sql === quoteName(name) ? sql : `${sql} AS ${quoteName(name)}`
}

/** Part, weight and fold. */
function splitSql(context: Context, scope: SqlScope): string[] {
  const { split, weight } = context.plan
  const time = split.kind === 'time' ? columnRef(context, split.column) : ''
  const part = split.kind === 'time' ? partByTime(split, time) : 'part'
  const columns: string[] = []
  if (weight === undefined) columns.push(split.kind === 'time' ? `${part} AS ${partColumn}` : part)
  else {
    const sql = expressionSql(weight, scope)
    columns.push(
      `CASE WHEN ${part} = 0 AND NOT coalesce(${sql} > 0, FALSE) THEN -1 ELSE ${part} END AS ${partColumn}`,
      `CAST(${sql} AS DOUBLE) AS ${weightColumn}`,
    )
  }
  if (split.folds !== undefined)
    columns.push(split.kind === 'time' ? `${foldByTime(split.folds, time)} AS fold` : 'fold')
  return columns
}

/** Row features, those that others read further in. */
export function layered(plan: Plan, from: string, scope: SqlScope, names: readonly string[]): string {
  const depths = new Map<string, number>()
  const layers: string[][] = []
  plan.features.forEach((feature, i) => {
    if (feature.value.kind !== 'row') return void depths.set(feature.name, 0)
    const depth = 1 + Math.max(0, ...featuresOf(feature.value.expr).map(name => depths.get(name) ?? 0))
    depths.set(feature.name, depth)
    const sql = expressionSql(feature.value.expr, scope)
    ;(layers[depth - 1] ??= []).push(`${about(feature)}${sql} AS ${quoteName(names[i]!)}`)
  })
  return layers.reduce(
    (inner, columns) =>
      `(\n  SELECT *,\n  ${indent(columns.join(',\n')).trimStart()}\n  FROM ${indent(inner).trimStart()}\n)`,
    from,
  )
}

function about({ doc }: ModelFeature): string {
  return doc === undefined ? '' : `-- ${comment(doc)}\n`
}

function groupSql(plan: Plan, name: string, scope: SqlScope): string {
  const feature = plan.features.find(f => f.name === name)
  const column = plan.sources[plan.observe.source]!.columns.find(c => c.name === name)
  const type = feature?.type ?? column?.type ?? { kind: 'string', nullable: true }
  const sql = feature ? scope.feature(name, type) : scope.column(name, type)
  if (type.kind === 'timestamp' || type.kind === 'float') return `CAST(${sql} AS VARCHAR)`
  return textOf(sql, type)
}
