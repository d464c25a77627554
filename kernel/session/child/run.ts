/** The run of a cell, carried through everything the cell starts by AsyncLocalStorage. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Outcome } from '../child-protocol.ts'

export interface Run {
  readonly id: string
  /** Later runs have larger ones. From 1. */
  readonly number: number
  /** Aborted when the run is interrupted: what libraries listen to. */
  readonly controller: AbortController
  /** Timers that the run started and that have not ended, each with how to stop it. */
  readonly timers: Map<object, () => void>
  /** Ends the run; only the first call counts. */
  settle(outcome: Outcome): void
}

/** Everything of one user process that its parts share. */
export interface RunContext {
  /** The run to which the code that runs now belongs; the latest one when it belongs to none. */
  current(): Run | undefined
  /** The run to which the code that runs now belongs, and no other. */
  own(): Run | undefined
  enter<T>(run: Run, body: () => T): T
  /** Runs that have not been settled. */
  readonly open: Set<Run>
}

export function createRunContext(): RunContext {
  const storage = new AsyncLocalStorage<Run>()
  let latest: Run | undefined
  return {
    current: () => storage.getStore() ?? latest,
    own: () => storage.getStore(),
    enter(run, body) {
      latest = run
      return storage.run(run, body)
    },
    open: new Set(),
  }
}
