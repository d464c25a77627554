/** Sources and their columns as SQL text. */
import type { ColumnSchema, ScalarKind, SourcePlan, ValueType } from '../../language/index.ts'
import { bind, finite } from './bind.ts'
import { quoteName, quoteText } from './text.ts'

/** What of a source says how its rows are read. */
export type SourceReading = Pick<SourcePlan, 'format'> &
  Partial<Pick<SourcePlan, 'table' | 'text' | 'overrides' | 'columns' | 'connection'>>

/**
 * The relation of a source's rows. Arrow files and tables of databases are loaded first (`loadSources`), under the name
 * that this gives.
 * @param source the source, or its format when nothing more is said of it
 * @param path as the database shall see it
 */
export function sourceRelation(source: SourceReading | SourcePlan['format'], path: string): string {
  const reading = typeof source === 'string' ? { format: source } : source
  switch (reading.format) {
    case 'parquet':
      return `read_parquet(${quoteText(path)})`
    case 'csv':
      return withTimes(reading, `read_csv(${[quoteText(path), ...csvOptions(reading)].join(', ')})`)
    case 'json':
      return withValues(reading, `read_json(${quoteText(path)}, sample_size = -1)`)
    case 'arrow':
    case 'sqlite':
    case 'postgres':
      return quoteName(loadedName(reading, path))
  }
}

/** The name of the temporary table of a source that the database cannot read itself. Names ignore case, paths do not. */
export function loadedName({ format, table, connection }: SourceReading, path: string): string {
  const place = [connection ?? path, ...(table === undefined ? [] : [table])].join(' ')
  const capitals = [...place].flatMap((letter, i) => (letter === letter.toLowerCase() ? [] : [i]))
  return [format, place, ...(capitals.length === 0 ? [] : [capitals.join('.')])].join(' ')
}

/** The whole file decides on the types, so that no later row can fail to fit them. */
function csvOptions({ text, overrides, columns }: SourceReading): readonly string[] {
  const names = columns?.map(({ name }) => name) ?? Object.keys(overrides ?? {})
  const types = Object.entries(overrides ?? {}).map(
    ([name, { kind, format }]) =>
      `${quoteText(name)}: ${quoteText(format === undefined ? fileTypes[kind] : 'VARCHAR')}`,
  )
  return [
    'sample_size = -1',
    ...(text?.delimiter === undefined ? [] : [`delim = ${quoteText(text.delimiter)}`]),
    ...(text?.header === undefined ? [] : [`header = ${text.header}`]),
    // Without a header the declared columns are the file's, one after the other.
    ...(text?.header === false && names.length > 0 ? [`names = [${names.map(quoteText).join(', ')}]`] : []),
    // What is not said is found out; said, the empty text stays missing.
    ...(text?.missing === undefined
      ? []
      : [`nullstr = [${[...new Set(['', ...text.missing])].map(quoteText).join(', ')}]`]),
    ...(types.length === 0 ? [] : [`types = {${types.join(', ')}}`]),
  ]
}

const fileTypes: Readonly<Record<ScalarKind, string>> = {
  bool: 'BOOLEAN',
  int: 'BIGINT',
  float: 'DOUBLE',
  string: 'VARCHAR',
  category: 'VARCHAR',
  timestamp: 'TIMESTAMP',
}

/** Times in a format of their own are read as text first. */
function withTimes({ overrides }: SourceReading, relation: string): string {
  const replaced = Object.entries(overrides ?? {}).flatMap(([name, { format }]) =>
    format === undefined ? [] : [`strptime(${quoteName(name)}, ${quoteText(format)}) AS ${quoteName(name)}`],
  )
  return replaced.length === 0 ? relation : `(SELECT * REPLACE (${replaced.join(', ')}) FROM ${relation})`
}

/** JSON has types of its own; what is declared otherwise goes through its text. */
function withValues({ text, overrides = {}, columns = [] }: SourceReading, relation: string): string {
  const missing = text?.missing ?? []
  const declared = Object.keys(overrides)
  const texts = missing.length === 0 ? [] : columns.filter(c => c.type.kind === 'string').map(c => c.name)
  const replaced = [...new Set([...declared, ...texts])].map(name => {
    const asText = `CAST(${quoteName(name)} AS VARCHAR)`
    const known =
      missing.length === 0
        ? asText
        : `CASE WHEN ${asText} NOT IN (${missing.map(quoteText).join(', ')}) THEN ${asText} END`
    const override = overrides[name]
    if (override === undefined) return `${known} AS ${quoteName(name)}`
    const value =
      override.format === undefined
        ? `CAST(${known} AS ${fileTypes[override.kind]})`
        : `strptime(${known}, ${quoteText(override.format)})`
    return `${value} AS ${quoteName(name)}`
  })
  return replaced.length === 0 ? relation : `(SELECT * REPLACE (${replaced.join(', ')}) FROM ${relation})`
}

/**
 * A column in the canonical type of its kind: numbers DOUBLE and finite or missing, timestamps TIMESTAMP in UTC,
 * finite or missing, vectors DOUBLE[] of their size with finite elements or missing.
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
    case 'vector':
      return bind(`CAST(${sql} AS DOUBLE[])`, v => wholeVector(v, type.size))
  }
}

/** Not a number and infinity are the greatest of a list, minus infinity is the least. */
function wholeVector(v: string, size: number | undefined): string {
  const isSized = size === undefined ? `${v} IS NOT NULL` : `len(${v}) = ${size}`
  const isFinite = `isfinite(list_max(${v})) AND isfinite(list_min(${v}))`
  return `CASE WHEN ${isSized} AND list_count(${v}) = len(${v}) AND ${isFinite} THEN ${v} END`
}

/** Texts of a row's content: equal rows have equal texts, and every engine writes the same. */
export function contentTexts(columns: readonly ColumnSchema[]): readonly string[] {
  return columns.map(column => `coalesce(${columnText(column)}, 'N')`)
}

/** Of a vector so many elements tell rows apart: all of a long one would take longer than all the rest. */
const hashedElements = 4

/** Floats with 15 significant digits, which every engine prints alike; rows that differ by less share a hash. */
function columnText(column: ColumnSchema): string {
  const value = canonicalColumn(quoteName(column.name), column.type)
  switch (column.type.kind) {
    case 'bool':
      return `CASE ${value} WHEN TRUE THEN 'T' WHEN FALSE THEN 'F' END`
    case 'int':
      return `CAST(TRY_CAST(${value} AS BIGINT) AS VARCHAR)`
    case 'float':
      return `format('{:.14e}', ${value} + 0e0)`
    case 'timestamp':
      return `CAST(epoch_us(${value}) AS VARCHAR)`
    case 'string':
    case 'category':
      return `(CAST(strlen(${value}) AS VARCHAR) || ':' || ${value})`
    case 'vector':
      return `array_to_string(list_transform((${value})[1:${hashedElements}], lambda e: format('{:.14e}', e + 0e0)), ',')`
  }
}
