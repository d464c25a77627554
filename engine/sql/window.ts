/**
 * Windowed aggregates, point in time: one value per observation row, from the rows of the source that were known
 * when it happened.
 *
 * Events and observations are put on one time line per key. A RANGE frame from `windowUs` to
 * max(`knownAfterUs`, 1 µs) before the observation is then exactly [t − windowUs, t) ∩ {time + knownAfterUs ≤ t}:
 * neither the row itself nor another of its instant is ever inside. Timestamps are doubled, with events even and
 * observations odd, so that the order of rows, and with it every rounding, is the same on each run.
 */
import type { Expr, FeaturePlan, SourcePlan, ValueType } from '../../language/index.ts'
import { expressionSql, type SqlScope } from './expression.ts'
import { canonicalColumn } from './source.ts'
import { literal, quoteName, sqlTypes } from './text.ts'

export interface WindowQuery {
  readonly feature: FeaturePlan
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

/** `(row_id, value)` for the observations whose keys and time are not missing; others have no value. */
export function windowSql(query: WindowQuery): string {
  const { feature, keys } = query
  const keyNames = keys.map((_, i) => `key${i + 1}`)
  const first = 2 * feature.windowUs + 1
  const last = 2 * Math.max(query.source.knownAfterUs, 1) + 1
  const parts = measuresOf(feature)
  return `SELECT row_id, ${parts.value} AS value
FROM (
  SELECT row_id, ${parts.windowed.map(([name, sql]) => `${sql} OVER past AS ${name}`).join(', ')}
  FROM (
    ${indent(eventsSql(query, keyNames, parts))}
    UNION ALL
    ${indent(observationsSql(query, keyNames, parts))}
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
function measuresOf(feature: FeaturePlan): Measures {
  const of = feature.aggregate.of
  const kind = of?.type.kind ?? 'bool'
  const sqlType = sqlTypes[kind]
  const isNumber = sqlType === 'DOUBLE'
  const number = isNumber ? 'x' : 'CAST(x AS DOUBLE)'
  const cast = (sql: string) => `CAST(${sql} AS ${sqlTypes[feature.type.kind]})`
  const whole = kind === 'int' || kind === 'bool'
  const plain = (aggregate: string, value = 'a'): Measures => ({
    event: [['x', 'x', sqlType]],
    grouped: false,
    windowed: [['a', aggregate]],
    value: cast(value),
  })
  switch (feature.aggregate.function) {
    case 'count':
      return plain('count(x)', 'nullif(a, 0)')
    case 'distinct':
      return plain('count(DISTINCT x)', 'nullif(a, 0)')
    case 'min':
      return plain('min(x)')
    case 'max':
      return plain('max(x)')
    case 'stddev':
      return plain(`stddev_samp(${number})`)
    case 'last':
      return {
        event: [['x', 'max(x)', sqlType]],
        grouped: true,
        windowed: [['a', 'last_value(x IGNORE NULLS)']],
        value: cast('a'),
      }
    case 'sum':
    case 'mean': {
      const value = feature.aggregate.function === 'sum' ? 'CASE WHEN n > 0 THEN s END' : 's / nullif(n, 0)'
      return {
        event: whole
          ? [['x', number, 'DOUBLE']]
          : [
              ['x', 'sum(x ORDER BY x)', 'DOUBLE'],
              ['c', 'count(x)', 'BIGINT'],
            ],
        grouped: !whole,
        windowed: [
          ['s', 'sum(x)'],
          ['n', whole ? 'count(x)' : 'sum(c)'],
        ],
        value: cast(value),
      }
    }
  }
}

function eventsSql(query: WindowQuery, keyNames: readonly string[], parts: Measures): string {
  const { feature, source, sourceRelation } = query
  const scope = sourceScope()
  const types = new Map(source.columns.map(column => [column.name, column.type]))
  const column = (name: string) => scope.column(name, types.get(name) ?? { kind: 'string', nullable: true })
  const keys = feature.by.map((name, i) => `${column(name)} AS ${keyNames[i]}`)
  const instant = `2 * epoch_us(${column(source.time ?? '')})`
  const value = feature.aggregate.of ? expressionSql(feature.aggregate.of, scope) : 'TRUE'
  const where = whereOf(feature.aggregate.where, scope)
  const rows = `SELECT ${instant} AS instant, ${keys.join(', ')}, ${value} AS x FROM ${sourceRelation}${where}`
  const present = ['instant', ...keyNames].map(name => `${name} IS NOT NULL`).join(' AND ')
  const measures = parts.event.map(([name, sql]) => `${sql} AS ${name}`).join(', ')
  const group = parts.grouped ? ` GROUP BY instant, ${keyNames.join(', ')}` : ''
  return `SELECT CAST(NULL AS BIGINT) AS row_id, instant, ${keyNames.join(', ')}, ${measures}
FROM (${rows})
WHERE ${present}${group}`
}

function observationsSql(query: WindowQuery, keyNames: readonly string[], parts: Measures): string {
  const empty = parts.event.map(([, , sqlType]) => `CAST(NULL AS ${sqlType})`).join(', ')
  const present = [query.time, ...query.keys].map(sql => `${sql} IS NOT NULL`).join(' AND ')
  return `SELECT ${quoteName(query.row)}, 2 * epoch_us(${query.time}) + 1, ${query.keys.join(', ')}, ${empty}
FROM ${query.observed}
WHERE ${present}`
}

function whereOf(where: Expr | undefined, scope: SqlScope): string {
  return where ? ` WHERE ${expressionSql(where, scope)}` : ''
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

function indent(text: string): string {
  return text.replaceAll('\n', '\n    ')
}
