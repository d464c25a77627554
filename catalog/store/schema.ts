/** The catalog's tables in SQLite, and opening a file that has them. */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { CatalogError } from '../errors.ts'

/** Written into `user_version`. A newer file is refused, an older one brought up to date, an empty one laid out. */
const schemaVersion = 3

const latestTable = `
  CREATE TABLE latest (
    id INTEGER PRIMARY KEY REFERENCES feature (id),
    name TEXT NOT NULL UNIQUE,
    entity TEXT NOT NULL,
    kind TEXT NOT NULL,
    owner TEXT,
    is_deprecated INTEGER NOT NULL,
    n_uses INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX latest_uses ON latest (n_uses DESC, name);
`

const sourceTables = `
  CREATE TABLE source (
    name TEXT PRIMARY KEY,
    definition TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE input (
    id INTEGER NOT NULL REFERENCES feature (id),
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (id, name, version)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX input_name ON input (name, version);
`

/**
 * `feature` has one row per version, never changed but for deprecation and statistics. `latest` has what searching
 * filters and ranks by, of the newest version of each name and in narrow rows; `search` and `tag` index the same
 * versions by their id. A use counts for the name, whatever the version. `source` has each source as it was last
 * registered, by its name; `input` what a derived feature reads, whose own `source` is JSON's null.
 */
const layout = `
  CREATE TABLE entity (
    name TEXT PRIMARY KEY,
    keys TEXT NOT NULL,
    doc TEXT
  ) STRICT;
  CREATE TABLE feature (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    digest TEXT NOT NULL,
    entity TEXT NOT NULL REFERENCES entity (name),
    kind TEXT NOT NULL,
    owner TEXT,
    definition TEXT NOT NULL,
    source TEXT NOT NULL,
    registered_at TEXT NOT NULL,
    deprecated_at TEXT,
    replacement TEXT,
    statistics TEXT,
    UNIQUE (name, version)
  ) STRICT;
  CREATE INDEX feature_digest ON feature (name, digest);
  ${latestTable}
  ${sourceTables}
  CREATE TABLE tag (
    tag TEXT NOT NULL,
    id INTEGER NOT NULL REFERENCES feature (id),
    PRIMARY KEY (tag, id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE use (
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    consumer_kind TEXT NOT NULL,
    consumer TEXT NOT NULL,
    first_at TEXT NOT NULL,
    last_at TEXT NOT NULL,
    PRIMARY KEY (name, version, consumer_kind, consumer)
  ) STRICT, WITHOUT ROWID;
  CREATE VIRTUAL TABLE search USING fts5 (
    name, tags, doc, entity, owner, source,
    tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3'
  );
`

/** version → what makes the next one of it */
const migrations: Readonly<Record<number, string>> = {
  0: layout,
  1: `
    CREATE TEMP TABLE newest AS SELECT id FROM latest;
    DROP TABLE latest;
    ${latestTable}
    INSERT INTO latest
    SELECT f.id, f.name, f.entity, f.kind, f.owner, f.deprecated_at IS NOT NULL,
      (SELECT count(*) FROM use WHERE use.name = f.name)
    FROM feature f JOIN newest USING (id);
    DROP TABLE newest;
  `,
  2: `
    ${sourceTables}
    INSERT INTO source
    SELECT json_extract(source, '$.name'), source FROM feature
    WHERE id IN (SELECT max(id) FROM feature GROUP BY json_extract(source, '$.name'));
  `,
}

/**
 * Opens a catalog's file, making it when it is not there. Several processes may have it open: readers never wait,
 * and a writer waits up to five seconds for another.
 * @throws CAT001, CAT002
 */
export function openDatabase(file: string): DatabaseSync {
  let database: DatabaseSync | undefined
  try {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true })
    database = new DatabaseSync(file, { timeout: 5000 })
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;')
    layOut(database, file)
    return database
  } catch (cause) {
    database?.close()
    if (cause instanceof CatalogError) throw cause
    const message = `Expected a catalog at ${file}, which could not be opened: ${(cause as Error).message}.`
    throw new CatalogError(
      'CAT001',
      `${message} Check that the folder can be written and the file is a catalog.`,
      {
        cause,
      },
    )
  }
}

/** Runs `work` as one transaction that nothing else writes beside. */
export function transaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (thrown) {
    database.exec('ROLLBACK')
    throw thrown
  }
}

function layOut(database: DatabaseSync, file: string): void {
  if (versionOf(database) === schemaVersion) return
  transaction(database, () => {
    // Another process may have been faster.
    const version = versionOf(database)
    if (version > schemaVersion)
      throw new CatalogError(
        'CAT002',
        `Expected a catalog of version ${schemaVersion} at ${file}, got version ${version}. Update Slipway.`,
      )
    // An empty file is laid out as the newest version at once.
    for (let v = version; v < schemaVersion; v = v === 0 ? schemaVersion : v + 1)
      database.exec(migrations[v]!)
    database.exec(`PRAGMA user_version = ${schemaVersion}`)
  })
}

function versionOf(database: DatabaseSync): number {
  return (database.prepare('PRAGMA user_version').get() as { user_version: number }).user_version
}
