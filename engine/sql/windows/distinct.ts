/**
 * How many values a window holds: a value is there from when its first event is seen until its last one has left,
 * with a pause wherever two of its events are further apart than a window. So the count is a running total of values
 * that come and go, found by one ASOF join.
 */
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

/** Of one feature. */
export function distinctSql(query: WindowsQuery): string {
  const { feature, name } = query.windows[0]!
  const events = eventsOf(query, columns => `${columns[0]} IS NOT NULL`)
  const keys = keyNamesOf(query).join(', ')
  const [delay, { windowUs }] = [delayUs(query), feature]
  const parts = [
    withPart('observation', observationSql(query)),
    withPart(
      'event',
      `SELECT instant, ${keys}, lag(instant) OVER same AS previous, lead(instant) OVER same AS following
FROM (${events.sql})
WINDOW same AS (PARTITION BY ${keys}, ${events.of(feature)} ORDER BY instant)`,
    ),
    withPart(
      'change',
      `SELECT instant + ${delay} AS instant, ${keys}, 1 AS n FROM event
WHERE previous IS NULL OR previous + ${windowUs} < instant + ${delay}
UNION ALL
SELECT instant + ${windowUs + 1}, ${keys}, -1 FROM event
WHERE following IS NULL OR instant + ${windowUs} < following + ${delay}`,
    ),
    withPart('per_instant', `SELECT instant, ${keys}, sum(n) AS n FROM change GROUP BY instant, ${keys}`),
    withPart(
      'running',
      `SELECT instant, ${keys}, sum(n) OVER (PARTITION BY ${keys} ORDER BY instant ROWS UNBOUNDED PRECEDING) AS n
FROM per_instant`,
    ),
  ]
  return `WITH ${parts.join(',\n')}
SELECT observation.row_id, ${castTo(feature, 'nullif(running.n, 0)')} AS ${quoteName(name)}
FROM observation ASOF JOIN running
ON ${sameKey(query, 'observation', 'running')} AND observation.instant >= running.instant`
}
