/** What carries messages between the kernel and its clients; knows nothing of what they mean. */
import type { Channel, Incoming, Message } from './message.ts'

export interface Transport {
  /** Starts to take messages. `onClose` is called when nobody can be there any more. */
  listen(handlers: { onMessage(incoming: Incoming): void; onClose(): void }): Promise<void>
  /**
   * Queues a message; what is sent on one channel arrives in that order. Replies go where `route` says.
   * Never throws: a message that cannot be sent is logged.
   */
  send(channel: Channel, message: Message, route?: readonly Uint8Array[]): void
  /** Resolves when all that was queued is sent and the transport is closed. */
  close(): Promise<void>
}

/** Where a part of the kernel writes what no client asked for: standard error. */
export type Log = (text: string) => void
