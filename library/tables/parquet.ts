/** Writes tables, and columns that live in memory, to Parquet files through the engine's database. */
import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { ResultColumn, Value } from '../../catalog/columns/database.ts'
import { quoteName, quoteText } from '../../engine/sql/text.ts'
import { currentSession } from '../session.ts'
import type { Table } from './table.ts'

/**
 * Writes all rows, in one piece: the file appears when it is complete, and replaces an older one.
 * @param note kept in the file's own metadata under `slipway`
 */
export async function writeParquet(table: Table, path: string, note?: string): Promise<void> {
  await writeQuery(table.toSql(), path, note)
}

/** How many rows are sent to the database at a time. */
const batchRows = 10_000

/** Writes rows that live in memory. The values must fit the columns' SQL types. */
export async function writeRows(
  columns: readonly ResultColumn[],
  rows: Iterable<readonly Value[]>,
  { path, note }: { readonly path: string; readonly note?: string },
): Promise<void> {
  const { database } = currentSession()
  const name = quoteName(`rows_${randomUUID()}`)
  const declared = columns.map(column => `${quoteName(column.name)} ${column.sqlType}`).join(', ')
  const cells = columns.map((column, i) => cellExpression(column.sqlType, `r[${i + 1}]`)).join(', ')
  await database.all({ sql: `create table ${name} (${declared})` })
  try {
    for (const batch of batchesOf(rows, batchRows))
      await database.all({
        sql: `insert into ${name} select ${cells} from (select unnest(from_json(?, '[["VARCHAR"]]')) as r)`,
        parameters: [JSON.stringify(batch.map(row => row.map(cellText)))],
      })
    await writeQuery(`select * from ${name}`, path, note)
  } finally {
    await database.all({ sql: `drop table if exists ${name}` })
  }
}

async function writeQuery(sql: string, path: string, note?: string): Promise<void> {
  const metadata = note === undefined ? '' : `, kv_metadata {slipway: ${quoteText(note)}}`
  await copyTo(sql, path, { format: `format parquet, compression zstd${metadata}` })
}

/** Writes what a query gives to a file. The path is absolute. */
export async function saveQuery(
  sql: string,
  options: { readonly path: string; readonly format: 'csv' | 'parquet'; readonly signal?: AbortSignal },
): Promise<void> {
  const format = options.format === 'csv' ? 'format csv, header' : 'format parquet, compression zstd'
  await copyTo(sql, options.path, { format, signal: options.signal })
}

async function copyTo(
  sql: string,
  path: string,
  { format, signal }: { readonly format: string; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const partial = `${path}.${randomUUID()}.part`
  try {
    await currentSession().database.all(
      { sql: `copy (${sql}\n) to ${quoteText(partial)} (${format})` },
      { signal },
    )
    await rename(partial, path)
  } finally {
    await rm(partial, { force: true })
  }
}

/** Every value travels as text: JSON itself has no NaN, dates, bytes or large integers. */
function cellText(value: Value): string | null {
  if (value === null || value === undefined) return null
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function cellExpression(sqlType: string, text: string): string {
  return sqlType === 'BLOB' ? `from_hex(${text})` : `${text}::${sqlType}`
}

function* batchesOf<Item>(items: Iterable<Item>, size: number): Generator<Item[]> {
  let batch: Item[] = []
  for (const item of items) {
    batch.push(item)
    if (batch.length === size) {
      yield batch
      batch = []
    }
  }
  if (batch.length > 0) yield batch
}
