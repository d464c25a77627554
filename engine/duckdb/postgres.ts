/**
 * A table of a PostgreSQL server as a temporary table, row by row through a cursor, in one read-only snapshot. The
 * connection string comes from an environment variable and is never told to anyone: messages name the variable.
 */
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  DuckDBTimestampValue,
  LIST,
  TIMESTAMP,
  VARCHAR,
  listValue,
  type DuckDBConnection,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api'
import { Client, DatabaseError, type FieldDef } from 'pg'
import Cursor from 'pg-cursor'
import { EngineError } from '../errors.ts'
import { quoteName } from '../sql/text.ts'
import type { LoadInto } from './arrow.ts'
import { writeTable } from './writer.ts'

const connectionTimeoutMs = 10_000
const rowsAtOnce = 5000

/** @throws ENG001 when the variable is not set, the server cannot be reached or the table not be read; ENG002 */
export async function loadPostgres(connection: DuckDBConnection, options: LoadInto): Promise<void> {
  const { source, signal } = options
  const variable = source.connection ?? ''
  const name = source.name ?? source.table ?? 'postgres'
  const text = process.env[variable]
  if (!text)
    throw new EngineError(
      'ENG001',
      `Expected the connection string of the source \`${name}\` in the environment variable ${variable}, found none. Set it.`,
      { details: { name, expected: variable } },
    )
  const client = openClient(text, { name, variable })
  const stop = () => void client.end().catch(() => undefined)
  signal?.addEventListener('abort', stop)
  try {
    await client.connect()
    await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY')
    await copyRows(connection, client, options)
  } catch (thrown) {
    signal?.throwIfAborted()
    if (thrown instanceof EngineError) throw thrown
    throw await unreadable(thrown, { client, name, variable, table: source.table ?? '' })
  } finally {
    signal?.removeEventListener('abort', stop)
    await client.end().catch(() => undefined)
  }
}

function openClient(connectionString: string, asked: { name: string; variable: string }): Client {
  try {
    const client = new Client({
      connectionString,
      connectionTimeoutMillis: connectionTimeoutMs,
      application_name: 'slipway',
    })
    // What is lost while nobody waits shows in the next answer that is waited for.
    client.on('error', () => undefined)
    return client
  } catch {
    throw new EngineError(
      'ENG001',
      `Expected a connection string (postgres://user@host/database) in the environment variable ${asked.variable} for the source \`${asked.name}\`, got something else.`,
      { details: { name: asked.name, expected: asked.variable } },
    )
  }
}

async function copyRows(connection: DuckDBConnection, client: Client, options: LoadInto): Promise<void> {
  const from = (options.source.table ?? '').split('.').map(quoteName).join('.')
  const { fields } = await client.query(`SELECT * FROM ${from} LIMIT 0`)
  const columns = fields.map(columnOf)
  const cursor = client.query(
    new Cursor<(string | null)[]>(`SELECT ${columns.map(({ sql }) => sql).join(', ')} FROM ${from}`, [], {
      rowMode: 'array',
      // Every value as the server's text: what it becomes is said below.
      types: { getTypeParser: () => (value: string) => value },
    }),
  )
  const writer = await writeTable(connection, options.table, columns, options)
  try {
    for (;;) {
      const rows = await cursor.read(rowsAtOnce)
      for (const row of rows)
        writer.add(row.map((value, j) => (value === null ? null : valueOf(columns[j]!, value, from))))
      if (rows.length < rowsAtOnce) break
    }
  } catch (thrown) {
    writer.abandon()
    throw thrown
  }
  writer.close()
}

interface Column {
  readonly name: string
  readonly type: DuckDBType
  /** What is asked of the server. */
  readonly sql: string
  /** Undefined where the text does not fit. */
  readonly convert: (text: string) => DuckDBValue | undefined
}

/** Object identifiers of types, as in pg_type.dat. A domain comes as the type below it. */
const oids = {
  bool: [16],
  int: [20, 21, 23, 26],
  float: [700, 701, 1700],
  time: [1082, 1114, 1184],
  numbers: [1005, 1007, 1016, 1021, 1022, 1231],
}

