/**
 * Windowed aggregates, point in time: one value per observation row, from the rows of the source that were known
 * when it happened. The window is [t − windowUs, t) ∩ {time + knownAfterUs ≤ t}, which in whole microseconds is
 * [t − windowUs, t − max(knownAfterUs, 1)]: neither the row itself nor another of its instant is ever inside.
 *
 * Two ways. Counts and sums of whole numbers are differences of running totals, found by two ASOF joins: exact,
 * and half the work. Everything else is a RANGE frame over events and observations on one time line per key, with
 * instants doubled, events even and observations odd, so that no two are peers and the order of float additions is
 * the same on each run.
 */
import type { Expr, FeaturePlan, SourcePlan, ValueType, WindowFeaturePlan } from '../../language/index.ts'
import { expressionSql, type SqlScope } from './expression.ts'
import { canonicalColumn } from './source.ts'
import { indent, literal, quoteName, sqlTypes } from './text.ts'

export interface WindowQuery {
  readonly feature: WindowFeaturePlan
  readonly source: SourcePlan
  /** SQL text of the source's relation. */
  readonly sourceRelation: string
  /** A relation of observations with the columns named below. */
  readonly observed: string
  /** Column that tells observations apart. */
  readonly row: string
  /** SQL text over a row of `observed`: its time, and its keys of the feature's `by`, in order. */
  readonly time: string
  readonly keys: readonly string[]
}

/**
 * `(row_id, value)` with at most one row per observation; where there is none, or its value is missing, the window is
 * empty.
 */
export function windowSql(query: WindowQuery): string {
  const { of, function: name } = query.feature.aggregate
  const isTotal = name === 'count' || ((name === 'sum' || name === 'mean') && of !== undefined && isWhole(of))
  return isTotal ? runningTotalsSql(query) : frameSql(query)
}

/** Whether an expression is a whole number of moderate size, so that sums of it are exact in 128 bits. */
export function isWhole(expr: Expr): boolean {
  if (expr.type.kind === 'bool') return true
  if (expr.op === 'literal') return Number.isSafeInteger(expr.value)
  if (expr.op !== 'call') return expr.type.kind === 'int'
  const [first, ...rest] = expr.args
  switch (expr.function) {
    case 'length':
    case 'sign':
    case 'year':
    case 'month':
    case 'day':
    case 'hour':
    case 'minute':
    case 'weekday':
    case 'second':
    case 'quarter':
    case 'week':
    case 'day_of_year':
      return true
    case 'if':
      return rest.every(isWhole)
    case 'add':
    case 'subtract':
    case 'negate':
    case 'abs':
    case 'clip':
    case 'coalesce':
    case 'float':
    case 'int':
    case 'least':
    case 'greatest':
      return isWhole(first!) && rest.every(isWhole)
    default:
      return false
  }
}

function runningTotalsSql(query: WindowQuery): string {
  const { feature, keys, source } = query
  const keyNames = keys.map((_, i) => `key${i + 1}`)
  const names = keyNames.join(', ')
  const { of, function: name } = feature.aggregate
  const counted = name === 'count'
  const x = of && !counted ? `CAST(CAST(x AS DOUBLE) AS HUGEINT)` : '0'
  const same = (a: string, b: string) => keyNames.map(key => `${a}.${key} = ${b}.${key}`).join(' AND ')
  const n = '(known.n - coalesce(earlier.n, 0))'
  const s = 'CAST(known.s - coalesce(earlier.s, 0) AS DOUBLE)'
  const value = counted ? n : name === 'sum' ? s : `${s} / ${n}`
  return `WITH observation AS (
  SELECT ${quoteName(query.row)} AS row_id, epoch_us(${query.time}) AS instant, ${aliased(keys, keyNames)}
  FROM ${query.observed}
),
per_instant AS (
  SELECT instant, ${names}, sum(${x}) AS s, count(x) AS n
  FROM (
${indent(indent(eventRows(query, keyNames)))}
  )
  WHERE ${allPresent(['instant', ...keyNames])} GROUP BY instant, ${names}
),
running AS (
  SELECT instant, ${names}, sum(s) OVER past AS s, sum(n) OVER past AS n FROM per_instant
  WINDOW past AS (PARTITION BY ${names} ORDER BY instant ROWS UNBOUNDED PRECEDING)
),
known AS (
  SELECT observation.*, running.s, running.n FROM observation ASOF JOIN running
  ON ${same('observation', 'running')} AND observation.instant - ${Math.max(source.knownAfterUs, 1)} >= running.instant
)
SELECT known.row_id, CASE WHEN known.n > coalesce(earlier.n, 0) THEN ${castTo(feature, value)} END AS value
FROM known ASOF LEFT JOIN running AS earlier
ON ${same('known', 'earlier')} AND known.instant - ${feature.windowUs} > earlier.instant`
}

function castTo(feature: FeaturePlan, sql: string): string {
  return `CAST(${sql} AS ${sqlTypes[feature.type.kind]})`
}

function allPresent(columns: readonly string[]): string {
  return columns.map(sql => `${sql} IS NOT NULL`).join(' AND ')
}

