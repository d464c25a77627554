/**
 * The bytes that wait to be sent to the kernel process, in memory that both threads of the user process see. The
 * user thread puts them in and usually sends them; the control thread sends what is left lying when the user thread
 * computes on without another word.
 *
 * V8 may terminate the user thread's code at the head of any function and loop. So nothing here relies on code that
 * comes after such a place: bytes count only when `end` has moved, and a lock that the user thread left behind is
 * still its own.
 */
import { writeSync } from 'node:fs'
import { eventsFd } from '../child-protocol.ts'

/** Bytes. One frame of text is smaller. */
export const shareBytes = 1 << 16

export interface OutputShare {
  readonly bytes: Uint8Array
  /** By the names of `places`. */
  readonly state: Int32Array
}

export const places = {
  /** Who sends: see `owners`. */
  owner: 0,
  /** Where the bytes begin that are not sent yet, and where they end. */
  start: 1,
  end: 2,
  /** 1 while the control thread looks after them. */
  watched: 3,
} as const

export const owners = { nobody: 0, userThread: 1, controlThread: 2 } as const

export function createOutputShare(): OutputShare {
  return {
    bytes: new Uint8Array(new SharedArrayBuffer(shareBytes)),
    state: new Int32Array(new SharedArrayBuffer(4 * Object.keys(places).length)),
  }
}

/** Until nothing has been left lying for this long, the control thread looks again and again. */
const quietMs = 100
/** How long text may lie. */
const lookMs = 4

/** Sends, in the control thread, what the user thread leaves lying. */
export async function watchOutput({ bytes, state }: OutputShare): Promise<never> {
  for (;;) {
    const { value } = Atomics.waitAsync(state, places.watched, 0)
    await value
    let quietSince = performance.now()
    while (performance.now() - quietSince < quietMs) {
      await new Promise(resolve => setTimeout(resolve, lookMs))
      if (sendWaiting(bytes, state)) quietSince = performance.now()
    }
    Atomics.store(state, places.watched, 0)
    // What came in between is seen: the user thread looks at `watched` after it has put something in.
    sendWaiting(bytes, state)
  }
}

/** Whether there was something to send. */
function sendWaiting(bytes: Uint8Array, state: Int32Array): boolean {
  if (Atomics.load(state, places.start) === Atomics.load(state, places.end)) return false
  const owner = Atomics.compareExchange(state, places.owner, owners.nobody, owners.controlThread)
  if (owner !== owners.nobody) return true
  try {
    const start = Atomics.load(state, places.start)
    const end = Atomics.load(state, places.end)
    if (start < end)
      Atomics.store(state, places.start, start + writeSync(eventsFd, bytes, start, end - start))
  } catch {
    // The pipe is full or gone: the user thread finds that, too.
  } finally {
    Atomics.store(state, places.owner, owners.nobody)
    Atomics.notify(state, places.owner)
  }
  return true
}