function columnOf({ name, dataTypeID }: FieldDef): Column {
  const is = (kind: keyof typeof oids) => oids[kind].includes(dataTypeID)
  const plain = { name, sql: quoteName(name) }
  if (is('bool')) return { ...plain, type: BOOLEAN, convert: text => text === 't' }
  if (is('int')) return { ...plain, type: BIGINT, convert: BigInt }
  if (is('float')) return { ...plain, type: DOUBLE, convert: Number }
  if (is('numbers')) return { ...plain, type: LIST(DOUBLE), convert: numbersOf }
  if (is('time'))
    return {
      name,
      type: TIMESTAMP,
      // Exact, in UTC, of any year; `infinity` is no time.
      sql: `CASE WHEN isfinite(${quoteName(name)}) THEN CAST(extract(epoch FROM ${quoteName(name)}) * 1000000 AS bigint) END`,
      convert: text => new DuckDBTimestampValue(BigInt(text)),
    }
  return { ...plain, type: VARCHAR, convert: text => text }
}

/** `{1,2.5,NULL}`; of one dimension. */
function numbersOf(text: string): DuckDBValue | undefined {
  const inner = text.slice(1, -1)
  if (!text.startsWith('{') || inner.includes('{')) return undefined
  const values = inner === '' ? [] : inner.split(',')
  return listValue(values.map(value => (value === 'NULL' ? null : Number(value))))
}

function valueOf({ name, type, convert }: Column, text: string, table: string): DuckDBValue {
  const value = convert(text)
  if (value !== undefined) return value
  throw new EngineError(
    'ENG002',
    `Expected only values of type ${type.toString()} in the column \`${name}\` of ${table}, got ${JSON.stringify(text).slice(0, 60)}.`,
    { details: { name, expected: type.toString() } },
  )
}

interface Failure {
  readonly client: Client
  readonly name: string
  readonly variable: string
  readonly table: string
}

/** Says what failed in words of ours: the server's and the driver's repeat hosts, users and databases. */
async function unreadable(thrown: unknown, failure: Failure): Promise<EngineError> {
  const { name, variable, table } = failure
  const code = codeOf(thrown)
  const reason = await reasonOf(code, failure)
  return new EngineError(
    'ENG001',
    `Expected to read the table \`${table}\` of the source \`${name}\` from the server that ${variable} names. ${reason}`,
    { details: { name, expected: table, ...(code !== undefined && { got: code }) } },
  )
}

/** SQLSTATE of the server, or the system's code. */
function codeOf(thrown: unknown): string | undefined {
  if (thrown instanceof AggregateError) return codeOf(thrown.errors[0])
  const { code } = thrown as { readonly code?: unknown }
  if (thrown instanceof DatabaseError || thrown instanceof Error)
    return typeof code === 'string' ? code : undefined
  return undefined
}

async function reasonOf(code: string | undefined, { client, variable }: Failure): Promise<string> {
  switch (code) {
    case '28P01':
    case '28000':
      return `It refuses the user or the password (${code}). Mend ${variable}.`
    case '3D000':
      return `It has no such database (${code}). Mend ${variable}.`
    case '42501':
      return `The user may not read it (${code}). Have it granted.`
    case '42P01':
    case '3F000':
      return `There is no such table; found ${await tablesOf(client)}.`
    case undefined:
      return 'It does not answer, or not as a PostgreSQL server does.'
    default:
      return /^[0-9A-Z]{5}$/.test(code)
        ? `It answers with the SQLSTATE ${code}.`
        : `It cannot be reached (${code}). Start it or mend ${variable}.`
  }
}

const tablesNamed = 20

async function tablesOf(client: Client): Promise<string> {
  try {
    await client.query('ROLLBACK')
    const { rows } = await client.query<{ name: string }>(`SELECT table_schema || '.' || table_name AS name
FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')
ORDER BY 1 LIMIT ${tablesNamed}`)
    return rows.map(row => `\`${row.name}\``).join(', ') || 'none'
  } catch {
    return 'none that can be listed'
  }
}
