/** Which runs are being executed. The runs themselves wait in the store, so that a restart forgets nothing. */
import { isFinished, type RunStore } from '../store/runs.ts'

/** Why an execution is aborted: its user wants it to end, or the service ends and the run is to go on later. */
export type StopReason = 'cancel' | 'shutdown'

export class RunStopped extends Error {
  readonly reason: StopReason

  constructor(reason: StopReason) {
    super(`stopped: ${reason}`)
    this.name = 'RunStopped'
    this.reason = reason
  }
}

export interface SchedulerOptions {
  readonly runs: RunStore
  /** Executes one run to its end. Aborted with a `RunStopped`. A rejection is a fault of ours. */
  readonly execute: (id: string, signal: AbortSignal) => Promise<void>
  readonly concurrency: number
  readonly logFault: (context: string, error: unknown) => void
}

export type Scheduler = ReturnType<typeof createScheduler>

export function createScheduler({ runs, execute, concurrency, logFault }: SchedulerOptions) {
  const active = new Map<string, { readonly stop: AbortController; readonly done: Promise<void> }>()
  /** Runs whose state could not even be recorded: they are left alone until the next start. */
  const broken = new Set<string>()
  let closed = false

  const begin = (id: string) => {
    const stop = new AbortController()
    const done = execute(id, stop.signal)
      .catch(error => {
        broken.add(id)
        logFault(id, error)
      })
      .finally(() => {
        active.delete(id)
        wake()
      })
    active.set(id, { stop, done })
  }
  /** To be called when something was submitted. */
  const wake = (): void => {
    if (closed) return
    for (const id of runs.unfinished()) {
      if (active.size >= concurrency) return
      if (!active.has(id) && !broken.has(id)) begin(id)
    }
  }

  return {
    wake,
    /** Resolves when the run has ended. @throws BCK010 */
    cancel: async (id: string): Promise<void> => {
      runs.requestCancel(id)
      if (isFinished(runs.get(id).state)) return
      const running = active.get(id)
      running?.stop.abort(new RunStopped('cancel'))
      await running?.done
      if (!running) wake()
    },
    /** Ends the step processes; their runs go on at the next start. */
    close: async (): Promise<void> => {
      closed = true
      for (const { stop } of active.values()) stop.abort(new RunStopped('shutdown'))
      await Promise.all([...active.values()].map(run => run.done))
    },
  }
}
