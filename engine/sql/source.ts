/** Sources and their columns as SQL text. */
import type { ColumnSchema, SourcePlan, ValueType } from '../../language/index.ts'
import { finite } from './expression.ts'
import { quoteName, quoteText } from './text.ts'

/** The table function that reads a file. `path` as the database shall see it. Arrow files are loaded first. */
export function sourceRelation(format: SourcePlan['format'], path: string): string {
  switch (format) {
    case 'parquet':
      return `read_parquet(${quoteText(path)})`
    case 'csv':
      // The whole file decides on the types, so that no later row can fail to fit them.
      return `read_csv(${quoteText(path)}, sample_size = -1)`
    case 'json':
      return `read_json(${quoteText(path)}, sample_size = -1)`
    case 'arrow':
      return `read_arrow(${quoteText(path)})`
  }
}

/**
 * A column in the canonical type of its kind: numbers DOUBLE and finite or missing, timestamps TIMESTAMP in UTC,
 * finite or missing.
 */
export function canonicalColumn(sql: string, type: ValueType): string {
  switch (type.kind) {
    case 'bool':
      return `CAST(${sql} AS BOOLEAN)`
    case 'int':
      return `CAST(${sql} AS DOUBLE)`
    case 'float':
      return finite(`CAST(${sql} AS DOUBLE)`)
    case 'timestamp':
      return finite(`CAST(${sql} AS TIMESTAMP)`)
    case 'string':
    case 'category':
      return `CAST(${sql} AS VARCHAR)`
  }
}

/** One text per row content: equal rows have equal text, and every engine writes the same. */
export function contentText(columns: readonly ColumnSchema[]): string {
  const parts = columns.map(column => `coalesce(${columnText(column)}, 'N')`)
  return parts.length === 0 ? "''" : parts.join(" || '|' || ")
}

/** Floats with 15 significant digits, which every engine prints alike; rows that differ by less share a hash. */
function columnText(column: ColumnSchema): string {
  const value = canonicalColumn(quoteName(column.name), column.type)
  switch (column.type.kind) {
    case 'bool':
      return `CASE ${value} WHEN TRUE THEN 'T' WHEN FALSE THEN 'F' END`
    case 'int':
    case 'float':
      return `format('{:.14e}', ${value} + 0e0)`
    case 'timestamp':
      return `CAST(epoch_us(${value}) AS VARCHAR)`
    case 'string':
    case 'category':
      return `(CAST(length(${value}) AS VARCHAR) || ':' || ${value})`
  }
}
