/**
 * One engine per process, opened when first needed. It is kept on `globalThis` for the reason that the context is
 * (context.ts), and because two engines would share neither memory limit nor cache.
 */
import { createDatabase, type BoundSql, type Database } from '../catalog/columns/database.ts'
import type { Engine } from '../engine/index.ts'
import { currentContext } from './context.ts'
import { LibraryError, messageOf } from './errors.ts'

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
    database: createDatabase(async () => await (await engine()).connection(), queryError),
    async close() {
      await (await opened)?.close()
      opened = undefined
    },
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
