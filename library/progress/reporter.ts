/**
 * Where progress is shown: in the running cell, as events of a step, or on a terminal. Updates are thinned out, the
 * last one always comes through.
 */
import { randomUUID } from 'node:crypto'
import { currentContext } from '../context.ts'
import { escapeHtml } from '../display/html.ts'

export interface Progress {
  readonly done: number
  /** Undefined when nobody knows. */
  readonly total?: number
  readonly message?: string
}

export interface Reporter {
  /** @param phase what is being done; another one than before is shown at once */
  report(phase: string, progress: Progress): void
  /** Shows the last state, and what stands below it after that. */
  end(): void
}

/** What the kernel offers (kernel/display/api.ts). */
interface KernelHook {
  display(bundle: Readonly<Record<string, unknown>>, options?: { displayId?: string; update?: boolean }): void
  readonly signal: AbortSignal | undefined
}

/** The hook of the kernel whose cell this is; undefined outside of one. */
export function kernelHook(): KernelHook | undefined {
  return (globalThis as { [key: symbol]: KernelHook | undefined })[Symbol.for('slipway.kernel')]
}

const intervalMs = 100

/** A reporter for one piece of work. */
export function createReporter(): Reporter {
  const show = createSink()
  let last: { phase: string; progress: Progress } | undefined
  let shown: typeof last
  let shownAt = 0
  const flush = () => {
    if (!last || last === shown) return
    show(last.phase, last.progress)
    shown = last
    shownAt = performance.now()
  }
  return {
    report(phase, progress) {
      const isNews = phase !== last?.phase || performance.now() - shownAt >= intervalMs
      last = { phase, progress }
      if (isNews) flush()
    },
    end() {
      flush()
      show(undefined, { done: 0 })
    },
  }
}

/** `phase` is undefined at the end. */
type Sink = (phase: string | undefined, progress: Progress) => void

function createSink(): Sink {
  const kernel = kernelHook()
  if (kernel) return kernelSink(kernel)
  const { emit } = currentContext()
  if (emit)
    return (phase, { done, total, message }) => {
      if (phase !== undefined) emit({ type: 'progress', phase, done, total, message })
    }
  return process.stderr.isTTY ? terminalSink() : () => undefined
}

function kernelSink(kernel: KernelHook): Sink {
  const displayId = randomUUID()
  const startedMs = performance.now()
  let update = false
  return (phase, progress) => {
    // Nothing that was shown needs no end; what was shown must not look as if it went on.
    if (phase === undefined && !update) return
    const bundle =
      phase === undefined ? endBundle(performance.now() - startedMs) : progressBundle(phase, progress)
    kernel.display(bundle, { displayId, update })
    update = true
  }
}

function terminalSink(): Sink {
  return (phase, progress) => {
    process.stderr.write(phase === undefined ? '\r\x1b[K' : `\r\x1b[K${progressText(phase, progress)}`)
  }
}

export function progressBundle(phase: string, progress: Progress): Readonly<Record<string, string>> {
  const { done, total } = progress
  const value = total === undefined ? '' : ` value="${done}" max="${total}"`
  return {
    'text/html': `<progress${value}></progress> ${escapeHtml(progressText(phase, progress))}`,
    'text/plain': progressText(phase, progress),
  }
}

function endBundle(tookMs: number): Readonly<Record<string, string>> {
  const text = `took ${(tookMs / 1000).toFixed(1)} s`
  return { 'text/html': `<small>${text}</small>`, 'text/plain': text }
}

function progressText(phase: string, { done, total, message }: Progress): string {
  const count = total === undefined ? done.toLocaleString('en') : `${percent(done, total)} %`
  return message ? `${phase} ${count} · ${message}` : `${phase} ${count}`
}

function percent(done: number, total: number): number {
  return total > 0 ? Math.min(100, Math.floor((100 * done) / total)) : 100
}
