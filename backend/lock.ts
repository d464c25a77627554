/**
 * One service per state folder. The lock is SQLite's own on a file of its own: the operating system gives it back
 * the moment its process is gone, however that ended, and never lends it to a successor by process id.
 */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { BackendError } from './errors.ts'

/** Held until `release` or the end of the process. @throws BCK014 when another process holds it */
export function lockState(state: string): { release(): void } {
  const sql = new DatabaseSync(join(state, 'lock.db'), { timeout: 0 })
  try {
    sql.exec('pragma locking_mode = exclusive; begin exclusive')
  } catch (cause) {
    sql.close()
    throw new BackendError('BCK014', `Another backend uses the state folder ${state}.`, {
      cause,
      action:
        'Use that one (`slipway backend status`), end it (`slipway backend stop`), or choose another folder.',
    })
  }
  return { release: () => sql.close() }
}
