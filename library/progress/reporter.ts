/** Progress of work in phases, such as training: one bar whose label changes. */
import { startBar, type Bar } from './board.ts'
import { boardBundle } from './text.ts'

export { kernelHook } from './hook.ts'

export interface Progress {
  readonly done: number
  /** Undefined when nobody knows. */
  readonly total?: number | undefined
  readonly message?: string | undefined
}

export interface Reporter {
  /** @param phase what is being done; another one than before is shown at once */
  report(phase: string, progress: Progress): void
  /** Shows the last state. Default: `done`. */
  end(state?: 'done' | 'failed' | 'stopped'): void
}

/** A reporter for one piece of work. @param title what the bar is called at the end. Default: the last phase */
export function createReporter(title?: string): Reporter {
  let bar: Bar | undefined
  let last: Progress = { done: 0 }
  return {
    report(phase, progress) {
      last = progress
      bar ??= startBar({ label: phase, timed: false })
      bar.set({ label: phase, done: progress.done, total: progress.total, message: progress.message })
    },
    end(state = 'done') {
      const full = state === 'done' && last.total !== undefined ? { done: last.total } : {}
      bar?.set({ ...(title === undefined ? {} : { label: title }), ...full, message: undefined })
      bar?.end(state)
    },
  }
}

/** One bar as it stands. */
export function progressBundle(label: string, progress: Progress): Readonly<Record<string, unknown>> {
  return boardBundle([{ label, ...progress, timed: false, elapsedMs: 0, state: 'running' }])
}
