/**
 * What cells print, merged: many small writes become a few messages, in order, each under its own cell, and
 * never more than a client can bear. Other messages go through here too, so that none overtakes the text before it.
 */

export type StreamName = 'stdout' | 'stderr'

export interface OutputOptions {
  /** Sends one merged piece of text of a run. */
  sendStream(run: string, name: StreamName, text: string): void
  /** Default: 10. */
  readonly mergeMs?: number
  /** Characters of one run that are sent; the rest is dropped, and the user told. Default: 8 million. */
  readonly maxLength?: number
}

export interface Output {
  stream(run: string, name: StreamName, text: string): void
  /** Sends what is waiting. Before anything else is sent that must not overtake it. */
  flush(): void
  /** Sends what is waiting and stops. */
  dispose(): void
}

/** A message is sent at once when it is this long. */
const fullLength = 1 << 18
/** Runs whose lengths are remembered. */
const maxRuns = 1000

export function createOutput({ sendStream, mergeMs = 10, maxLength = 8_000_000 }: OutputOptions): Output {
  const lengths = new Map<string, number>()
  let waiting: { run: string; name: StreamName; text: string } | undefined
  let timer: NodeJS.Timeout | undefined

  function flush(): void {
    clearTimeout(timer)
    timer = undefined
    if (!waiting) return
    const { run, name, text } = waiting
    waiting = undefined
    sendStream(run, name, text)
  }

  function append(run: string, name: StreamName, text: string): void {
    if (waiting && (waiting.run !== run || waiting.name !== name)) flush()
    waiting = { run, name, text: (waiting?.text ?? '') + text }
    if (waiting.text.length >= fullLength) flush()
    else timer ??= setTimeout(flush, mergeMs)
  }

  /** What of the text may still be sent. */
  function admit(run: string, text: string): string {
    const before = lengths.get(run) ?? 0
    lengths.delete(run)
    lengths.set(run, before + text.length)
    if (lengths.size > maxRuns) lengths.delete(lengths.keys().next().value!)
    return text.slice(0, Math.max(0, maxLength - before))
  }

  return {
    stream(run, name, text) {
      const wasFull = (lengths.get(run) ?? 0) > maxLength
      const admitted = admit(run, text)
      if (admitted) append(run, name, admitted)
      if (!wasFull && (lengths.get(run) ?? 0) > maxLength)
        append(
          run,
          'stderr',
          `\n… what this cell prints beyond ${maxLength.toLocaleString('en')} characters is dropped.\n`,
        )
    },
    flush,
    dispose: flush,
  }
}
