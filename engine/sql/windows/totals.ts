/**
 * Counts and sums of whole numbers: differences of running totals, found by two ASOF joins. Whole numbers add up
 * exactly in 128 bits, and in 53 where they are small enough together, so a difference loses nothing.
 */
import type { Expr, WindowFeaturePlan } from '../../../language/index.ts'
import { quoteName } from '../text.ts'
import {
  castTo,
  delayUs,
  eventsOf,
  keyNamesOf,
  observationSql,
  sameKey,
  withPart,
  type WindowsQuery,
} from './query.ts'

export function isTotal({ aggregate: { function: name, of } }: WindowFeaturePlan): boolean {
  return name === 'count' || ((name === 'sum' || name === 'mean') && of !== undefined && isWhole(of))
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

/** A whole number in 128 bits. */
export function wholeSql(x: string): string {
  return `CAST(CAST(${x} AS DOUBLE) AS HUGEINT)`
}

/** All of one length; all totals. */
export function totalsSql(query: WindowsQuery): string {
  const events = eventsOf(query)
  const { windowUs } = query.windows[0]!.feature
  const names = keyNamesOf(query).join(', ')
  const counted = [...new Set(query.windows.map(({ feature }) => events.of(feature)))]
  const summed = [
    ...new Set(
      query.windows.filter(w => w.feature.aggregate.function !== 'count').map(w => events.of(w.feature)),
    ),
  ]
  const totals = [
    ...counted.map(x => ({ name: `n_${x}`, sql: `count(${x})` })),
    ...summed.map(x => ({ name: `s_${x}`, sql: `sum(${wholeSql(x)})` })),
  ]
  const parts = [
    withPart('observation', observationSql(query)),
    ...perInstantParts(query, totals.map(({ name, sql }) => `${sql} AS ${name}`).join(', ')),
    ...runningParts(
      names,
      totals.map(({ name }) => name),
      summed.map(x => `s_${x}`),
    ),
    withPart(
      'known',
      `SELECT observation.*, ${totals.map(({ name }) => `running.${name}`).join(', ')} FROM observation ASOF JOIN running
ON ${sameKey(query, 'observation', 'running')} AND observation.instant - ${delayUs(query)} >= running.instant`,
    ),
  ]
  const values = query.windows.map(
    ({ feature, name }) => `${valueSql(feature, events.of(feature))} AS ${quoteName(name)}`,
  )
  return `WITH ${parts.join(',\n')}
SELECT known.row_id, ${values.join(', ')}
FROM known ASOF LEFT JOIN running AS earlier
ON ${sameKey(query, 'known', 'earlier')} AND known.instant - ${windowUs} > earlier.instant`
}

/**
 * Totals of each instant, of which running totals are made: of the events' own, or, where events are many more than
 * observations, of those at which the windows of these begin and end, each with the events since the one before.
 */
function perInstantParts(query: WindowsQuery, totals: string): readonly string[] {
  const names = keyNamesOf(query).join(', ')
  const { sql } = eventsOf(query)
  if (!query.isSparse)
    return [
      withPart(
        'per_instant',
        `SELECT instant, ${names}, ${totals}\nFROM (${sql})\nGROUP BY instant, ${names}`,
      ),
    ]
  const { windowUs } = query.windows[0]!.feature
  const keys = keyNamesOf(query).map(key => `asked.${key}`)
  return [
    withPart(
      'asked',
      `SELECT instant - ${delayUs(query)} AS instant, ${names} FROM observation
UNION
SELECT instant - ${windowUs + 1}, ${names} FROM observation`,
    ),
    withPart(
      'per_instant',
      `SELECT asked.instant, ${keys.join(', ')}, ${totals}
FROM (${sql}) AS event ASOF JOIN asked
ON ${sameKey(query, 'event', 'asked')} AND event.instant <= asked.instant
GROUP BY asked.instant, ${keys.join(', ')}`,
    ),
  ]
}

/** Together, numbers below this add up exactly in floats. */
const exactUntil = 2 ** 52

/**
 * Running totals of each instant's. In floats they take less than half the time of those in 128 bits, which are for
 * sums that are too large: one of the two gets all rows, the other none.
 */
function runningParts(keys: string, totals: readonly string[], sums: readonly string[]): readonly string[] {
  const past = `OVER (PARTITION BY ${keys} ORDER BY instant ROWS UNBOUNDED PRECEDING)`
  const select = (total: (name: string) => string) =>
    `SELECT instant, ${keys}, ${totals.map(name => `${total(name)} AS ${name}`).join(', ')}
FROM per_instant`
  const inFloats = select(name => `CAST(sum(CAST(${name} AS DOUBLE)) ${past} AS HUGEINT)`)
  if (sums.length === 0) return [withPart('running', inFloats)]
  const sizes = sums.map(name => `coalesce(sum(abs(CAST(${name} AS DOUBLE))), 0) < ${exactUntil}`)
  return [
    withPart('magnitude', `SELECT ${sizes.join(' AND ')} AS is_small FROM per_instant`),
    withPart(
      'running',
      `${inFloats}
WHERE (SELECT is_small FROM magnitude)
UNION ALL
${select(name => `sum(${name}) ${past}`)}
WHERE NOT (SELECT is_small FROM magnitude)`,
    ),
  ]
}

function valueSql(feature: WindowFeaturePlan, x: string): string {
  const { function: name } = feature.aggregate
  const n = `(known.n_${x} - coalesce(earlier.n_${x}, 0))`
  const s = `CAST(known.s_${x} - coalesce(earlier.s_${x}, 0) AS DOUBLE)`
  const value = name === 'count' ? n : name === 'sum' ? s : `${s} / ${n}`
  return `CASE WHEN ${n} > 0 THEN ${castTo(feature, value)} END`
}
