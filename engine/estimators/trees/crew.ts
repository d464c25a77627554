/** Threads that add up columns in the same memory. All that they run is the kernel's `serve`. */
import { Worker } from 'node:worker_threads'
import { kernelModule } from './kernel.ts'

export interface Crew {
  dispose(): void
}

/** Needs no file of its own: what a thread does is in the kernel. */
const program = `
const { workerData: { module, memory, job } } = require('node:worker_threads')
new WebAssembly.Instance(module, { trees: { memory } }).exports.serve(job)
`

/** They work as soon as they have started; nothing waits for that. @param end makes `serve` return */
export function createCrew({
  memory,
  job,
  nHelpers,
  end,
}: {
  readonly memory: WebAssembly.Memory
  readonly job: number
  readonly nHelpers: number
  readonly end: () => void
}): Crew {
  const workerData = { module: kernelModule(), memory, job }
  const workers = Array.from({ length: nHelpers }, () => {
    const worker = new Worker(program, { eval: true, workerData, execArgv: [], env: {} })
    // A thread that cannot start is one that does not help.
    worker.on('error', () => undefined)
    worker.unref()
    return worker
  })
  return {
    dispose() {
      end()
      for (const worker of workers) void worker.terminate()
    },
  }
}
