/**
 * A table of a SQLite database as a temporary table, row by row. SQLite types values, not columns: a column's declared
 * type says what it should hold, and a text column that holds nothing but ISO 8601 times is a timestamp.
 */
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  DuckDBTimestampValue,
  TIMESTAMP,
  VARCHAR,
  type DuckDBConnection,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api'
import { EngineError } from '../errors.ts'
import { parseTimestamp } from '../rows/normalize.ts'
import { quoteName, quoteText } from '../sql/text.ts'
import type { LoadInto } from './arrow.ts'
import { writeTable } from './writer.ts'

/** @throws ENG001 the database or table cannot be read, ENG002 a value does not fit its column */
export async function loadSqlite(
  connection: DuckDBConnection,
  file: string,
  options: LoadInto,
): Promise<void> {
  const { source } = options
  const database = openReadOnly(file, source.path)
  try {
    const columns = columnsOf(database, source.table ?? '', source.path)
    const writer = await writeTable(connection, options.table, columns, options)
    try {
      const names = columns.map(column => quoteName(column.name)).join(', ')
      const statement = database.prepare(`SELECT ${names} FROM ${tableName(source.table ?? '')}`)
      statement.setReadBigInts(true)
      statement.setReturnArrays(true)
      for (const row of statement.iterate() as Iterable<unknown> as Iterable<readonly SQLOutputValue[]>)
        writer.add(columns.map((column, j) => valueOf(column, row[j]!, source.path)))
    } catch (thrown) {
      writer.abandon()
      throw unreadable(thrown, source.path)
    }
    writer.close()
  } finally {
    database.close()
  }
}

function openReadOnly(file: string, path: string): DatabaseSync {
  try {
    return new DatabaseSync(file, { readOnly: true })
  } catch (thrown) {
    throw unreadable(thrown, path)
  }
}

function unreadable(thrown: unknown, path: string): unknown {
  if (thrown instanceof EngineError || !(thrown instanceof Error) || thrown.name === 'AbortError')
    return thrown
  const message = `Expected a SQLite database at ${path} that can be read. ${thrown.message}`
  return new EngineError('ENG001', message, { cause: thrown, details: { expected: path } })
}

/** `main.orders` is the table `orders` of the database itself. */
function tableName(table: string): string {
  const [first, ...rest] = table.split('.')
  return first === 'main' && rest.length > 0 ? `main.${quoteName(rest.join('.'))}` : quoteName(table)
}

interface Column {
  readonly name: string
  readonly type: DuckDBType
}

function columnsOf(database: DatabaseSync, table: string, path: string): readonly Column[] {
  const plain = table.replace(/^main\./, '')
  let declared: readonly Record<string, SQLOutputValue>[]
  try {
    declared = database.prepare(`SELECT name, type FROM pragma_table_info(${quoteText(plain)})`).all()
  } catch (thrown) {
    throw unreadable(thrown, path)
  }
  if (declared.length > 0)
    return declared.map(column => {
      const name = String(column['name'])
      const type = typeOf(String(column['type']))
      return { name, type: type === VARCHAR && holdsTimes(database, table, name) ? TIMESTAMP : type }
    })
  const tables = database
    .prepare(`SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name`)
    .all()
    .map(row => String(row['name']))
  throw new EngineError(
    'ENG001',
    `Expected a table \`${table}\` in ${path}; found ${tables.map(name => `\`${name}\``).join(', ') || 'no table'}.`,
    { details: { name: table, expected: table } },
  )
}

/** Close to SQLite's own rules of affinity. */
function typeOf(declared: string): DuckDBType {
  const name = declared.toUpperCase()
  if (name.includes('BOOL')) return BOOLEAN
  if (name.includes('DATE') || name.includes('TIMESTAMP')) return TIMESTAMP
  if (name.includes('INT')) return BIGINT
  if (/REAL|FLOA|DOUB|DECIMAL|NUMERIC/.test(name)) return DOUBLE
  return VARCHAR
}

const timePattern = '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*'

function holdsTimes(database: DatabaseSync, table: string, column: string): boolean {
  const name = quoteName(column)
  const fits = `typeof(${name}) = 'text' AND ${name} GLOB '${timePattern}' AND datetime(${name}) IS NOT NULL`
  const found = database
    .prepare(`SELECT count(${name}) AS n, coalesce(sum(${fits}), 0) AS times FROM ${tableName(table)}`)
    .get()!
  return Number(found['n']) > 0 && found['n'] === found['times']
}

function valueOf({ name, type }: Column, value: SQLOutputValue, path: string): DuckDBValue {
  if (value === null) return null
  const converted = convert(type, value)
  if (converted !== undefined) return converted
  throw new EngineError(
    'ENG002',
    `Expected only values of type ${type.toString()} in the column \`${name}\` of ${path}, got ${JSON.stringify(String(value)).slice(0, 60)}. Mend the value, or declare the column otherwise.`,
    { details: { name, expected: type.toString(), got: typeof value } },
  )
}

/** Undefined where it does not fit. */
function convert(type: DuckDBType, value: Exclude<SQLOutputValue, null>): DuckDBValue | undefined {
  if (value instanceof Uint8Array) return type === VARCHAR ? Buffer.from(value).toString('hex') : undefined
  if (type === VARCHAR) return String(value)
  if (type === TIMESTAMP) return timestamp(value)
  const number = typeof value === 'string' ? numberOf(value) : Number(value)
  if (number === undefined) return undefined
  if (type === BOOLEAN) return number !== 0
  if (type === DOUBLE) return number
  return Number.isInteger(number) ? BigInt(typeof value === 'bigint' ? value : number) : undefined
}

function numberOf(text: string): number | undefined {
  const number = Number(text)
  return text.trim() === '' || Number.isNaN(number) ? undefined : number
}

/** ISO text, or seconds since 1970 as SQLite's own functions give them. */
function timestamp(value: string | number | bigint): DuckDBValue | undefined {
  if (typeof value === 'bigint') return new DuckDBTimestampValue(value * 1_000_000n)
  if (typeof value === 'number') return new DuckDBTimestampValue(BigInt(Math.round(value * 1e6)))
  const us = parseTimestamp(value)
  return us === null ? undefined : new DuckDBTimestampValue(BigInt(us))
}
