/** The rows of a plot: of whatever kind the data is, as many as a page can bear, with the kind of every column. */
import type * as Arrow from 'apache-arrow'
import type { DataFrame } from 'danfojs-node'
import type { ResultBatch, ResultColumn } from '../../catalog/columns/database.ts'
import { kindOf, type ColumnKind } from '../../catalog/columns/kinds.ts'
import { LibraryError } from '../errors.ts'
import { Table } from '../tables/table.ts'

/** Of more rows a sample is drawn. */
export const maxPlotRows = 5000

/** A table, rows as objects, a danfo DataFrame or an Arrow table. */
export type PlotData = Table | Iterable<object> | DataFrame | Arrow.Table

export interface PlotRows {
  readonly kinds: ReadonlyMap<string, ColumnKind>
  readonly values: readonly Readonly<Record<string, unknown>>[]
  /** Of the data, before a sample was drawn. */
  readonly nRows: number
}

/** The rows of what lives in memory. @throws LIB009 for what has no rows */
export function plotRows(data: Exclude<PlotData, Table>): PlotRows {
  return memoryRows(rowsOf(data))
}

/** @param first the first rows, one more than are drawn */
export async function tableRows(table: Table, first: ResultBatch): Promise<PlotRows> {
  let sample = first
  let nRows = sample.rows.length
  if (nRows > maxPlotRows) {
    nRows = await table.count()
    // The sample keeps the order of the rows: a line is drawn in it.
    const drawn = new Table({
      strings: [
        'select * exclude (row_of_plot) from (select * from (select row_number() over () as row_of_plot, * from ',
        `) using sample reservoir(${maxPlotRows} rows) repeatable (1)) order by row_of_plot`,
      ],
      values: [table.query],
    })
    sample = await drawn.page(maxPlotRows)
  }
  return { ...batchRows(sample), nRows }
}

/** What a query gave, as rows of a plot. */
export function batchRows({ columns, rows }: ResultBatch): PlotRows {
  return {
    kinds: new Map(columns.map(({ name, sqlType }: ResultColumn) => [name, kindOf(sqlType)])),
    values: rows.map(row => Object.fromEntries(columns.map(({ name }, i) => [name, plotValue(row[i])]))),
    nRows: rows.length,
  }
}

interface RowSource {
  readonly length: number
  row(i: number): object
}

function rowsOf(data: Exclude<PlotData, Table>): RowSource {
  if (Array.isArray(data)) return { length: data.length, row: i => data[i] as object }
  if (isFrame(data)) return frameRows(data)
  if (isArrow(data)) return { length: data.numRows, row: i => data.get(i)!.toJSON() as object }
  if (typeof data === 'object' && data !== null && Symbol.iterator in data) {
    const rows = [...(data as Iterable<object>)]
    return { length: rows.length, row: i => rows[i]! }
  }
  const got = data === null ? 'null' : typeof data
  throw new LibraryError(
    'LIB009',
    `Expected a table, rows as objects, a DataFrame or an Arrow table to plot, got ${got}.`,
  )
}

function isFrame(data: object): data is DataFrame {
  return 'dtypes' in data && 'values' in data && 'columns' in data && Array.isArray(data.columns)
}

function frameRows(frame: DataFrame): RowSource {
  const values = frame.values as unknown[]
  const { columns } = frame
  return {
    length: values.length,
    row(i) {
      const row = (Array.isArray(values[i]) ? values[i] : [values[i]]) as unknown[]
      return Object.fromEntries(columns.map((name, column) => [name, row[column]]))
    },
  }
}

function isArrow(data: object): data is Arrow.Table {
  return 'numRows' in data && 'schema' in data && 'get' in data && typeof data.get === 'function'
}

function memoryRows({ length, row }: RowSource): PlotRows {
  const step = Math.max(1, length / maxPlotRows)
  const drawn = Array.from({ length: Math.min(length, maxPlotRows) }, (_, i) => row(Math.floor(i * step)))
  const bad = drawn.find(each => typeof each !== 'object' || each === null)
  if (bad !== undefined)
    throw new LibraryError(
      'LIB009',
      `Expected rows as objects to plot, such as { x: 1, y: 2 }, got ${JSON.stringify(bad)}. ` +
        'Make objects of them: values.map((y, x) => ({ x, y })).',
    )
  const values = drawn.map(each =>
    Object.fromEntries(Object.entries(each).map(([name, value]) => [name, plotValue(value)])),
  )
  const names = new Set(drawn.flatMap(each => Object.keys(each)))
  const kinds = [...names].map(name => [name, kindOfValues(drawn, name)] as const)
  return { kinds: new Map(kinds), values, nRows: length }
}

/** A value as a page can have it. */
function plotValue(value: unknown): unknown {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? value : null
    case 'bigint':
      return Number(value)
    case 'string':
      return value.length > 200 ? `${value.slice(0, 200)}…` : value
    case 'boolean':
      return value
    case 'object':
      if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
      return value === null
        ? null
        : plotValue(
            JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? Number(item) : item)),
          )
    default:
      return null
  }
}

function kindOfValues(rows: readonly object[], name: string): ColumnKind {
  const values = rows
    .map(row => (row as Readonly<Record<string, unknown>>)[name])
    .filter(value => value !== null && value !== undefined && !Number.isNaN(value))
  if (values.length === 0) return 'string'
  if (values.every(value => value instanceof Date)) return 'timestamp'
  if (values.every(value => typeof value === 'boolean')) return 'bool'
  if (values.every(value => typeof value === 'number' || typeof value === 'bigint'))
    return values.every(value => typeof value === 'bigint' || Number.isInteger(value)) ? 'int' : 'float'
  return values.every(isTimeText) ? 'timestamp' : 'string'
}

/** A time as ISO 8601 has it, as rows read from JSON or from danfo hold it. */
function isTimeText(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/.test(value)
  )
}
