/** Sends what user code prints to the kernel, under the cell that prints it. */
import type { RunContext } from './run.ts'
import { flushOutput, sendEvent } from './events.ts'

/** Replaces `write` of the process's two streams. What native code writes comes over the real ones. */
export function captureConsole(context: RunContext): void {
  // `console` gives its own function with every line, which has nothing to do when all is well.
  const own = new Set<unknown>(Object.values(consoleHandlers()))
  const { nextTick } = process
  for (const name of ['stdout', 'stderr'] as const) {
    const decoder = new TextDecoder()
    const decode = decoder.decode.bind(decoder)
    const write = (chunk: string | Uint8Array, encoding?: unknown, callback?: unknown): boolean => {
      const text = typeof chunk === 'string' ? chunk : decode(chunk, { stream: true })
      sendEvent({ type: 'stream', run: context.current()?.id ?? '', name, text })
      const done = typeof encoding === 'function' ? encoding : callback
      if (typeof done === 'function' && !own.has(done)) nextTick(done as () => void)
      return true
    }
    process[name].write = write as typeof process.stdout.write
  }
  flushBeforeTheEnd()
}

interface ConsoleHandlers {
  readonly _stdoutErrorHandler?: unknown
  readonly _stderrErrorHandler?: unknown
}

function consoleHandlers(): ConsoleHandlers {
  const { _stdoutErrorHandler, _stderrErrorHandler } = console as unknown as ConsoleHandlers
  return { _stdoutErrorHandler, _stderrErrorHandler }
}

/** What these functions do may be the last that the process does. */
function flushBeforeTheEnd(): void {
  const target = process as unknown as Record<string, (...args: unknown[]) => unknown>
  for (const name of ['abort', 'kill', 'reallyExit', 'dlopen', '_kill']) {
    const original = target[name]
    if (typeof original !== 'function') continue
    const first = function (this: unknown, ...args: unknown[]): unknown {
      flushOutput()
      return original.apply(this, args)
    }
    Object.defineProperty(first, 'name', { value: name })
    target[name] = first
  }
}
