/**
 * Aggregates whose parts can be put together (extremes, sums, means, deviations), without a subtraction and so without
 * a loss: time is cut into blocks as long as a window, so that each window is the end of one block followed by the
 * beginning of the next (van Herk 1992; Gil and Werman 1993, over time instead of rows). Both are running aggregates
 * inside a block, found by two ASOF joins. Moments are merged as Chan, Golub and LeVeque (1979) do.
 */
import type { WindowFeaturePlan } from '../../../language/index.ts'
import { finite } from '../bind.ts'
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
import { isTotal, wholeSql } from './totals.ts'

/** A running aggregate. */
interface Running {
  readonly name: string
  readonly sql: string
}

/** All of one length; any of sum, count, mean, min, max, stddev. */
export function blocksSql(query: WindowsQuery): string {
  const events = eventsOf(query)
  const { windowUs } = query.windows[0]!.feature
  const keys = keyNamesOf(query).join(', ')
  const lengthUs = windowUs - delayUs(query) + 1
  const runnings = query.windows.flatMap(({ feature }) => runningOf(feature, events.of(feature)))
  const running = [...new Map(runnings.map(each => [each.name, each])).values()]
  const given = (side: string) => running.map(({ name }) => `${name}_${side}`)
  // Float additions depend on their order: it is that of the values, where instants are equal.
  const order = [
    'instant',
    ...new Set(query.windows.filter(isOrdered).map(({ feature }) => events.of(feature))),
  ]
  const inBlock = `PARTITION BY ${keys}, block ORDER BY ${order.join(', ')}`
  const parts = [
    withPart('observation', observationSql(query)),
    withPart('event', `SELECT *, ${blockStart('instant', lengthUs)} AS block FROM (${events.sql})`),
    withPart(
      'running',
      `SELECT instant, ${keys},
  lag(instant) OVER in_block AS previous, lead(instant) OVER in_block AS following,
  ${running.map(({ name, sql }) => `${sql} OVER so_far AS ${name}_head, ${sql} OVER onwards AS ${name}_tail`).join(',\n  ')}
FROM event
WINDOW in_block AS (${inBlock}),
  so_far AS (${inBlock} ROWS UNBOUNDED PRECEDING),
  onwards AS (${inBlock} ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)`,
    ),
    withPart('head', `SELECT * FROM running WHERE following IS DISTINCT FROM instant`),
    withPart('tail', `SELECT * FROM running WHERE previous IS DISTINCT FROM instant`),
    withPart(
      'headed',
      `SELECT observation.*, ${blockStart(`(observation.instant - ${delayUs(query)})`, lengthUs)} AS cut,
  head.instant AS head_at, ${given('head')
    .map(name => `head.${name}`)
    .join(', ')}
FROM observation ASOF LEFT JOIN head
ON ${sameKey(query, 'observation', 'head')} AND observation.instant - ${delayUs(query)} >= head.instant`,
    ),
    withPart(
      'found',
      `SELECT headed.row_id,
  ${given('head')
    .map(name => `CASE WHEN headed.head_at >= headed.cut THEN headed.${name} END AS ${name}`)
    .join(',\n  ')},
  ${given('tail')
    .map(name => `CASE WHEN tail.instant < headed.cut THEN tail.${name} END AS ${name}`)
    .join(',\n  ')}
FROM headed ASOF LEFT JOIN tail
ON ${sameKey(query, 'headed', 'tail')} AND headed.instant - ${windowUs} <= tail.instant`,
    ),
  ]
  const values = query.windows.map(
    ({ feature, name }) => `${castTo(feature, valueSql(feature, events.of(feature)))} AS ${quoteName(name)}`,
  )
  // A float sum may be too large for a float, which is no value.
  const checked = query.windows.map(({ feature, name }) => {
    const value = quoteName(name)
    return feature.type.kind === 'float' ? `${finite(value)} AS ${value}` : value
  })
  return `WITH ${parts.join(',\n')}
SELECT row_id, ${checked.join(', ')}
FROM (
  SELECT row_id, ${values.join(',\n    ')}
  FROM found
)`
}

/** The instant at which the block of an instant begins; floored, so that it holds before 1970 too. */
function blockStart(instant: string, lengthUs: number): string {
  return `(${instant} - ((${instant} % ${lengthUs}) + ${lengthUs}) % ${lengthUs})`
}

function isOrdered({ feature }: { readonly feature: WindowFeaturePlan }): boolean {
  const { function: name } = feature.aggregate
  return name === 'stddev' || ((name === 'sum' || name === 'mean') && !isTotal(feature))
}

function runningOf(feature: WindowFeaturePlan, x: string): readonly Running[] {
  const n = { name: `n_${x}`, sql: `count(${x})` }
  const number = `CAST(${x} AS DOUBLE)`
  switch (feature.aggregate.function) {
    case 'min':
      return [{ name: `min_${x}`, sql: `min(${x})` }]
    case 'max':
      return [{ name: `max_${x}`, sql: `max(${x})` }]
    case 'count':
      return [n]
    case 'sum':
    case 'mean':
      return [n, { name: `s_${x}`, sql: isTotal(feature) ? `sum(${wholeSql(x)})` : `sum(${number})` }]
    case 'stddev':
      return [
        n,
        { name: `mean_${x}`, sql: `avg(${number})` },
        { name: `var_${x}`, sql: `var_pop(${number})` },
      ]
    default:
      throw new RangeError(`No parts of ${feature.aggregate.function} can be put together.`)
  }
}

function valueSql(feature: WindowFeaturePlan, x: string): string {
  const n = `(coalesce(n_${x}_head, 0) + coalesce(n_${x}_tail, 0))`
  const s = `CAST(coalesce(s_${x}_tail, 0) + coalesce(s_${x}_head, 0) AS DOUBLE)`
  switch (feature.aggregate.function) {
    case 'min':
      return `least(min_${x}_head, min_${x}_tail)`
    case 'max':
      return `greatest(max_${x}_head, max_${x}_tail)`
    case 'count':
      return `nullif(${n}, 0)`
    case 'sum':
      return `CASE WHEN ${n} > 0 THEN ${s} END`
    case 'mean':
      return `${s} / nullif(${n}, 0)`
    default: {
      const squares = (side: string) => `coalesce(var_${x}_${side} * n_${x}_${side}, 0)`
      const apart = `pow(mean_${x}_head - mean_${x}_tail, 2) * n_${x}_head * n_${x}_tail / ${n}`
      return `CASE WHEN ${n} > 1 THEN sqrt((${squares('tail')} + ${squares('head')} + coalesce(${apart}, 0)) / (${n} - 1)) END`
    }
  }
}
