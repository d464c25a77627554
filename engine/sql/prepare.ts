/** Features as the estimator takes them: numbers, and codes of categories. */
import type { ModelFeature, Plan } from '../../language/index.ts'
import { textOf } from './expression.ts'
import { labelColumn, partColumn, type Dataset } from './dataset.ts'
import { quoteName } from './text.ts'

/** The number of a numeric feature: bool as 0 and 1, a timestamp in microseconds. */
export function numberSql(feature: ModelFeature, column: string): string {
  const name = quoteName(column)
  if (feature.type.kind === 'timestamp') return `CAST(epoch_us(${name}) AS DOUBLE)`
  return feature.type.kind === 'bool' ? `CAST(${name} AS DOUBLE)` : name
}

/** The text of a feature that is encoded as categories. */
export function categorySql(feature: ModelFeature, column: string): string {
  return textOf(quoteName(column), feature.type)
}

/** Rows that the estimator learns from. */
export const trainingRows = `${labelColumn} IS NOT NULL AND ${partColumn} = 0`
export const usableRows = `${labelColumn} IS NOT NULL AND ${partColumn} IS NOT NULL`

/** `(value, code)` of the `max` most frequent values of the training rows; ties by code point. */
export function categoriesSql(feature: ModelFeature, column: string, rows: string, max: number): string {
  return `SELECT value, CAST(row_number() OVER (ORDER BY n DESC, value) - 1 AS INTEGER) AS code
FROM (
  SELECT ${categorySql(feature, column)} AS value, count(*) AS n FROM ${quoteName(rows)}
  WHERE ${trainingRows} GROUP BY value
) WHERE value IS NOT NULL ORDER BY code LIMIT ${max}`
}

/** `(value, code)` of every value that a metric is given per. */
export function groupsSql(column: string, rows: string): string {
  return `SELECT value, CAST(row_number() OVER (ORDER BY value) - 1 AS INTEGER) AS code
FROM (SELECT DISTINCT ${quoteName(column)} AS value FROM ${quoteName(rows)} WHERE ${usableRows})
WHERE value IS NOT NULL`
}

export interface EncodedColumns {
  /** One row per usable observation: part, label, numbers, codes, codes of groups; ints are INTEGER. */
  readonly sql: string
  readonly nNumbers: number
  readonly nCodes: number
  readonly nGroups: number
}

/**
 * The encoded rows, sorted by all they hold: whatever order the database found them in, the estimator sees one.
 * @param tables name of the table of categories, for every one-hot feature and every group, in order
 */
export function encodedSql(
  plan: Plan,
  dataset: Dataset,
  tables: { readonly categories: readonly string[]; readonly groups: readonly string[] },
): EncodedColumns {
  const numbers: string[] = []
  const codes: string[] = []
  const joins: string[] = []
  plan.features.forEach((feature, i) => {
    const column = dataset.features[i]!.column
    if (feature.prepare.kind === 'numeric') return void numbers.push(numberSql(feature, column))
    const alias = `category_${codes.length + 1}`
    joins.push(
      `LEFT JOIN ${quoteName(tables.categories[codes.length]!)} AS ${alias} ON ${alias}.value = ${categorySql(feature, column)}`,
    )
    codes.push(`coalesce(${alias}.code, -1)`)
  })
  const groups = dataset.groups.map(({ column }, i) => {
    joins.push(
      `LEFT JOIN ${quoteName(tables.groups[i]!)} AS group_${i + 1} ON group_${i + 1}.value = ${quoteName(column)}`,
    )
    return `coalesce(group_${i + 1}.code, -1)`
  })
  const columns = [
    `CAST(${partColumn} AS INTEGER)`,
    `CAST(${labelColumn} AS INTEGER)`,
    ...codes,
    ...groups,
    ...numbers,
  ]
  const order = columns.map((_, i) => `${i + 1}`).join(', ')
  const named = columns.map((sql, i) => `${sql} AS e${i + 1}`).join(', ')
  return {
    sql: `SELECT ${named}\nFROM ${quoteName(dataset.rows)} ${joins.join('\n')}\nWHERE ${usableRows}\nORDER BY ${order}`,
    nNumbers: numbers.length,
    nCodes: codes.length,
    nGroups: groups.length,
  }
}