function aliased(columns: readonly string[], names: readonly string[]): string {
  return columns.map((sql, i) => `${sql} AS ${names[i]}`).join(', ')
}

/** `(instant, keys…, x)` of the source's rows, where the aggregate's `where` holds; instants in microseconds. */
function eventRows({ feature, source, sourceRelation }: WindowQuery, keyNames: readonly string[]): string {
  const scope = sourceScope()
  const types = new Map(source.columns.map(column => [column.name, column.type]))
  const column = (name: string) => scope.column(name, types.get(name) ?? { kind: 'string', nullable: true })
  const { of, where } = feature.aggregate
  const value = of ? expressionSql(of, scope) : 'TRUE'
  const kept = where ? `\nWHERE ${expressionSql(where, scope)}` : ''
  const keys = aliased(feature.by.map(column), keyNames)
  return `SELECT epoch_us(${column(source.time ?? '')}) AS instant, ${keys}, ${value} AS x
FROM ${sourceRelation}${kept}`
}

function frameSql(query: WindowQuery): string {
  const { feature, keys } = query
  const keyNames = keys.map((_, i) => `key${i + 1}`)
  const first = 2 * feature.windowUs + 1
  const last = 2 * Math.max(query.source.knownAfterUs, 1) + 1
  const parts = measuresOf(feature)
  return `SELECT row_id, ${parts.value} AS value
FROM (
  SELECT row_id, ${parts.windowed.map(([name, sql]) => `${sql} OVER past AS ${name}`).join(', ')}
  FROM (
${indent(indent(eventsSql(query, keyNames, parts)))}
    UNION ALL
${indent(indent(observationsSql(query, keyNames, parts)))}
  )
  WINDOW past AS (
    PARTITION BY ${keyNames.join(', ')} ORDER BY instant
    RANGE BETWEEN ${first} PRECEDING AND ${last} PRECEDING
  )
)
WHERE row_id IS NOT NULL`
}

/** What a row whose window is empty gets. */
export function defaultSql(feature: FeaturePlan): string {
  return literal(feature.type.kind, feature.default)
}

interface Measures {
  /** Columns of an event, each over the rows of one key and instant when `grouped`, else of one row. */
  readonly event: readonly (readonly [name: string, sql: string, sqlType: string])[]
  readonly grouped: boolean
  /** Aggregates over the frame. */
  readonly windowed: readonly (readonly [name: string, sql: string])[]
  /** The feature's value from the aggregates, missing when there was nothing to aggregate. */
  readonly value: string
}

/** `x` is the event's value. Grouping by instant makes what depends on order (float sums, `last`) well defined. */
function measuresOf(feature: WindowFeaturePlan): Measures {
  const of = feature.aggregate.of
  const kind = of?.type.kind ?? 'bool'
  const sqlType = sqlTypes[kind]
  const cast = (sql: string) => castTo(feature, sql)
  const plain = (aggregate: string, value = 'a'): Measures => ({
    event: [['x', 'x', sqlType]],
    grouped: false,
    windowed: [['a', aggregate]],
    value: cast(value),
  })
  switch (feature.aggregate.function) {
    case 'distinct':
      return plain('count(DISTINCT x)', 'nullif(a, 0)')
    case 'min':
      return plain('min(x)')
    case 'max':
      return plain('max(x)')
    case 'stddev':
      return plain('stddev_samp(CAST(x AS DOUBLE))')
    case 'last':
      return {
        event: [['x', 'max(x)', sqlType]],
        grouped: true,
        windowed: [['a', 'last_value(x IGNORE NULLS)']],
        value: cast('a'),
      }
    case 'sum':
    case 'mean':
    case 'count': {
      const value = { sum: 'CASE WHEN n > 0 THEN s END', mean: 's / nullif(n, 0)', count: 'nullif(n, 0)' }
      return {
        event: [
          ['x', 'sum(CAST(x AS DOUBLE) ORDER BY x)', 'DOUBLE'],
          ['c', 'count(x)', 'BIGINT'],
        ],
        grouped: true,
        windowed: [
          ['s', 'sum(x)'],
          ['n', 'sum(c)'],
        ],
        value: cast(value[feature.aggregate.function]),
      }
    }
  }
}

function eventsSql(query: WindowQuery, keyNames: readonly string[], parts: Measures): string {
  const names = keyNames.join(', ')
  const measures = parts.event.map(([name, sql]) => `${sql} AS ${name}`).join(', ')
  const group = parts.grouped ? ` GROUP BY instant, ${names}` : ''
  return `SELECT CAST(NULL AS BIGINT) AS row_id, 2 * instant AS instant, ${names}, ${measures}
FROM (
${indent(eventRows(query, keyNames))}
)
WHERE ${allPresent(['instant', ...keyNames])}${group}`
}

function observationsSql(query: WindowQuery, keyNames: readonly string[], parts: Measures): string {
  const empty = parts.event.map(([, , sqlType]) => `CAST(NULL AS ${sqlType})`).join(', ')
  return `SELECT ${quoteName(query.row)}, 2 * epoch_us(${query.time}) + 1, ${aliased(query.keys, keyNames)}, ${empty}
FROM ${query.observed}
WHERE ${allPresent([query.time, ...query.keys])}`
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
