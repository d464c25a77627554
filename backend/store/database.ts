/** The state of the service in SQLite: every change is one transaction, on the disk when it returns. */
import { DatabaseSync } from 'node:sqlite'
import { BackendError } from '../errors.ts'

/** Raised with every change of the tables; a newer state folder is refused. */
const schemaVersion = 2

const schema = `
  create table pipelines (
    name text not null, version text not null, created_at text not null,
    manifest text not null, lock text not null, files text not null,
    primary key (name, version)
  ) strict;

  create table runs (
    id text primary key, pipeline text not null, version text not null, parameters text not null,
    state text not null, attempt integer not null, created_at text not null, started_at text, finished_at text,
    failure text, model text, cancel_requested integer not null default 0, last_event integer not null default 0
  ) strict;
  create index runs_by_time on runs (created_at);

  create table steps (
    run text not null, place integer not null, name text not null, state text not null,
    attempt integer not null default 0, reused integer not null default 0, key text,
    started_at text, finished_at text, outputs text not null default '[]',
    primary key (run, name)
  ) strict;

  create table metrics (
    run text not null, step text not null, name text not null, value real not null, low real, high real,
    primary key (run, step, name)
  ) strict;

  create table events (
    run text not null, seq integer not null, at text not null, body text not null,
    primary key (run, seq)
  ) strict, without rowid;

  create table step_cache (
    key text primary key, outputs text not null, metrics text not null, run text not null, created_at text not null
  ) strict;

  create table models (
    name text not null, version integer not null, digest text not null, created_at text not null,
    run text not null, pipeline text not null, pipeline_version text not null,
    metrics text not null, requirements text not null, files text not null,
    primary key (name, version), unique (name, digest)
  ) strict;

  create table endpoints (
    name text primary key, model text not null, version integer not null, folder text not null,
    deployed_at text not null
  ) strict;
`

/** From each version to the next. */
const changes: readonly string[] = [
  'alter table metrics add column low real; alter table metrics add column high real',
]

export interface Database {
  readonly sql: DatabaseSync
  /** All of it or nothing. Not to be nested. */
  transaction<T>(work: () => T): T
  close(): void
}

/** @throws BCK014 when the file was written by a newer version */
export function openDatabase(file: string): Database {
  const sql = new DatabaseSync(file)
  sql.exec('pragma journal_mode = wal; pragma synchronous = full; pragma busy_timeout = 5000')
  const transaction = <T>(work: () => T): T => {
    sql.exec('begin immediate')
    try {
      const result = work()
      sql.exec('commit')
      return result
    } catch (error) {
      sql.exec('rollback')
      throw error
    }
  }
  migrate(sql, transaction)
  return { sql, transaction, close: () => sql.close() }
}

function migrate(sql: DatabaseSync, transaction: <T>(work: () => T) => T): void {
  const { user_version: found } = sql.prepare('pragma user_version').get() as { user_version: number }
  if (found > schemaVersion) {
    throw new BackendError('BCK014', 'The state folder was written by a newer Slipway.', {
      expected: `schema ${schemaVersion} or older`,
      got: `schema ${found}`,
      action: 'Update Slipway, or choose another state folder.',
    })
  }
  if (found === schemaVersion) return
  const statements = found === 0 ? schema : changes.slice(found - 1).join(';')
  transaction(() => sql.exec(`${statements}; pragma user_version = ${schemaVersion}`))
}

/** The time as it is stored. */
export function now(): string {
  return new Date().toISOString()
}
