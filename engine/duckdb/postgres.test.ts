/**
 * A real PostgreSQL server, started for these tests where its programs are installed (`SLIPWAY_POSTGRES_BIN`, or
 * `initdb` and `postgres` on the path) and this is no continuous integration; else one line says that they are skipped.
 */
import assert from 'node:assert/strict'
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import test, { after, before } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import { Client } from 'pg'
import { openDatabase, type Database } from './database.ts'
import { describeColumns, loadSources, relationUnder, type SourceLocation } from './sources.ts'

const folders = [process.env['SLIPWAY_POSTGRES_BIN'] ?? '', ...(process.env['PATH'] ?? '').split(delimiter)]
const program = (name: string) => folders.map(folder => join(folder, name)).find(existsSync)
const skip =
  process.env['CI'] !== undefined
    ? 'no server is started in continuous integration'
    : (program('initdb') && program('postgres')) === undefined
      ? 'SLIPWAY_POSTGRES_BIN names no folder with initdb and postgres'
      : false

const password = 'se cret@/é'
const variable = 'SLIPWAY_TEST_POSTGRES'
const root = mkdtempSync(join(tmpdir(), 'slipway-postgres-'))
let port: number
let server: ChildProcess | undefined
let database: Database
let connection: DuckDBConnection

before(async () => {
  database = await openDatabase({ root: tmpdir(), threads: 1 })
  connection = await database.connect()
  port = await freePort()
  process.env[variable] = url('reader')
  if (!skip) await startServer()
})
after(async () => {
  connection.disconnectSync()
  await database.close()
  if (server) {
    const ended = new Promise(resolve => server!.once('exit', resolve))
    server.kill('SIGINT')
    await ended
  }
  await rm(root, { recursive: true, force: true })
})

function url(user: string, at: number = port, name = 'postgres'): string {
  return `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${at}/${name}`
}

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => listener.once('listening', resolve))
  const address = listener.address()
  await new Promise(resolve => listener.close(resolve))
  return typeof address === 'object' ? address!.port : 0
}

/** The server refuses to be run by root: then another user runs it. */
function serverUser(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const [uid, gid] = ['-u', '-g'].map(flag =>
    Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' })),
  )
  chownSync(root, uid!, gid!)
  return { uid: uid!, gid: gid! }
}

async function startServer(): Promise<void> {
  const user = serverUser()
  const data = join(root, 'data')
  const init = ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C']
  execFileSync(program('initdb')!, init, { ...user, cwd: root, stdio: 'ignore' })
  const settings = ['listen_addresses=127.0.0.1', 'fsync=off', 'timezone=Asia/Tokyo', 'datestyle=German']
  const args = ['-D', data, '-k', root, '-p', String(port), ...settings.flatMap(setting => ['-c', setting])]
  server = spawn(program('postgres')!, args, { ...user, cwd: root, stdio: 'ignore' })
  const admin = await connect()
  await admin.query(`CREATE ROLE reader LOGIN PASSWORD 'unused';
    CREATE SCHEMA "my shop";
    CREATE TYPE colour AS ENUM ('red', 'blue');
    CREATE TABLE "my shop"."Orders" (
      n bigint, small smallint, exact numeric(20, 4), x double precision, flag boolean, name text, kind varchar(5),
      at timestamptz, local timestamp, day date, tags real[], hue colour, data jsonb, "It's ""odd""" int);
    INSERT INTO "my shop"."Orders" VALUES
      (9007199254740993, -1, 12345.6789, 'NaN', true, E'Zoë | \\n''x''', 'a', '2001-06-12 07:10:00.123456+02',
       '2001-06-12 07:10', '0099-12-31', '{1,2.5,NULL}', 'red', '{"a": [1]}', 7),
      (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
      (-1, 0, 'NaN', '-Infinity', false, '', '', 'infinity', '1969-12-31 23:59:59.5', '-infinity', '{}', 'blue', 'null', 0);
    CREATE TABLE many AS SELECT i AS n, i % 7 = 0 AS flag FROM generate_series(1, 12345) t(i);
    CREATE TABLE hidden (a int);
    GRANT USAGE ON SCHEMA "my shop" TO reader; GRANT SELECT ON "my shop"."Orders", many TO reader;`)
  await admin.end()
}

