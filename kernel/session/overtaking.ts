/**
 * Interrupts that overtake the cell they are for: over ZeroMQ they have a socket of their own, so that a kernel that was
 * busy may read an interrupt before a cell that was sent earlier. By the client's own clock it is known which these are.
 */
import type { Incoming } from '../wire/message.ts'

export interface Overtaking {
  /** To be called with every request when it comes. */
  arrived(incoming: Incoming): void
  /** Whether an interrupt that was sent after the request came before it. */
  isOvertaken(incoming: Incoming): boolean
}

/** A request is not longer under way. */
const underWayMs = 2000

export function createOvertaking(now: () => number = () => performance.now()): Overtaking {
  const overtaken = new WeakSet<Incoming>()
  let last: { readonly interrupt: Incoming; readonly at: number } | undefined
  return {
    arrived(incoming) {
      const type = incoming.message.header.msg_type
      if (type === 'interrupt_request') last = { interrupt: incoming, at: now() }
      if (type !== 'execute_request' || !last || now() - last.at > underWayMs) return
      if (wasSentBefore(incoming, last.interrupt)) overtaken.add(incoming)
    },
    isOvertaken: incoming => overtaken.has(incoming),
  }
}

/** Clocks of two clients say nothing of each other. */
function wasSentBefore({ message: { header: a } }: Incoming, { message: { header: b } }: Incoming): boolean {
  if (a.session !== b.session) return false
  const [first, second] = [String(a.date), String(b.date)]
  // As text it has microseconds, too, of which a Date knows nothing.
  return first.length === second.length ? first < second : Date.parse(first) < Date.parse(second)
}
