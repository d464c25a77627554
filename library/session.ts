/**
 * One engine per process, opened when first needed. It is kept on `globalThis` for the reason that the context is
 * (context.ts), and because two engines would share neither memory limit nor cache.
 */
// The cell's own timers would end with the cell.
import { clearInterval, setInterval } from 'node:timers'
import {
  createDatabase,
  type BoundSql,
  type Connection,
  type Database,
  type QueryOptions,
} from '../catalog/columns/database.ts'
import type { Engine } from '../engine/index.ts'
import { currentContext } from './context.ts'
import { LibraryError, messageOf } from './errors.ts'
import { startBar } from './progress/board.ts'
import { kernelHook } from './progress/hook.ts'

export interface Session {
  readonly root: string
  engine(): Promise<Engine>
  /** Opens the engine when first asked. Failing queries throw LIB003 with the query's text. */
  readonly database: Database
  close(): Promise<void>
}

const sessionKey = Symbol.for('slipway.session')

interface Shared {
  [sessionKey]?: Session
}

/** The session of this process. */
export function currentSession(): Session {
  const shared = globalThis as Shared
  return (shared[sessionKey] ??= createSession(currentContext().root))
}

/** Closes the session of this process, if one was opened. */
export async function closeSession(): Promise<void> {
  const shared = globalThis as Shared
  const session = shared[sessionKey]
  delete shared[sessionKey]
  await session?.close()
}

/** A session of its own. */
export function createSession(root: string): Session {
  let opened: Promise<Engine> | undefined
  const engine = () => (opened ??= open(root))
  return {
    root,
    engine,
    database: forRunningCell(createDatabase(() => connect(engine), queryError, showProgress)),
    async close() {
      await (await opened)?.close()
      opened = undefined
    },
  }
}

async function connect(engine: () => Promise<Engine>) {
  const connection = await (await engine()).connection()
  // Without these the database does not count how far it is.
  await connection.run('set enable_progress_bar = true; set enable_progress_bar_print = false')
  await connection.run('set progress_bar_time = 0')
  return connection
}

/** Queries of a cell end with its interrupt. What comes with a signal of its own is not the cell's. */
function forRunningCell(database: Database): Database {
  const own = (options: QueryOptions = {}): QueryOptions => {
    const signal = kernelHook()?.signal
    return options.signal || !signal || signal.aborted ? options : { ...options, signal }
  }
  return {
    all: (query, options) => database.all(query, own(options)),
    batches: (query, options) => database.batches(query, own(options)),
    prepared: prepare => forRunningCell(database.prepared(prepare)),
  }
}

/** A query that takes longer than this shows a bar. */
const showAfterMs = 500
const pollMs = 200

function showProgress(connection: Connection, { signal }: QueryOptions): (failed: boolean) => void {
  const hook = kernelHook()
  // What comes with a signal of its own says itself how far it is; outside of a cell nobody asked for a bar.
  if (!hook || signal !== hook.signal) return () => undefined
  const bar = startBar({ label: 'Query', delayMs: showAfterMs, timed: false })
  const timer = setInterval(() => {
    const percent = connection.progress?.percentage ?? -1
    if (percent >= 0) bar.set({ done: Math.min(percent, 100), total: 100 })
  }, pollMs)
  return failed => {
    clearInterval(timer)
    if (!failed) bar.set({ done: 100, total: 100 })
    bar.end(failed ? (signal?.aborted ? 'stopped' : 'failed') : 'done')
  }
}

/** Loading the engine loads a native library: a cell that needs none does not wait for it. */
async function open(root: string): Promise<Engine> {
  const { openEngine } = await import('../engine/index.ts')
  return await openEngine({ root })
}

function queryError(thrown: unknown, query: BoundSql): unknown {
  if (thrown instanceof LibraryError || (thrown instanceof Error && thrown.name === 'AbortError'))
    return thrown
  const text = query.sql.length > 2000 ? `${query.sql.slice(0, 2000)} …` : query.sql
  return new LibraryError('LIB003', `${messageOf(thrown)}\n\nThe query was:\n${text.trim()}`, {
    cause: thrown,
  })
}
