/**
 * The newest value: one ASOF join finds the instant of the newest event, a second look its values, of several of one
 * instant the greatest. Where a feature of several has no value at that instant, the rows of just those keys are gone
 * through in a RANGE frame, which remembers the newest value of each.
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
  type Events,
  type WindowsQuery,
} from './query.ts'

/** Of any lengths. */
export function lastSql(query: WindowsQuery): string {
  const events = eventsOf(query, columns =>
    columns.length === 1
      ? `${columns[0]} IS NOT NULL`
      : `coalesce(${columns.map(x => `${x} IS NOT NULL`).join(' OR ')})`,
  )
  const { columns } = events
  const keys = keyNamesOf(query)
  const longest = Math.max(...query.windows.map(({ feature }) => feature.windowUs))
  const parts = [
    withPart('observation', observationSql(query)),
    // Read twice, which costs less than to keep it.
    `event AS NOT MATERIALIZED (\n${events.sql}\n)`,
    withPart(
      'newest',
      `SELECT observation.row_id, observation.instant AS asked, ${keys.map(key => `observation.${key}`).join(', ')}, event.instant
FROM observation ASOF JOIN event
ON ${sameKey(query, 'observation', 'event')} AND observation.instant - ${delayUs(query)} >= event.instant
WHERE event.instant >= observation.instant - ${longest}`,
    ),
    `found AS ${columns.length === 1 ? '' : 'MATERIALIZED '}(
  SELECT newest.row_id, any_value(newest.asked) AS asked, any_value(newest.instant) AS instant,
  ${keys.map(key => `any_value(newest.${key}) AS ${key}`).join(', ')},
  ${columns.map(({ name }) => `max(event.${name}) AS ${name}`).join(', ')}
  FROM newest JOIN event ON ${sameKey(query, 'newest', 'event')} AND newest.instant = event.instant
  GROUP BY newest.row_id
)`,
    ...(columns.length === 1 ? [] : olderParts(query, events)),
  ]
  const values = query.windows.map(({ feature, name }, i) => {
    const newest = `CASE WHEN found.instant >= found.asked - ${feature.windowUs} THEN found.${events.of(feature)} END`
    return `${castTo(feature, columns.length === 1 ? newest : `coalesce(${newest}, older.y${i + 1})`)} AS ${quoteName(name)}`
  })
  return `WITH ${parts.join(',\n')}
SELECT found.row_id, ${values.join(', ')}
FROM found${columns.length === 1 ? '' : ' LEFT JOIN older ON older.row_id = found.row_id'}`
}

/** `lacking`: rows with a value missing at their newest instant. `older`: y1, y2, … of the features for those rows. */
function olderParts(query: WindowsQuery, { columns, of }: Events): readonly string[] {
  const keys = keyNamesOf(query).join(', ')
  // Doubled instants, events even and rows odd, so that no two are peers.
  const frame = (windowUs: number) =>
    `(PARTITION BY ${keys} ORDER BY instant RANGE BETWEEN ${2 * windowUs + 1} PRECEDING AND ${2 * delayUs(query) + 1} PRECEDING)`
  const values = query.windows.map(
    ({ feature }, i) =>
      `last_value(${of(feature)} IGNORE NULLS) OVER ${frame(feature.windowUs)} AS y${i + 1}`,
  )
  const names = columns.map(({ name }) => name)
  return [
    withPart('lacking', `SELECT * FROM found WHERE ${names.map(x => `${x} IS NULL`).join(' OR ')}`),
    withPart(
      'older',
      `SELECT *
FROM (
  SELECT row_id, ${values.join(', ')}
  FROM (
    SELECT CAST(NULL AS BIGINT) AS row_id, 2 * instant AS instant, ${keys}, ${names.map(x => `max(${x}) AS ${x}`).join(', ')}
    FROM event SEMI JOIN lacking USING (${keys})
    GROUP BY instant, ${keys}
    UNION ALL
    SELECT row_id, 2 * asked + 1, ${keys}, ${columns.map(({ sqlType }) => `CAST(NULL AS ${sqlType})`).join(', ')}
    FROM lacking
  )
)
WHERE row_id IS NOT NULL`,
    ),
  ]
}
