/**
 * The codec `table`: one Parquet file. What wrote it is noted in the file's metadata, so that a DataFrame comes
 * back as a DataFrame and code behind the boundary does not see the boundary.
 */
import type * as Arrow from 'apache-arrow'
import type { DataFrame } from 'danfojs-node'
import type { ResultColumn, Value } from '../../catalog/columns/database.ts'
import { quoteText } from '../../engine/sql/text.ts'
import { LibraryError } from '../errors.ts'
import { currentSession } from '../session.ts'
import { writeParquet, writeRows } from '../tables/parquet.ts'
import { textQuery } from '../tables/query.ts'
import { isTable, Table } from '../tables/table.ts'
import type { Codec } from './codec.ts'

export type TableLike = Table | Arrow.Table | DataFrame

type TableNote = 'slipway.Table' | 'arrow.Table' | 'danfo.DataFrame'

export const tableCodec: Codec<TableLike> = {
  name: 'table',
  extension: '.parquet',
  fits: value => isTable(value) || isArrow(value) || isDanfo(value),
  async write(value, path) {
    if (isTable(value)) await writeParquet(value, path, 'slipway.Table' satisfies TableNote)
    else if (isArrow(value)) await writeArrow(value, path)
    else if (isDanfo(value)) await writeDanfo(value, path)
    else
      throw new LibraryError(
        'LIB201',
        'Expected a Slipway table, an Arrow table or a DataFrame for the codec table.',
      )
  },
  async read(path) {
    const table = new Table(textQuery(`select * from read_parquet(${quoteText(path)})`), { isScan: true })
    switch (await readNote(path)) {
      case 'arrow.Table':
        return await table.toArrow()
      case 'danfo.DataFrame':
        return await table.toDanfo()
      default:
        return table
    }
  },
}

async function readNote(path: string): Promise<string | undefined> {
  const { rows } = await currentSession().database.all({
    sql: `select decode(value) from parquet_kv_metadata(${quoteText(path)}) where decode(key) = 'slipway'`,
  })
  return rows[0]?.[0] as string | undefined
}

/** By shape and not by class: cells and steps may have their own copy of the package. */
function isArrow(value: unknown): value is Arrow.Table {
  return hasAll(value, ['schema', 'batches', 'getChildAt', 'numRows'])
}

function isDanfo(value: unknown): value is DataFrame {
  return (
    hasAll(value, ['$data', '$columns', 'values', 'dtypes']) && Array.isArray((value as DataFrame).columns)
  )
}

function hasAll(value: unknown, names: readonly string[]): boolean {
  return typeof value === 'object' && value !== null && names.every(name => name in value)
}

async function writeArrow(table: Arrow.Table, path: string): Promise<void> {
  const { DataType } = await import('apache-arrow')
  const columns = table.schema.fields.map(({ name, type }) => ({ name, sqlType: sqlTypeOf(type, DataType) }))
  function* rows(): Generator<Value[]> {
    for (let i = 0; i < table.numRows; i++)
      yield columns.map((column, j) => arrowValue(table.getChildAt(j)?.get(i), column.sqlType))
  }
  await writeRows(columns, rows(), { path, note: 'arrow.Table' satisfies TableNote })
}

function sqlTypeOf(type: Arrow.DataType, is: typeof Arrow.DataType): string {
  if (is.isBool(type)) return 'BOOLEAN'
  if (is.isInt(type))
    return type.bitWidth < 64 ? (type.isSigned || type.bitWidth < 32 ? 'INTEGER' : 'BIGINT') : 'BIGINT'
  if (is.isFloat(type) || is.isDecimal(type)) return 'DOUBLE'
  if (is.isUtf8(type) || is.isLargeUtf8(type)) return 'VARCHAR'
  if (is.isDictionary(type)) return sqlTypeOf(type.dictionary as Arrow.DataType, is)
  if (is.isDate(type)) return 'DATE'
  if (is.isTimestamp(type)) return 'TIMESTAMP'
  if (is.isNull(type)) return 'VARCHAR'
  throw new LibraryError(
    'LIB201',
    `Expected a column of booleans, numbers, text or times, got Arrow's ${String(type)}.`,
  )
}

/** Arrow gives times as milliseconds. */
function arrowValue(value: unknown, sqlType: string): Value {
  if (value === null || value === undefined) return null
  return sqlType === 'TIMESTAMP' || sqlType === 'DATE' ? new Date(Number(value)) : (value as Value)
}

const danfoTypes: Readonly<Record<string, string>> = { boolean: 'BOOLEAN', string: 'VARCHAR' }

async function writeDanfo(frame: DataFrame, path: string): Promise<void> {
  const rows = frame.values as Value[][]
  const names = frame.columns.map(String)
  const columns = names.map((name, i): ResultColumn => {
    const sqlType = danfoTypes[frame.dtypes[i] ?? 'string'] ?? numberType(rows, i)
    return { name, sqlType }
  })
  const cells = rows.map(row => row.map((value, i) => danfoValue(value, columns[i]?.sqlType)))
  await writeRows(columns, cells, { path, note: 'danfo.DataFrame' satisfies TableNote })
}

/** danfo's own types are of the sample it looked at, not of the values. */
function numberType(rows: readonly (readonly Value[])[], i: number): string {
  return rows.every(row => Number.isSafeInteger(row[i]) && !Object.is(row[i], -0)) ? 'BIGINT' : 'DOUBLE'
}

function danfoValue(value: Value | undefined, sqlType: string | undefined): Value {
  if (value === undefined || value === null) return null
  return sqlType === 'BOOLEAN' ? Boolean(value) : value
}
