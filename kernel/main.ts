/**
 * The kernel process.
 *
 *     node kernel/main.ts --connection-file FILE    over ZeroMQ, as Jupyter starts it
 *     node kernel/main.ts --stdio                   as JSON lines on the standard streams, for our own clients
 *     node kernel/main.ts --stdio --headless        the same, for programs: nobody will ask for completions
 *     node kernel/main.ts --stdio --language        answers what TypeScript knows of cells, and runs nothing
 *
 * Works in the current folder, which is the notebook's. As a worker, the same file is the TypeScript service, or
 * the heartbeat.
 */
import { enableCompileCache } from 'node:module'
import { isMainThread, workerData } from 'node:worker_threads'
import { compileCacheFolder } from '../library/installation.ts'
import type { HeartbeatData } from './wire/heartbeat.ts'

enableCompileCache(compileCacheFolder())
if (isMainThread) void import('./start.ts').then(({ main }) => main(process.argv.slice(2)))
else if (isHeartbeat(workerData))
  void import('./wire/heartbeat-thread.ts').then(({ startHeartbeatThread }) =>
    startHeartbeatThread(workerData),
  )
else void import('./language/language-thread.ts').then(({ startLanguageThread }) => startLanguageThread())

function isHeartbeat(data: unknown): data is HeartbeatData {
  return typeof data === 'object' && data !== null && 'heartbeat' in data
}
