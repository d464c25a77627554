/** Requests that are answered one after the other: those of one shell, for instance. */
import type { Incoming } from '../wire/message.ts'

export interface Lane {
  push(incoming: Incoming): void
  /** Marks execute requests for `abort`: those that wait, and those that come and were sent before this call. */
  abortSent(): void
  /** Takes out what waits. */
  clear(): readonly Incoming[]
}

export interface LaneOptions {
  /** Answers a request; never rejects. */
  answer(incoming: Incoming): Promise<void>
  /** Answers one that is not to be handled. */
  abort(incoming: Incoming): Promise<void>
}

/** How long a request may be under way that was sent before its client could know of a failure. */
const underWayMs = 200

export function createLane({ answer, abort }: LaneOptions): Lane {
  const waiting: Incoming[] = []
  const aborted = new WeakSet<Incoming>()
  let failed: { readonly at: number; readonly until: number } | undefined
  let working = false

  async function work(): Promise<void> {
    if (working) return
    working = true
    for (let next = waiting.shift(); next; next = waiting.shift())
      await (aborted.has(next) ? abort(next) : answer(next))
    working = false
  }

  /** By the client's clock, which matters only for what comes within the moment after the failure. */
  function wasSentBefore({ message }: Incoming): boolean {
    if (!failed || performance.now() > failed.until) return false
    return Date.parse(String(message.header.date)) < failed.at
  }

  return {
    push(incoming) {
      if (isExecute(incoming) && wasSentBefore(incoming)) aborted.add(incoming)
      waiting.push(incoming)
      void work()
    },
    abortSent() {
      failed = { at: Date.now(), until: performance.now() + underWayMs }
      for (const incoming of waiting) if (isExecute(incoming)) aborted.add(incoming)
    },
    clear: () => waiting.splice(0),
  }
}

const isExecute = ({ message }: Incoming) => message.header.msg_type === 'execute_request'
