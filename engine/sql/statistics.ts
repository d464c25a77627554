/** Statistics of a column of the training rows, as SQL text. */
import type { ValueKind } from '../../language/index.ts'
import { trainingRows } from './prepare.ts'
import { quoteName } from './text.ts'

export const quantileLevels: readonly number[] = [0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1]
const nTop = 20

export function isText(kind: ValueKind): boolean {
  return kind === 'string' || kind === 'category'
}

/** Whether there is a mean of it. */
export function isNumber(kind: ValueKind): boolean {
  return !isText(kind) && kind !== 'vector'
}

/**
 * One row: `count`, `missing`, `n_distinct` and, for numbers, `mean`, `stddev` (population) and `quantiles`. Values are
 * first counted, then summed in order: the result is the same on every run.
 */
export function statisticsSql(rows: string, column: string, kind: ValueKind): string {
  // Of vectors only a hash is counted, because they are long.
  if (kind === 'vector')
    return `SELECT count(*) AS count, count(*) - count(${quoteName(column)}) AS missing,
  count(DISTINCT hash(${quoteName(column)})) FILTER (${quoteName(column)} IS NOT NULL) AS n_distinct
FROM ${quoteName(rows)} WHERE ${trainingRows()}`
  const counted = `SELECT ${numberOrText(column, kind)} AS x, count(*) AS n FROM ${quoteName(rows)} WHERE ${trainingRows()} GROUP BY x`
  const common = `CAST(coalesce(sum(n), 0) AS BIGINT) AS count,
  CAST(coalesce(sum(n) FILTER (x IS NULL), 0) AS BIGINT) AS missing, count(x) AS n_distinct`
  if (!isNumber(kind)) return `SELECT ${common} FROM (${counted})`
  const levels = quantileLevels.join(', ')
  return `WITH counted AS MATERIALIZED (${counted}),
average AS (SELECT sum(x * n ORDER BY x) / sum(n) AS mean FROM counted WHERE x IS NOT NULL),
spread AS (SELECT sqrt(sum((x - mean) ** 2 * n ORDER BY x) / sum(n)) AS stddev FROM counted, average WHERE x IS NOT NULL),
quantile AS (SELECT quantile_disc(${numberOrText(column, kind)}, [${levels}]) AS quantiles FROM ${quoteName(rows)} WHERE ${trainingRows()})
SELECT ${common}, (FROM average) AS mean, (FROM spread) AS stddev, (FROM quantile) AS quantiles FROM counted`
}

/** The most frequent texts with their counts. */
export function topSql(rows: string, column: string): string {
  const name = quoteName(column)
  return `SELECT ${name} AS value, count(*) AS n FROM ${quoteName(rows)}
WHERE ${trainingRows()} AND ${name} IS NOT NULL GROUP BY value ORDER BY n DESC, value LIMIT ${nTop}`
}

function numberOrText(column: string, kind: ValueKind): string {
  const name = quoteName(column)
  if (!isNumber(kind)) return name
  return kind === 'timestamp' ? `CAST(epoch_us(${name}) AS DOUBLE)` : `CAST(${name} AS DOUBLE)`
}
