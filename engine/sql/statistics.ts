/** Statistics of a column of the training rows, as SQL text. */
import type { ValueKind } from '../../language/index.ts'
import { trainingRows } from './prepare.ts'
import { quoteName } from './text.ts'

export const quantileLevels: readonly number[] = [0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1]
/**
 * Of more rows quantiles are looked up among the distinct values, which the database can lay on disk. It holds all rows for
 * its own quantiles, beyond the memory that it is given; of fewer rows those are faster, and they are the same.
 */
export const manyRows = 5_000_000
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
export function statisticsSql(
  rows: string,
  { column, kind, nRows }: { readonly column: string; readonly kind: ValueKind; readonly nRows: number },
): string {
  // Of vectors only a hash is counted, because they are long.
  if (kind === 'vector')
    return `SELECT count(*) AS count, count(*) - count(${quoteName(column)}) AS missing,
  count(DISTINCT hash(${quoteName(column)})) FILTER (${quoteName(column)} IS NOT NULL) AS n_distinct
FROM ${quoteName(rows)} WHERE ${trainingRows()}`
  const counted = `SELECT ${numberOrText(column, kind)} AS x, count(*) AS n FROM ${quoteName(rows)} WHERE ${trainingRows()} GROUP BY x`
  const common = `CAST(coalesce(sum(n), 0) AS BIGINT) AS count,
  CAST(coalesce(sum(n) FILTER (x IS NULL), 0) AS BIGINT) AS missing, count(x) AS n_distinct`
  if (!isNumber(kind)) return `SELECT ${common} FROM (${counted})`
  return `WITH counted AS MATERIALIZED (${counted}),
average AS (SELECT sum(x * n ORDER BY x) / sum(n) AS mean FROM counted WHERE x IS NOT NULL),
spread AS (SELECT sqrt(sum((x - mean) ** 2 * n ORDER BY x) / sum(n)) AS stddev FROM counted, average WHERE x IS NOT NULL),
${nRows > manyRows ? lookedUpQuantiles() : heldQuantiles(rows, numberOrText(column, kind))}
SELECT ${common}, (FROM average) AS mean, (FROM spread) AS stddev, (FROM quantile) AS quantiles FROM counted`
}

function heldQuantiles(rows: string, value: string): string {
  const levels = quantileLevels.join(', ')
  return `quantile AS (SELECT quantile_disc(${value}, [${levels}]) AS quantiles FROM ${quoteName(rows)} WHERE ${trainingRows()})`
}

/** The same of `counted`: of n values in order, that in place n − ⌊n (1 − level)⌋, or the first. */
function lookedUpQuantiles(): string {
  const values = quantileLevels.map(level => {
    const above = `total * ${100 - Math.round(level * 100)} // 100`
    return `min(x) FILTER (upto >= greatest(1, total - ${above}))`
  })
  return `${orderedSql},
quantile AS (SELECT [${values.join(', ')}] AS quantiles FROM ordered)`
}

/** Of `counted` every value with how many there are up to it, and in all. */
const orderedSql = `ordered AS (
  SELECT x, sum(n) OVER (ORDER BY x ROWS UNBOUNDED PRECEDING) AS upto, sum(n) OVER () AS total FROM counted WHERE x IS NOT NULL
)`

/** One row, `median`: a DOUBLE as the database's own, of many rows. @param value SQL text of a number */
export function medianSql(
  value: string,
  { rows, where }: { readonly rows: string; readonly where: string },
): string {
  return `WITH counted AS (SELECT ${value} AS x, count(*) AS n FROM ${quoteName(rows)} WHERE ${where} GROUP BY x),
${orderedSql},
middle AS (
  SELECT min(x) FILTER (upto >= (total + 1) // 2) AS low, min(x) FILTER (upto >= (total + 2) // 2) AS high FROM ordered
)
SELECT CASE WHEN low = high THEN CAST(low AS DOUBLE) ELSE list_aggregate([low, high], 'median') END AS median FROM middle`
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
