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
import * as nodeModule from 'node:module'
import { isMainThread, workerData } from 'node:worker_threads'
import { compileCacheFolder } from '../library/installation.ts'
import { messageOf } from './errors.ts'
import { isHeartbeat } from './wire/heartbeat.ts'
import { checkRuntime, thisRuntime } from './runtime.ts'

/** Says what this Node lacks; whether cells can run on it. */
function canRun(): boolean {
  const tell = (text: string) => process.stderr.write(`slipway kernel: ${text}\n`)
  try {
    checkRuntime(thisRuntime(nodeModule as unknown as Record<string, unknown>), tell)
    return true
  } catch (error) {
    tell(messageOf(error))
    return false
  }
}

if (!isMainThread && isHeartbeat(workerData))
  void import('./wire/heartbeat-thread.ts').then(thread => thread.startHeartbeatThread(workerData))
else if (!isMainThread)
  void import('./language/language-thread.ts').then(({ startLanguageThread }) => startLanguageThread())
else if (canRun()) {
  nodeModule.enableCompileCache(compileCacheFolder())
  void import('./start.ts').then(({ main }) => main(process.argv.slice(2)))
} else process.exitCode = 3
