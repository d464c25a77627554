/** What every way of computing windowed aggregates shares: what is asked, rows of the source, observations. */
import type { ColumnSchema, Expr, FeaturePlan, SourcePlan, ValueType } from '../../../language/index.ts'
import type { WindowFeaturePlan } from '../../../language/index.ts'
import { expressionSql, type SqlScope } from '../expression.ts'
import { canonicalColumn } from '../source.ts'
import { indent, quoteName, sqlTypes } from '../text.ts'

export interface NamedWindow {
  readonly feature: WindowFeaturePlan
  /** Column of the result. */
  readonly name: string
}

/** Features of one source, key and condition, which share a reading of it. */
export interface WindowsQuery {
  readonly windows: readonly NamedWindow[]
  readonly source: SourcePlan
  /** SQL text of the source's relation. */
  readonly sourceRelation: string
  /** A relation of observations with the columns named below. */
  readonly observed: string
  /** Column that tells observations apart. */
  readonly row: string
  /** SQL text over a row of `observed`: its time, and its keys of the features' `by`, in order. */
  readonly time: string
  readonly keys: readonly string[]
}

/** How long after an event it is seen at the earliest, in microseconds: never at its own instant. */
export function delayUs({ source }: Pick<WindowsQuery, 'source'>): number {
  return Math.max(source.knownAfterUs, 1)
}

export function keyNamesOf({ keys }: Pick<WindowsQuery, 'keys'>): readonly string[] {
  return keys.map((_, i) => `key${i + 1}`)
}

/** The condition under which two relations have the same key. */
export function sameKey(query: WindowsQuery, a: string, b: string): string {
  return keyNamesOf(query)
    .map(key => `${a}.${key} = ${b}.${key}`)
    .join(' AND ')
}

/** `(row_id, instant, keys…)`; instants in microseconds. */
export function observationSql(query: WindowsQuery): string {
  return `SELECT ${quoteName(query.row)} AS row_id, epoch_us(${query.time}) AS instant, ${aliased(query.keys, keyNamesOf(query))}
FROM ${query.observed}`
}

export interface Events {
  /** `(instant, keys…, x1, x2, …)` of the source's rows where the condition holds; time and keys are never missing. */
  readonly sql: string
  /** The column of an aggregate's argument: of a `count` without one, TRUE. */
  readonly of: (feature: WindowFeaturePlan) => string
  readonly columns: readonly { readonly name: string; readonly sqlType: string }[]
}

/** @param whichHold SQL over the columns x1, x2, …: which rows are kept */
export function eventsOf(query: WindowsQuery, whichHold?: (columns: readonly string[]) => string): Events {
  const { windows, source } = query
  const scope = sourceScope()
  const types = new Map(source.columns.map((column: ColumnSchema) => [column.name, column.type]))
  const column = (name: string) => scope.column(name, types.get(name) ?? { kind: 'string', nullable: true })
  const first = windows[0]!.feature
  const values = new Map<string, Expr | undefined>()
  for (const { feature } of windows) values.set(JSON.stringify(feature.aggregate.of), feature.aggregate.of)
  const nameOf = new Map([...values.keys()].map((key, i) => [key, `x${i + 1}`]))
  const columns = [...values.values()].map((of, i) => ({
    name: `x${i + 1}`,
    sqlType: sqlTypes[of?.type.kind ?? 'bool'],
    sql: of ? expressionSql(of, scope) : 'TRUE',
  }))
  const keys = aliased(first.by.map(column), keyNamesOf(query))
  const given = columns.map(({ sql, name }) => `${sql} AS ${name}`).join(', ')
  const { where } = first.aggregate
  const kept = where ? `\n  WHERE ${expressionSql(where, scope)}` : ''
  const present = ['instant', ...keyNamesOf(query)].map(sql => `${sql} IS NOT NULL`)
  const holds = [...present, ...(whichHold ? [whichHold(columns.map(({ name }) => name))] : [])].join(' AND ')
  return {
    sql: `SELECT *
FROM (
  SELECT epoch_us(${column(source.time ?? '')}) AS instant, ${keys}, ${given}
  FROM ${query.sourceRelation}${kept}
)
WHERE ${holds}`,
    of: feature => nameOf.get(JSON.stringify(feature.aggregate.of))!,
    columns,
  }
}

/** A common table expression. */
export function withPart(name: string, sql: string): string {
  return `${name} AS (\n${indent(sql)}\n)`
}

/** In the type of the feature. */
export function castTo(feature: FeaturePlan, sql: string): string {
  return `CAST(${sql} AS ${sqlTypes[feature.type.kind]})`
}

export function aliased(columns: readonly string[], names: readonly string[]): string {
  return columns.map((sql, i) => `${sql} AS ${names[i]}`).join(', ')
}

/** Columns straight from a source, made canonical. */
export function sourceScope(): SqlScope {
  return {
    column: (name: string, type: ValueType) => canonicalColumn(quoteName(name), type),
    feature: name => {
      throw new RangeError(`No feature can be read here: ${name}`)
    },
  }
}
