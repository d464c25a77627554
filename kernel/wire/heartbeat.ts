/** Answers a client's heartbeat from a thread of its own, so that a kernel at work is never taken for a dead one. */
import { Worker } from 'node:worker_threads'
import type { Log } from './transport.ts'

/** What the thread is given. */
export interface HeartbeatData {
  readonly heartbeat: string
}

export function isHeartbeat(data: unknown): data is HeartbeatData {
  return typeof data === 'object' && data !== null && 'heartbeat' in data
}

export interface Heartbeat {
  stop(): Promise<void>
}

export interface HeartbeatOptions {
  /** Where the socket listens. */
  readonly address: string
  /** The file that the thread runs: that of the kernel process. */
  readonly entry: string
  readonly log: Log
}

/** What the client asks first is answered before this thread takes its share of the processor. */
const startAfterMs = 300

export function startHeartbeat({ address, entry, log }: HeartbeatOptions): Heartbeat {
  let worker: Worker | undefined
  const timer = setTimeout(() => {
    const workerData: HeartbeatData = { heartbeat: address }
    worker = new Worker(entry, {
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
    })
    worker.on('error', error => log(`The heartbeat failed: ${error.message}`))
    worker.unref()
    worker.on('exit', () => (worker = undefined))
  }, startAfterMs)
  return {
    async stop() {
      clearTimeout(timer)
      if (!worker) return
      const ended = new Promise<void>(resolve => worker!.once('exit', () => resolve()))
      // It closes its socket itself: ended from outside, the native module aborts the process.
      worker.postMessage('stop')
      await ended
    },
  }
}
