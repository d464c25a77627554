/** Lets other work of this thread in, and ends what nobody waits for any more. */

export interface Pacer {
  /** Undefined, at the cost of reading the clock, unless it is time for a pause. @throws the signal's reason */
  pause(): Promise<void> | undefined
}

/** How long this thread is kept at most. */
const keepMs = 20

export function createPacer(signal?: AbortSignal): Pacer {
  let pausedAt = performance.now()
  const pause = async (): Promise<void> => {
    await new Promise(resolve => setImmediate(resolve))
    signal?.throwIfAborted()
    pausedAt = performance.now()
  }
  return { pause: () => (performance.now() - pausedAt < keepMs ? undefined : pause()) }
}
