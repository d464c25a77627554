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
  /** There are many more events than observations. */
  readonly isSparse?: boolean
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
  readonly columns: readonly EventColumn[]
}

export interface EventColumn {
  readonly name: string
  readonly sqlType: string
  /** Over a row of the source. */
  readonly expr: Expr | undefined
}

/** @param whichHold SQL over the columns x1, x2, …: which rows are kept */
export function eventsOf(query: WindowsQuery, whichHold?: (columns: readonly string[]) => string): Events {
  const values = new Map<string, Expr | undefined>()
  for (const { feature } of query.windows)
    values.set(JSON.stringify(feature.aggregate.of), feature.aggregate.of)
  const nameOf = new Map([...values.keys()].map((key, i) => [key, `x${i + 1}`]))
  const columns = [...values.values()].map((expr, i) => ({
    name: `x${i + 1}`,
    sqlType: sqlTypes[expr?.type.kind ?? 'bool'],
    expr,
  }))
  const row = rowSql(query)
  const given = columns.map(({ expr, name }) => `${row.value(expr)} AS ${name}`).join(', ')
  const present = ['instant', ...keyNamesOf(query)].map(sql => `${sql} IS NOT NULL`)
  const holds = [...present, ...(whichHold ? [whichHold(columns.map(({ name }) => name))] : [])].join(' AND ')
  return {
    sql: `SELECT *
FROM (
  SELECT ${row.instant} AS instant, ${aliased(row.keys, keyNamesOf(query))}, ${given}
  FROM ${query.sourceRelation}${row.where === undefined ? '' : `\n  WHERE ${row.where}`}
)
WHERE ${holds}`,
    of: feature => nameOf.get(JSON.stringify(feature.aggregate.of))!,
    columns,
  }
}

/** Instants and keys alone. */
export function instantsSql(query: WindowsQuery): string {
  const row = rowSql(query)
  return `SELECT ${row.instant} AS instant, ${aliased(row.keys, keyNamesOf(query))}
FROM ${query.sourceRelation}${row.where === undefined ? '' : `\nWHERE ${row.where}`}`
}

/**
 * A row of the source as SQL text.
 * @param relation put before every column
 */
export function rowSql({ windows, source }: WindowsQuery, relation?: string) {
  const scope = sourceScope(relation)
  const types = new Map(source.columns.map((column: ColumnSchema) => [column.name, column.type]))
  const column = (name: string) => scope.column(name, types.get(name) ?? { kind: 'string', nullable: true })
  const { by, aggregate } = windows[0]!.feature
  return {
    instant: `epoch_us(${column(source.time ?? '')})`,
    keys: by.map(column),
    value: (expr: Expr | undefined) => (expr ? expressionSql(expr, scope) : 'TRUE'),
    where: aggregate.where && expressionSql(aggregate.where, scope),
  }
}

/** The same over the events of the observed keys alone: for few observations, of which no other event is sorted. */
export function ofObservedKeys(query: WindowsQuery): WindowsQuery {
  const keys = `(${rowSql(query).keys.join(', ')}) IN (SELECT (${query.keys.join(', ')}) FROM ${query.observed})`
  return { ...query, sourceRelation: `(SELECT * FROM ${query.sourceRelation} WHERE ${keys})` }
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

/** Columns straight from a source, made canonical. @param relation put before each */
export function sourceScope(relation?: string): SqlScope {
  const place = relation === undefined ? '' : `${relation}.`
  return {
    column: (name: string, type: ValueType) => canonicalColumn(`${place}${quoteName(name)}`, type),
    feature: name => {
      throw new RangeError(`No feature can be read here: ${name}`)
    },
  }
}
