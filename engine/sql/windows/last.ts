/**
 * The newest value: one ASOF join finds the instant of the newest event, a second look its values, of several of one
 * instant the greatest. Where a feature of several has no value at that instant, the rows of just those keys are gone
 * through in a RANGE frame, which remembers the newest value of each.
 */
import type { WindowFeaturePlan } from '../../../language/index.ts'
import { indent, quoteName } from '../text.ts'
import {
  castTo,
  delayUs,
  eventsOf,
  instantsSql,
  keyNamesOf,
  observationSql,
  rowSql,
  sameKey,
  withPart,
  type Events,
  type WindowsQuery,
} from './query.ts'

/** Of any lengths. */
export function lastSql(query: WindowsQuery): string {
  const isOne = query.windows.every(({ feature }) => haveOneArgument(feature, query.windows[0]!.feature))
  const events = eventsOf(query, isOne ? columns => `${columns[0]} IS NOT NULL` : undefined)
  const longest = Math.max(...query.windows.map(({ feature }) => feature.windowUs))
  const keys = keyNamesOf(query)
  const row = rowSql(query, 'event')
  const isNewest = row.keys.map((sql, i) => `${sql} = newest.${keys[i]}`).join(' AND ')
  const parts = [
    withPart('observation', observationSql(query)),
    withPart(
      'newest',
      `SELECT observation.row_id, observation.instant AS asked, ${keys.map(key => `observation.${key}`).join(', ')}, event.instant
FROM observation ASOF JOIN (
${indent(isOne ? events.sql : instantsSql(query))}
) event
ON ${sameKey(query, 'observation', 'event')} AND observation.instant - ${delayUs(query)} >= event.instant
WHERE event.instant >= observation.instant - ${longest}`,
    ),
    withPart(
      'found',
      `SELECT newest.row_id, newest.asked, newest.instant, ${keys.map(key => `newest.${key}`).join(', ')},
  ${events.columns.map(({ name, expr }) => `max(${row.value(expr)}) AS ${name}`).join(',\n  ')}
FROM newest JOIN ${query.sourceRelation} event
ON ${isNewest} AND ${row.instant} = newest.instant${row.where === undefined ? '' : `\nWHERE ${row.where}`}
GROUP BY ALL`,
    ),
    ...(isOne ? [] : olderParts(query, events)),
  ]
  const values = query.windows.map(({ feature, name }, i) => {
    const newest = `CASE WHEN found.instant >= found.asked - ${feature.windowUs} THEN found.${events.of(feature)} END`
    const value = isOne ? newest : `coalesce(${newest}, older.y${i + 1})`
    return `${castTo(feature, value)} AS ${quoteName(name)}`
  })
  return `WITH ${parts.join(',\n')}
SELECT found.row_id, ${values.join(',\n  ')}
FROM found${isOne ? '' : ' LEFT JOIN older ON older.row_id = found.row_id'}`
}

function haveOneArgument(a: WindowFeaturePlan, b: WindowFeaturePlan): boolean {
  return JSON.stringify(a.aggregate.of) === JSON.stringify(b.aggregate.of)
}

/** `lacking`: rows with a value missing at their newest instant. `older`: y1, y2, … of the features for those rows. */
function olderParts(query: WindowsQuery, { columns, of }: Events): readonly string[] {
  const keys = keyNamesOf(query).join(', ')
  // Said outright, because the database cannot foresee it: where nothing is lacking, no event is read again.
  const { sql } = eventsOf(query, () => '(SELECT count(*) > 0 FROM lacking)')
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
    FROM (
${indent(indent(sql))}
    ) event SEMI JOIN lacking USING (${keys})
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
