/** Rows from JavaScript into a temporary table, a chunk at a time. */
import { DuckDBDataChunk, type DuckDBConnection, type DuckDBType, type DuckDBValue } from '@duckdb/node-api'
import { quoteName } from '../sql/text.ts'
import { execute, type QueryOptions } from './query.ts'

export interface WrittenColumn {
  readonly name: string
  readonly type: DuckDBType
}

export interface TableWriter {
  /** The values of a row, in the order of the columns. */
  add(row: readonly DuckDBValue[]): void
  /** Writes what is left. */
  close(): void
  /** Gives up; the table holds what was written. */
  abandon(): void
}

const chunkRows = 2048

/** Makes the table anew. @param table as it is called, not quoted */
export async function writeTable(
  connection: DuckDBConnection,
  table: string,
  columns: readonly WrittenColumn[],
  options: QueryOptions,
): Promise<TableWriter> {
  const declared = columns.map(({ name, type }) => `${quoteName(name)} ${type.toString()}`)
  await execute(
    connection,
    `CREATE OR REPLACE TEMP TABLE ${quoteName(table)} (${declared.join(', ')})`,
    options,
  )
  const appender = await connection.createAppender(table, 'main', 'temp')
  const types = columns.map(({ type }) => type)
  const pending: DuckDBValue[][] = columns.map(() => [])
  const flush = () => {
    if (pending[0]!.length === 0) return
    const chunk = DuckDBDataChunk.create(types)
    chunk.setColumns(pending)
    appender.appendDataChunk(chunk)
    for (const values of pending) values.length = 0
  }
  return {
    add(row) {
      for (let j = 0; j < pending.length; j++) pending[j]!.push(row[j]!)
      if (pending[0]!.length < chunkRows) return
      options.signal?.throwIfAborted()
      flush()
    },
    close() {
      flush()
      appender.closeSync()
    },
    abandon: () => appender.closeSync(),
  }
}
