/** Sends events to the kernel process: synchronously, so that order holds and a flood is slowed down. */
import { writeSync } from 'node:fs'
import { eventsFd, type ChildEvent } from '../child-protocol.ts'

const pause = new Int32Array(new SharedArrayBuffer(4))

/** Writes one event. Blocks while the kernel process is behind. */
export function sendEvent(event: ChildEvent): void {
  const bytes = Buffer.from(`${JSON.stringify(event)}\n`)
  for (let sent = 0; sent < bytes.length;) {
    try {
      sent += writeSync(eventsFd, bytes, sent)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return process.exit(0) // The kernel process is gone.
      Atomics.wait(pause, 0, 0, 1)
    }
  }
}
