/** A table of a Postgres server as a temporary view. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { EngineError } from '../errors.ts'
import { quoteName, quoteText } from '../sql/text.ts'
import { execute, type QueryOptions } from './query.ts'
import type { SourceLocation } from './sources.ts'

/** @throws ENG007 when the database has no Postgres extension, ENG001 when the server cannot be reached */
export async function attachPostgres(
  connection: DuckDBConnection,
  source: SourceLocation,
  options: QueryOptions & { readonly table: string },
): Promise<void> {
  const name = source.name ?? source.table ?? 'postgres'
  try {
    await execute(connection, 'LOAD postgres')
  } catch (cause) {
    throw new EngineError(
      'ENG007',
      `Expected a file or a SQLite table for the source \`${name}\`, got Postgres, which this installation's database cannot read: its \`postgres\` extension is not installed. Export the table to Parquet and read that.`,
      { cause, details: { name } },
    )
  }
  const variable = source.connection ?? ''
  const text = process.env[variable]
  if (!text)
    throw new EngineError(
      'ENG001',
      `Expected the connection string of the source \`${name}\` in the environment variable ${variable}, found none. Set it.`,
      { details: { name, expected: variable } },
    )
  const server = `server ${variable}`
  const table = (source.table ?? '').split('.').map(quoteName).join('.')
  try {
    await connection.run(
      `ATTACH IF NOT EXISTS ${quoteText(text)} AS ${quoteName(server)} (TYPE postgres, READ_ONLY)`,
    )
    await connection.run(
      `CREATE OR REPLACE TEMP VIEW ${quoteName(options.table)} AS SELECT * FROM ${quoteName(server)}.${table}`,
    )
  } catch (thrown) {
    // The database repeats the connection string, which is nobody else's business.
    const reason = thrown instanceof Error ? thrown.message.replaceAll(text, `$${variable}`) : String(thrown)
    throw new EngineError('ENG001', `Expected to read ${source.table} of the source \`${name}\`. ${reason}`, {
      details: { name },
    })
  }
}
