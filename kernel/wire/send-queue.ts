/**
 * Sends of one socket, one after the other. zeromq.js lets only one send wait at a time and throws at the next
 * (https://github.com/zeromq/zeromq.js/issues/427), so each is awaited before the next begins.
 */
import { messageOf } from '../errors.ts'
import type { Log } from './transport.ts'

export interface SendQueue {
  push(frames: readonly Uint8Array[]): void
  /** Resolves when all that was pushed is sent. */
  drained(): Promise<void>
}

export interface Sender {
  send(frames: Uint8Array[]): Promise<void>
}

/** @param opened what the first send waits for */
export function createSendQueue(socket: Sender, log: Log, opened?: Promise<unknown>): SendQueue {
  let waiting: (readonly Uint8Array[])[] = []
  let working: Promise<void> | undefined

  async function work(): Promise<void> {
    await opened
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      for (const frames of batch) await sendOne(frames)
    }
    working = undefined
  }

  async function sendOne(frames: readonly Uint8Array[]): Promise<void> {
    try {
      await socket.send([...frames])
    } catch (error) {
      log(`A message was not sent: ${messageOf(error)}`)
    }
  }

  return {
    push(frames) {
      waiting.push(frames)
      working ??= work()
    },
    drained: async () => await working,
  }
}