async function connect(): Promise<Client> {
  for (let i = 0; ; i++) {
    const client = new Client({ connectionString: url('postgres') })
    try {
      await client.connect()
      return client
    } catch (thrown) {
      if (i === 100) throw thrown
      await delay(100)
    }
  }
}

const orders: SourceLocation = { format: 'postgres', path: '', table: 'my shop.Orders', connection: variable }

test('a table of every type', { skip }, async () => {
  const columns = await describeColumns(connection, orders, { root: tmpdir(), measureLists: false })
  assert.deepEqual(Object.fromEntries(columns.map(({ name, type }) => [name, type.kind])), {
    n: 'int',
    small: 'int',
    exact: 'float',
    x: 'float',
    flag: 'bool',
    name: 'string',
    kind: 'string',
    at: 'timestamp',
    local: 'timestamp',
    day: 'timestamp',
    tags: 'vector',
    hue: 'string',
    data: 'string',
    'It\'s "odd"': 'int',
  })
  const reader = await connection.runAndReadAll(`SELECT * FROM ${relationUnder(tmpdir(), orders)}`)
  assert.deepEqual(reader.getRowsJson(), [
    [
      '9007199254740993',
      '-1',
      12345.6789,
      'NaN',
      true,
      "Zoë | \n'x'",
      'a',
      '2001-06-12 05:10:00.123456',
      '2001-06-12 07:10:00',
      '0099-12-31 00:00:00',
      [1, 2.5, null],
      'red',
      '{"a": [1]}',
      '7',
    ],
    Array.from({ length: 14 }, () => null),
    [
      '-1',
      '0',
      'NaN',
      '-Infinity',
      false,
      '',
      '',
      null,
      '1969-12-31 23:59:59.5',
      null,
      [],
      'blue',
      'null',
      '0',
    ],
  ])
})

test('more rows than are fetched at once', { skip }, async () => {
  const many = { ...orders, table: 'public.many' }
  await loadSources(connection, [many], { root: tmpdir() })
  const reader = await connection.runAndReadAll(
    `SELECT count(*), sum(n), count(*) FILTER (flag) FROM ${relationUnder(tmpdir(), many)}`,
  )
  assert.deepEqual(reader.getRowsJson(), [['12345', '76205685', '1763']])
  await loadSources(connection, [{ ...many, table: 'many' }], { root: tmpdir() })
})

test('what cannot be read says why and keeps the connection string to itself', { skip }, async () => {
  await failure(orders.table!, url('reader', 1), /cannot be reached \(ECONNREFUSED\)/)
  await failure('gone', url('reader'), /no such table; found `my shop\.Orders`, `public\.many`/)
  await failure('hidden', url('reader'), /may not read it \(42501\)/)
  await failure(orders.table!, url('stranger'), /refuses the user/)
  await failure(orders.table!, url('reader', port, 'elsewhere'), /no such database/)
  await failure(orders.table!, `postgres://reader:${password}`, /Expected/)
})

test('a missing environment variable', async () => {
  await failure(orders.table!, '', new RegExp(`environment variable ${variable}, found none`))
})

test('an aborted reading', { skip }, async () => {
  const signal = AbortSignal.abort(new Error('enough'))
  await assert.rejects(
    loadSources(connection, [{ ...orders, table: 'many' }], { root: tmpdir(), signal }),
    /enough/,
  )
})

async function failure(table: string, connectionString: string, message: RegExp): Promise<void> {
  process.env[variable] = connectionString
  try {
    await assert.rejects(loadSources(connection, [{ ...orders, table }], { root: tmpdir() }), thrown => {
      const { code, cause, stack, details } = thrown as Error & { code: string; details: unknown }
      assert.equal(code, 'ENG001')
      assert.match((thrown as Error).message, message)
      const told = [stack, JSON.stringify(details), String(cause)].join('\n')
      for (const secret of [
        connectionString,
        password,
        encodeURIComponent(password),
        '127.0.0.1',
        'stranger',
      ])
        if (secret !== '') assert.ok(!told.includes(secret), `it tells ${secret}`)
      return true
    })
  } finally {
    process.env[variable] = url('reader')
  }
}
