/** Features as the estimator takes them: numbers, and codes of categories. */
import type { ModelFeature, Plan, Preparation } from '../../language/index.ts'
import { textOf } from './expression.ts'
import { labelColumn, weightColumn, type Dataset } from './dataset.ts'
import { wholeSplit, type Partition } from './split.ts'
import { quoteName } from './text.ts'

/** The number of a numeric feature: bool as 0 and 1, a timestamp in microseconds. */
export function numberSql(feature: ModelFeature, column: string): string {
  const name = quoteName(column)
  if (feature.type.kind === 'timestamp') return `CAST(epoch_us(${name}) AS DOUBLE)`
  return feature.type.kind === 'bool' ? `CAST(${name} AS DOUBLE)` : name
}

/** A numeric column of the prepared rows. */
export interface NumberColumn {
  /** As in the card: `distance`, `embedding[1]`. */
  readonly name: string
  /** Index among the plan's features. */
  readonly feature: number
  readonly prepare: Extract<Preparation, { kind: 'numeric' }>
  readonly sql: string
}

/** In the order of the features, every element of a vector a column of its own. */
export function numberColumns(plan: Plan, dataset: Dataset): readonly NumberColumn[] {
  return plan.features.flatMap((feature, i): NumberColumn[] => {
    const { name, type, prepare } = feature
    if (prepare.kind !== 'numeric') return []
    const { column } = dataset.features[i]!
    if (type.kind !== 'vector') return [{ name, feature: i, prepare, sql: numberSql(feature, column) }]
    return Array.from({ length: type.size ?? 0 }, (_, k) => ({
      name: `${name}[${k + 1}]`,
      feature: i,
      prepare,
      sql: `${quoteName(column)}[${k + 1}]`,
    }))
  })
}

/** The text of a feature that is encoded as categories. */
export function categorySql(feature: ModelFeature, column: string): string {
  return textOf(quoteName(column), feature.type)
}

/** Rows that the estimator learns from. */
export function trainingRows({ sql }: Partition = wholeSplit): string {
  return `${labelColumn} IS NOT NULL AND (${sql}) = 0`
}

/** Rows that it learns from or is judged on. */
export function usableRows({ sql }: Partition = wholeSplit): string {
  return `${labelColumn} IS NOT NULL AND (${sql}) >= 0`
}

/** Rows of every part, of those that are usable. */
export function countsSql(rows: string, partition: Partition): string {
  return `SELECT CAST(${partition.sql} AS INTEGER) AS part, count(*) AS n FROM ${quoteName(rows)}
WHERE ${usableRows(partition)} GROUP BY 1`
}

/** `(value, code)` of the `max` most frequent values of the training rows; ties by code point. */
export function categoriesSql(
  feature: ModelFeature,
  query: { readonly column: string; readonly rows: string; readonly max: number; readonly where: string },
): string {
  const { column, rows, max, where } = query
  return `SELECT value, CAST(row_number() OVER (ORDER BY n DESC, value) - 1 AS INTEGER) AS code
FROM (
  SELECT ${categorySql(feature, column)} AS value, count(*) AS n FROM ${quoteName(rows)}
  WHERE ${where} GROUP BY value
) WHERE value IS NOT NULL ORDER BY code LIMIT ${max}`
}

/** `(value, code)` of every value that a metric is given per. */
export function groupsSql(column: string, rows: string): string {
  return `SELECT value, CAST(row_number() OVER (ORDER BY value) - 1 AS INTEGER) AS code
FROM (SELECT DISTINCT ${quoteName(column)} AS value FROM ${quoteName(rows)} WHERE ${usableRows()})
WHERE value IS NOT NULL`
}

/**
 * `(value, code)` of every value that the training rows' key has on at least `minRows` of them, by code point; codes of the
 * classes of a label too.
 */
export function keysSql(
  column: string,
  query: { readonly rows: string; readonly where: string; readonly minRows: number },
): string {
  const { rows, where, minRows } = query
  return `SELECT value, CAST(row_number() OVER (ORDER BY value) - 1 AS INTEGER) AS code
FROM (
  SELECT ${quoteName(column)} AS value FROM ${quoteName(rows)}
  WHERE ${where} GROUP BY value HAVING count(*) >= ${minRows}
) WHERE value IS NOT NULL`
}

/** Names of tables of `(value, code)`: per feature that is a category, per group, per key of a random effect, in order. */
export interface CodeTables {
  readonly categories: readonly string[]
  readonly groups: readonly string[]
  readonly keys: readonly string[]
  /** Of a label of classes. */
  readonly classes?: string
}

export interface EncodedColumns {
  /** One row per usable observation: part, label, codes, codes of groups and keys, numbers, weight; ints are INTEGER. */
  readonly sql: string
  readonly nNumbers: number
  readonly nCodes: number
  readonly nGroups: number
  readonly nKeys: number
  readonly hasWeights: boolean
}

/**
 * The encoded rows, sorted by all they hold: whatever order the database found them in, the estimator sees one.
 */
export function encodedSql(
  plan: Plan,
  dataset: Dataset,
  tables: CodeTables,
  partition: Partition = wholeSplit,
): EncodedColumns {
  const numbers = numberColumns(plan, dataset).map(({ sql }) => sql)
  const codes: string[] = []
  const joins: string[] = []
  plan.features.forEach((feature, i) => {
    if (feature.prepare.kind === 'numeric') return
    const alias = `category_${codes.length + 1}`
    const value = categorySql(feature, dataset.features[i]!.column)
    joins.push(
      `LEFT JOIN ${quoteName(tables.categories[codes.length]!)} AS ${alias} ON ${alias}.value = ${value}`,
    )
    codes.push(`coalesce(${alias}.code, -1)`)
  })
  const coded = (kind: string, column: string, table: string): string => {
    joins.push(`LEFT JOIN ${quoteName(table)} AS ${kind} ON ${kind}.value = ${quoteName(column)}`)
    return `coalesce(${kind}.code, -1)`
  }
  const groups = dataset.groups.map(({ column }, i) => coded(`group_${i + 1}`, column, tables.groups[i]!))
  const keys = dataset.keys.map(({ column }, i) => coded(`key_${i + 1}`, column, tables.keys[i]!))
  const label = tables.classes
    ? coded('class', labelColumn, tables.classes)
    : `CAST(${labelColumn} AS ${plan.label.type.kind === 'bool' ? 'INTEGER' : 'DOUBLE'})`
  const hasWeights = plan.weight !== undefined
  const columns = [
    `CAST(${partition.sql} AS INTEGER)`,
    label,
    ...codes,
    ...groups,
    ...keys,
    ...numbers,
    ...(hasWeights ? [`coalesce(${weightColumn}, 0)`] : []),
  ]
  const order = columns.map((_, i) => `${i + 1}`).join(', ')
  const named = columns.map((sql, i) => `${sql} AS e${i + 1}`).join(', ')
  return {
    sql: `SELECT ${named}\nFROM ${quoteName(dataset.rows)} ${joins.join('\n')}\nWHERE ${usableRows(partition)}\nORDER BY ${order}`,
    nNumbers: numbers.length,
    nCodes: codes.length,
    nGroups: groups.length,
    nKeys: keys.length,
    hasWeights,
  }
}
