/**
 * Inputs kept across sessions and kernels: one SQLite file in the user's data folder, which several kernels may
 * write at once. Opened late and written behind: no cell waits for it. A file that cannot be used is told once, and
 * history is that of the session alone.
 */
import type { DatabaseSync } from 'node:sqlite'
import { chmodSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { messageOf } from '../errors.ts'
import type { Log } from '../wire/transport.ts'

export interface StoredInput {
  /** Sessions are numbered as they begin, from 1, over all kernels of the user. */
  readonly session: number
  /** The execution count. */
  readonly line: number
  readonly input: string
}

export interface HistoryStore {
  add(line: number, input: string): void
  /** The number of this session; undefined when the file cannot be used. */
  session(): Promise<number | undefined>
  /** Inputs of all other sessions, the oldest first. */
  others(): Promise<readonly StoredInput[]>
  /** What is added next belongs to another session. */
  restart(): void
  flush(): Promise<void>
  close(): Promise<void>
}

export interface HistoryStoreOptions {
  readonly file: string
  readonly log: Log
  /** Inputs that are kept, the newest. Default: 20,000. */
  readonly maxInputs?: number
}

/** Longer inputs are not kept. */
const maxInputLength = 50_000
const writeAfterMs = 200
const retryAfterMs = 2000
/** How long one waits, with the kernel standing still, for another that writes. */
const busyMs = 500

const schema = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS sessions (session INTEGER PRIMARY KEY AUTOINCREMENT, start TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS history (
    id INTEGER PRIMARY KEY AUTOINCREMENT, session INTEGER NOT NULL, line INTEGER NOT NULL, input TEXT NOT NULL
  );
`

interface Opened {
  readonly database: DatabaseSync
  readonly session: number
}

/**
 * Where history is kept: the file that SLIPWAY_HISTORY names, else one in the user's data folder; undefined when
 * it is `off`.
 */
export function historyFile(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const { SLIPWAY_HISTORY: named, XDG_DATA_HOME: dataHome, APPDATA: appData } = env
  if (named === 'off' || named === '0') return undefined
  if (named) return named
  const folder =
    process.platform === 'win32'
      ? appData || join(homedir(), 'AppData', 'Roaming')
      : process.platform === 'darwin'
        ? join(homedir(), 'Library', 'Application Support')
        : dataHome || join(homedir(), '.local', 'share')
  return join(folder, 'slipway', 'history.db')
}

export function createHistoryStore({ file, log, maxInputs = 20_000 }: HistoryStoreOptions): HistoryStore {
  let waiting: { readonly line: number; readonly input: string }[] = []
  let timer: NodeJS.Timeout | undefined
  let opening: Promise<Opened | undefined> | undefined
  let closed = false

  async function open(): Promise<Opened | undefined> {
    return await (opening ??= openFile().catch(fail))
  }

  async function openFile(): Promise<Opened> {
    const { DatabaseSync } = await import('node:sqlite')
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    const database = new DatabaseSync(file, { timeout: busyMs })
    // Cells may hold what only their author should read.
    if (process.platform !== 'win32') chmodSync(file, 0o600)
    database.exec(schema)
    prune(database, maxInputs)
    return { database, session: beginSession(database) }
  }

  function fail(error: unknown): undefined {
    log(
      `The history of cells cannot be kept in ${file}: ${messageOf(error)} SLIPWAY_HISTORY names another file.`,
    )
    return undefined
  }

  async function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    if (waiting.length === 0) return
    const inputs = waiting
    waiting = []
    const opened = await open()
    if (!opened) return
    try {
      insert(opened, inputs)
    } catch (error) {
      if (isBusy(error)) later(inputs)
      else opening = Promise.resolve(fail(error))
    }
  }

  /** Another kernel writes for longer than one waits for it. */
  function later(inputs: typeof waiting): void {
    waiting = [...inputs, ...waiting]
    if (!closed) timer ??= setTimeout(() => void flush(), retryAfterMs).unref()
  }

  return {
    add(line, input) {
      if (closed || input.length > maxInputLength) return
      waiting.push({ line, input })
      timer ??= setTimeout(() => void flush(), writeAfterMs).unref()
    },
    session: async () => (await open())?.session,
    async others() {
      const opened = await open()
      if (!opened) return []
      const select = 'SELECT session, line, input FROM history WHERE session <> ? ORDER BY id'
      return opened.database.prepare(select).all(opened.session) as unknown as StoredInput[]
    },
    restart() {
      const flushed = flush()
      const current = opening
      if (current) opening = flushed.then(() => current).then(nextSession, fail)
    },
    flush,
    async close() {
      closed = true
      await flush()
      const opened = await opening
      opening = Promise.resolve(undefined)
      opened?.database.close()
    },
  }
}

function insert({ database, session }: Opened, inputs: readonly { line: number; input: string }[]): void {
  const statement = database.prepare('INSERT INTO history (session, line, input) VALUES (?, ?, ?)')
  database.exec('BEGIN IMMEDIATE')
  try {
    for (const { line, input } of inputs) statement.run(session, line, input)
    database.exec('COMMIT')
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
}

const isBusy = (error: unknown) => /locked|busy/i.test(messageOf(error))

function nextSession(opened: Opened | undefined): Opened | undefined {
  return opened && { database: opened.database, session: beginSession(opened.database) }
}

function beginSession(database: DatabaseSync): number {
  const start = new Date().toISOString()
  return Number(database.prepare('INSERT INTO sessions (start) VALUES (?)').run(start).lastInsertRowid)
}

function prune(database: DatabaseSync, maxInputs: number): void {
  database.prepare('DELETE FROM history WHERE id <= (SELECT max(id) FROM history) - ?').run(maxInputs)
}
