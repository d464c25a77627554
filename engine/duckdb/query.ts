/** Statements on a connection: cancellable, with progress, failures as `EngineError`. */
import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api'
import { EngineError } from '../errors.ts'

export interface QueryOptions {
  readonly signal?: AbortSignal
  /** Percent of the running statement, as the database estimates it; four times a second. */
  readonly onPercent?: (percent: number) => void
}

/** Runs a statement and gives no rows. */
export async function execute(
  connection: DuckDBConnection,
  sql: string,
  options: QueryOptions = {},
): Promise<void> {
  await guarded(connection, options, async () => void (await connection.run(sql)))
}

/** All rows of a small result, as objects of JavaScript values. */
export async function select(
  connection: DuckDBConnection,
  sql: string,
  options: QueryOptions = {},
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return await guarded(connection, options, async () => {
    const reader = await connection.runAndReadAll(sql)
    return reader.getRowObjectsJS()
  })
}

/** Gives every chunk of a result to `visit`, in order. */
export async function visitChunks(
  connection: DuckDBConnection,
  sql: string,
  visit: (chunk: DuckDBDataChunk) => void,
  options: QueryOptions = {},
): Promise<void> {
  await guarded(connection, options, async () => {
    const result = await connection.stream(sql)
    for await (const chunk of result) {
      options.signal?.throwIfAborted()
      visit(chunk)
    }
  })
}

async function guarded<T>(
  connection: DuckDBConnection,
  options: QueryOptions,
  run: () => Promise<T>,
): Promise<T> {
  const { signal, onPercent } = options
  signal?.throwIfAborted()
  const interrupt = () => connection.interrupt()
  signal?.addEventListener('abort', interrupt)
  const timer = onPercent && setInterval(() => onPercent(Math.max(0, connection.progress.percentage)), 250)
  try {
    return await run()
  } catch (thrown) {
    signal?.throwIfAborted()
    throw engineErrorOf(thrown)
  } finally {
    signal?.removeEventListener('abort', interrupt)
    clearInterval(timer)
  }
}

function engineErrorOf(thrown: unknown): unknown {
  if (thrown instanceof EngineError || !(thrown instanceof Error)) return thrown
  const message = thrown.message.trim()
  if (
    /^(IO Error|HTTP Error|Permission Error)|No files found|CSV Error|Malformed JSON|Could not parse string/.test(
      message,
    )
  )
    return new EngineError('ENG001', `Expected a data file that can be read. ${message}`, { cause: thrown })
  return new EngineError('ENG009', `The database refused a statement. ${message}`, { cause: thrown })
}
