/** Lets an interrupt stop the timers of the cell that it interrupts. */
import timers from 'node:timers'
import { promisify } from 'node:util'
import type { Run, RunContext } from './run.ts'

/** Replaces the global timer functions by ones that tell the run of its timers. */
export function trackTimers(context: RunContext): void {
  const { setTimeout, setInterval, setImmediate: later, clearTimeout, clearInterval, clearImmediate } = timers
  const { nextTick } = process
  type Callback = (...args: unknown[]) => void
  /**
   * Node calls what waits in one loop, which does not survive that V8 terminates an immediate: all others behind it are
   * lost. It does survive the end of what comes between two of them.
   */
  const setImmediate = (callback: Callback, ...args: unknown[]) => later(() => nextTick(callback, ...args))

  const once =
    <T extends object>(start: (callback: Callback, ...rest: never[]) => T, clear: (timer: T) => void) =>
    (callback: Callback, ...rest: unknown[]): T => {
      const run = context.current()
      if (!run || typeof callback !== 'function') return start(callback, ...(rest as never[]))
      const timer: T = start(
        (...args) => {
          run.timers.delete(timer)
          callback(...args)
        },
        ...(rest as never[]),
      )
      run.timers.set(timer, () => clear(timer))
      return timer
    }
  const repeated = (callback: Callback, ...rest: unknown[]) => {
    const timer = setInterval(callback, ...(rest as [number]))
    context.current()?.timers.set(timer, () => clearInterval(timer))
    return timer
  }
  const clearing =
    <T>(clear: (timer: T) => void) =>
    (timer: T) => {
      context.current()?.timers.delete(timer as object)
      clear(timer)
    }
  const replace = (name: keyof typeof timers, value: object, original: object) => {
    // `util.promisify(setTimeout)` goes its own way; keep it.
    const custom = (original as { [promisify.custom]?: unknown })[promisify.custom]
    if (custom) Object.defineProperty(value, promisify.custom, { value: custom })
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: true })
  }
  replace('setTimeout', once<NodeJS.Timeout>(setTimeout as never, clearTimeout), setTimeout)
  replace('setImmediate', once<NodeJS.Immediate>(setImmediate, clearImmediate), later)
  replace('setInterval', repeated, setInterval)
  replace('clearTimeout', clearing(clearTimeout), clearTimeout)
  replace('clearInterval', clearing(clearInterval), clearInterval)
  replace('clearImmediate', clearing(clearImmediate), clearImmediate)
}

/** Stops what the run has started. */
export function clearTimers(run: Run): void {
  for (const clear of run.timers.values()) clear()
  run.timers.clear()
}
