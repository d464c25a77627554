/**
 * The one narrow door to the engine's database: SQL text in, JavaScript values out, in batches. Integers that a number holds exactly are numbers; larger ones are bigints.
 */
export interface BoundSql {
  readonly sql: string
  /** For every `?`, in order. */
  readonly parameters?: readonly Parameter[]
}

/** What the database binds without help. */
export type Parameter = null | boolean | number | string

/** A value of a row. Timestamps and dates are `Date`s (UTC; milliseconds). */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Date
  | Uint8Array
  | readonly Value[]
  | { readonly [name: string]: Value }

export interface ResultColumn {
  readonly name: string
  /** The database's own name of the type, e.g. `BIGINT`, `DECIMAL(18,3)`, `VARCHAR`. */
  readonly sqlType: string
}

export interface ResultBatch {
  readonly columns: readonly ResultColumn[]
  /** (nRows, nColumns) */
  readonly rows: readonly (readonly Value[])[]
}

/** What is asked of a DuckDB connection; the engine's is one. */
export interface Connection {
  stream(sql: string, values?: Parameter[]): Promise<ResultStream>
  disconnectSync(): void
  /** Ends the query that runs; it then fails. */
  interrupt(): void
  /** Of the query that runs: percent, or less than 0 while that cannot be told. */
  readonly progress?: { readonly percentage: number }
}

export interface QueryOptions {
  /** Ends the query, which then fails with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

interface ResultStream {
  deduplicatedColumnNames(): string[]
  columnTypes(): readonly { toString(): string }[]
  yieldRowsJs(): AsyncIterableIterator<unknown[][]>
}

export interface Database {
  /** Everything at once: for results that are known to be small. */
  all(query: BoundSql, options?: QueryOptions): Promise<ResultBatch>
  /** Some thousand rows at a time; at least one batch, perhaps without rows. Holds a connection of its own. */
  batches(query: BoundSql, options?: QueryOptions): AsyncIterable<ResultBatch>
  /** The same database, whose every connection is prepared by `prepare` before its query. */
  prepared(prepare: (connection: Connection) => Promise<void>): Database
}

/** The default: errors stay what they are. */
type ErrorOf = (thrown: unknown, query: BoundSql) => unknown

/** Is told of every query that begins; what it returns is called when the query has ended. */
export type WatchQuery = (connection: Connection, options: QueryOptions) => (failed: boolean) => void

/**
 * A database over connections of one engine. Every query has its own, so that none waits for another.
 * @param errorOf what is thrown when a query fails
 */
export function createDatabase(
  connect: () => Promise<Connection>,
  errorOf: ErrorOf = thrown => thrown,
  watch?: WatchQuery,
): Database {
  async function* batches(query: BoundSql, options: QueryOptions = {}): AsyncGenerator<ResultBatch> {
    const { signal } = options
    signal?.throwIfAborted()
    const connection = await connect()
    const interrupt = (): void => connection.interrupt()
    signal?.addEventListener('abort', interrupt)
    const ended = watch?.(connection, options)
    let failed = true
    try {
      signal?.throwIfAborted()
      const result = await connection.stream(query.sql, [...(query.parameters ?? [])])
      const types = result.columnTypes()
      const columns = result.deduplicatedColumnNames().map((name, i) => ({ name, sqlType: String(types[i]) }))
      let nBatches = 0
      for await (const rows of result.yieldRowsJs()) {
        nBatches++
        signal?.throwIfAborted()
        yield { columns, rows: rows.map(row => row.map(normalize)) }
      }
      if (nBatches === 0) yield { columns, rows: [] }
      failed = false
    } catch (thrown) {
      if (signal?.aborted) throw signal.reason
      throw errorOf(thrown, query)
    } finally {
      ended?.(failed)
      signal?.removeEventListener('abort', interrupt)
      connection.disconnectSync()
    }
  }
  return {
    batches,
    prepared: prepare =>
      createDatabase(
        async () => {
          const connection = await connect()
          try {
            await prepare(connection)
            return connection
          } catch (thrown) {
            connection.disconnectSync()
            throw thrown
          }
        },
        errorOf,
        watch,
      ),
    async all(query, options) {
      const rows: (readonly Value[])[] = []
      let columns: readonly ResultColumn[] = []
      for await (const batch of batches(query, options)) {
        columns = batch.columns
        for (const row of batch.rows) rows.push(row)
      }
      return { columns, rows }
    },
  }
}

function normalize(value: unknown): Value {
  if (typeof value === 'bigint')
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value
  if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof Uint8Array)
    return value as Value
  if (Array.isArray(value)) return value.map(normalize)
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, normalize(item)]))
}
