/** Sends what user code prints to the kernel, under the cell that prints it. */
import type { RunContext } from './run.ts'
import { sendEvent } from './events.ts'

/** A single write is cut into pieces of this many characters. */
const pieceLength = 1 << 16

/** Replaces `write` of the process's two streams. What native code writes comes over the real ones. */
export function captureConsole(context: RunContext): void {
  for (const name of ['stdout', 'stderr'] as const) {
    const decoder = new TextDecoder()
    const write = (chunk: string | Uint8Array, encoding?: unknown, callback?: unknown): boolean => {
      const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
      const run = context.current()?.id ?? ''
      for (let at = 0; at < text.length; at += pieceLength)
        sendEvent({ type: 'stream', run, name, text: text.slice(at, at + pieceLength) })
      const done = typeof encoding === 'function' ? encoding : callback
      if (typeof done === 'function') queueMicrotask(() => (done as () => void)())
      return true
    }
    process[name].write = write as typeof process.stdout.write
  }
}
