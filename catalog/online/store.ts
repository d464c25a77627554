/**
 * The online store: the newest value of every feature per key, in a file of its own beside the model it serves.
 * A lookup takes microseconds. Written once, when a model is deployed; then only read.
 */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Scalar } from '../../language/index.ts'
import { CatalogError } from '../errors.ts'

export interface OnlineValue {
  readonly value: Scalar
  /** The time for which the value holds, microseconds since 1970. */
  readonly asOfUs: number
}

export interface OnlineStore {
  /**
   * @param feature `name@version`, the key into a plan's `catalogFeatures`
   * @param key one value per key part; a text stands for itself alone
   * @returns undefined for a key that was never seen: the feature's default holds
   */
  lookup(feature: string, key: readonly Scalar[]): OnlineValue | undefined
  /** The features there are, each with its time and the number of its keys. */
  features(): readonly { readonly feature: string; readonly asOfUs: number; readonly nKeys: number }[]
  /** Puts these values in the place of all that the feature had. */
  replace(feature: string, asOfUs: number, values: AsyncIterable<readonly OnlineEntry[]>): Promise<void>
  close(): void
}

export interface OnlineEntry {
  readonly key: readonly Scalar[]
  readonly value: Scalar
}

const layout = `
  CREATE TABLE IF NOT EXISTS feature (
    id INTEGER PRIMARY KEY, feature TEXT NOT NULL UNIQUE, as_of_us INTEGER NOT NULL, n_keys INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS value (
    id INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (id, key)
  ) STRICT, WITHOUT ROWID;
`

/**
 * Opens the store at `file`, making it when it is not there.
 * @throws CAT008
 */
export function openOnlineStore(file: string): OnlineStore {
  const database = open(file)
  const find = database.prepare(
    'SELECT v.value, f.as_of_us FROM feature f JOIN value v ON v.id = f.id WHERE f.feature = ? AND v.key = ?',
  )
  const insert = database.prepare('INSERT OR REPLACE INTO value VALUES (?, ?, ?)')

  return {
    lookup(feature, key) {
      const row = find.get(feature, keyText(key)) as { value: string; as_of_us: number } | undefined
      return row && { value: JSON.parse(row.value) as Scalar, asOfUs: row.as_of_us }
    },
    features: () =>
      database
        .prepare('SELECT feature, as_of_us AS asOfUs, n_keys AS nKeys FROM feature ORDER BY feature')
        .all()
        .map(row => ({ ...row })) as unknown as { feature: string; asOfUs: number; nKeys: number }[],
    async replace(feature, asOfUs, values) {
      database.exec('BEGIN IMMEDIATE')
      try {
        database
          .prepare('DELETE FROM value WHERE id = (SELECT id FROM feature WHERE feature = ?)')
          .run(feature)
        database.prepare('DELETE FROM feature WHERE feature = ?').run(feature)
        const { lastInsertRowid: id } = database
          .prepare('INSERT INTO feature (feature, as_of_us, n_keys) VALUES (?, ?, 0)')
          .run(feature, asOfUs)
        for await (const batch of values)
          for (const { key, value } of batch) insert.run(id, keyText(key), JSON.stringify(value))
        database
          .prepare('UPDATE feature SET n_keys = (SELECT count(*) FROM value WHERE id = ?) WHERE id = ?')
          .run(id, id)
        database.exec('COMMIT')
      } catch (thrown) {
        database.exec('ROLLBACK')
        throw thrown
      }
    },
    close: () => database.close(),
  }
}

function open(file: string): DatabaseSync {
  let database: DatabaseSync | undefined
  try {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true })
    database = new DatabaseSync(file, { timeout: 5000 })
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; ${layout}`)
    return database
  } catch (cause) {
    database?.close()
    const message = `Expected an online store at ${file}: ${(cause as Error).message}. Deploy the model again.`
    throw new CatalogError('CAT008', message, { cause })
  }
}

/** Text and number stay apart: `["7"]` is not `[7]`. */
function keyText(key: readonly Scalar[]): string {
  return JSON.stringify(key)
}
