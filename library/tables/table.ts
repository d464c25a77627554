/**
 * A lazy table: SQL text that is run when its rows are asked for. Making one reads nothing.
 */
import type * as Arrow from 'apache-arrow'
import type { DataFrame } from 'danfojs-node'
import { resolve } from 'node:path'
import type { ResultBatch, ResultColumn, Value } from '../../catalog/columns/database.ts'
import { computeTableStatistics, type TableStatistics } from '../../catalog/columns/statistics.ts'
import { displayMethod, type MimeBundle } from '../display/messages.ts'
import { LibraryError } from '../errors.ts'
import { currentSession } from '../session.ts'
import { bindQuery, inlineQuery, type Query } from './query.ts'

/** A row by column names. Integers beyond 2^53 are bigints, timestamps and dates are `Date`s. */
export type TableRow = Record<string, Value>

/** Where a table's rows begin and end. */
export interface Page {
  /** Default 0. */
  readonly offset?: number
  /** Default: all rows, if there are at most a million. */
  readonly limit?: number
}

/** More rows than this come into memory only when a limit says so. */
const maxRows = 1_000_000
const brand = Symbol.for('slipway.Table')

/** A table over files and queries. Made by `read` and `sql`. */
export class Table {
  /** How the rows are computed. */
  readonly query: Query
  /** Whether the rows are just read from a file. */
  readonly isScan: boolean
  readonly [brand] = true

  constructor(query: Query, options: { readonly isScan?: boolean } = {}) {
    this.query = query
    this.isScan = options.isScan ?? false
  }

  /** The query as SQL text without parameters. */
  toSql(): string {
    return inlineQuery(this.query)
  }

  /** Names and types of the columns, in order. */
  async columns(): Promise<readonly ResultColumn[]> {
    return (await this.#select('select * from', 'limit 0')).columns
  }

  /** The number of rows. */
  async count(): Promise<number> {
    const { rows } = await this.#select('select count(*) from')
    return rows[0]?.[0] as number
  }

  /**
   * Rows as objects. What the columns hold may be said: `rows<{ hour: number }>()`; it is not checked.
   * @throws LIB004 for more than a million rows without a limit: use `for await (const rows of table)` or a query
   */
  async rows<Row extends object = TableRow>(page: Page = {}): Promise<Row[]> {
    const { offset = 0, limit } = page
    const result = await this.#select('select * from', `limit ${limit ?? maxRows + 1} offset ${offset}`)
    if (limit === undefined && result.rows.length > maxRows)
      throw new LibraryError(
        'LIB004',
        `Expected at most ${maxRows.toLocaleString('en')} rows, got more. ` +
          'Give a limit, aggregate with sql`…`, or read in batches: for await (const rows of table) { … }.',
      )
    return toObjects(result) as Row[]
  }

  /** The first rows as a table. */
  head(nRows = 10): Table {
    return new Table({
      strings: ['select * from ', ` limit ${Math.max(0, Math.trunc(nRows))}`],
      values: [this.query],
    })
  }

  /** Statistics of every column, over a sample of 200,000 rows when there are more. */
  async statistics(): Promise<TableStatistics> {
    const columns = await this.columns()
    return await computeTableStatistics(currentSession().database, this.toSql(), columns, {
      isScan: this.isScan,
    })
  }

  /** All rows as an Arrow table in memory. */
  async toArrow(): Promise<Arrow.Table> {
    const { toArrow } = await import('./arrow.ts')
    return await toArrow(this.#batches())
  }

  /** All rows as a danfo DataFrame in memory. Timestamps become ISO text: danfo has no type for them. */
  async toDanfo(): Promise<DataFrame> {
    const { toDanfo } = await import('./danfo.ts')
    return await toDanfo(this.#batches())
  }

  /** Writes the rows to a Parquet file; a relative path starts at the project's root. */
  async writeParquet(path: string): Promise<void> {
    const { writeParquet } = await import('./parquet.ts')
    await writeParquet(this, resolve(currentSession().root, path))
  }

  /** The rows as objects, some thousand at a time. */
  async *[Symbol.asyncIterator](): AsyncGenerator<TableRow[]> {
    for await (const batch of this.#batches()) if (batch.rows.length > 0) yield toObjects(batch)
  }

  /** What a cell shows: the first hundred rows, and statistics of the columns. */
  async [displayMethod](): Promise<MimeBundle> {
    const { displayTable } = await import('../display/table.ts')
    return await displayTable(this)
  }

  /** The first rows as they come from the database. */
  async page(nRows: number): Promise<ResultBatch> {
    return await this.#select('select * from', `limit ${nRows}`)
  }

  #batches(): AsyncIterable<ResultBatch> {
    return currentSession().database.batches(bindQuery(this.query))
  }

  async #select(head: string, tail = ''): Promise<ResultBatch> {
    return await currentSession().database.all(
      bindQuery({ strings: [`${head} `, ` ${tail}`], values: [this.query] }),
    )
  }
}

/** Whether a value is a table, of whatever copy of this class (context.ts). */
export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && brand in value
}

function toObjects({ columns, rows }: ResultBatch): TableRow[] {
  return rows.map(row => {
    const object: Record<string, Value> = {}
    columns.forEach((column, i) => {
      object[column.name] = row[i] ?? null
    })
    return object
  })
}
