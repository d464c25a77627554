/** Requests that are answered one after the other: those of one shell, for instance. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Incoming } from '../wire/message.ts'

export interface Lane {
  push(incoming: Incoming): void
  /**
   * Marks for `abort` the execute requests whose client could not know that `failed` has failed: those that wait,
   * those that come within a moment, in which its reply is held back, and those that are under way.
   */
  abortSent(failed: Incoming): Promise<void>
  /** Takes out what waits. */
  clear(): readonly Incoming[]
}

export interface LaneOptions {
  /** Answers a request; never rejects. */
  answer(incoming: Incoming): Promise<void>
  /** Answers one that is not to be handled. */
  abort(incoming: Incoming): Promise<void>
  /**
   * How long after its arrival a request that fails is still held back in milliseconds, so that what its client sent
   * together with it is here before the client hears of the failure. Default: 0.
   */
  readonly holdMs?: number
}

interface Failure {
  /** When the request that failed was sent, by its client's clock. */
  readonly sentAt: number
  /** From its arrival to its reply. */
  readonly tookMs: number
  /** What comes later was sent later. */
  readonly until: number
}

/** How long a request may be under way that was sent before its client could know of a failure. */
const underWayMs = 200

export function createLane({ answer, abort, holdMs = 0 }: LaneOptions): Lane {
  const waiting: Incoming[] = []
  const aborted = new WeakSet<Incoming>()
  const arrivals = new WeakMap<Incoming, number>()
  let failure: Failure | undefined
  let working = false

  async function work(): Promise<void> {
    if (working) return
    working = true
    for (let next = waiting.shift(); next; next = waiting.shift())
      await (aborted.has(next) ? abort(next) : answer(next))
    working = false
  }

  /** By the client's own clock: sooner after the request that failed than its reply could have come. */
  function wasUnderWay(incoming: Incoming): boolean {
    if (!failure || performance.now() > failure.until) return false
    // Dates are cut to milliseconds.
    return dateOf(incoming) - failure.sentAt < failure.tookMs - 1
  }

  return {
    push(incoming) {
      arrivals.set(incoming, performance.now())
      if (isExecute(incoming) && wasUnderWay(incoming)) aborted.add(incoming)
      waiting.push(incoming)
      void work()
    },
    async abortSent(failed) {
      const arrivedAt = arrivals.get(failed) ?? 0
      await until(arrivedAt + holdMs)
      const now = performance.now()
      failure = { sentAt: dateOf(failed), tookMs: now - arrivedAt, until: now + underWayMs }
      for (const incoming of waiting) if (isExecute(incoming)) aborted.add(incoming)
    },
    clear: () => waiting.splice(0),
  }
}

const dateOf = ({ message }: Incoming) => Date.parse(String(message.header.date))

async function until(time: number): Promise<void> {
  const ms = time - performance.now()
  if (ms > 0) await sleep(ms)
}

const isExecute = ({ message }: Incoming) => message.header.msg_type === 'execute_request'
