/** Starts the thread that fits a network, listens to it and ends it when nobody waits any more. */
import { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { EpochReport, FittedNetwork, NetworkJob, NetworkMessage } from './job.ts'

/** Defined by webpack; absent in a checkout. */
declare const SLIPWAY_PACKAGED: boolean | undefined

const packaged = typeof SLIPWAY_PACKAGED !== 'undefined' && SLIPWAY_PACKAGED

export interface RunOptions {
  readonly signal?: AbortSignal
  readonly onEpoch: (report: EpochReport) => void
}

export interface Diverged {
  readonly divergedAtEpoch: number
}

/** @throws the signal's reason; what the thread fails with */
export async function runNetwork(
  job: Omit<NetworkJob, 'wasmFolder'>,
  { signal, onEpoch }: RunOptions,
): Promise<FittedNetwork | Diverged> {
  signal?.throwIfAborted()
  const workerData: NetworkJob = { ...job, wasmFolder: wasmFolder() }
  const worker = new Worker(entry(), { workerData })
  const { promise, resolve, reject } = Promise.withResolvers<FittedNetwork | Diverged>()
  const abort = () => reject(signal?.reason)
  signal?.addEventListener('abort', abort)
  worker.on('message', (message: NetworkMessage) => {
    if (message.kind === 'epoch') onEpoch(message.report)
    else resolve(message.kind === 'fitted' ? message.fitted : { divergedAtEpoch: message.epoch })
  })
  worker.on('error', reject)
  worker.on('exit', code => reject(new Error(`The thread that fits the network ended with code ${code}.`)))
  try {
    return await promise
  } finally {
    signal?.removeEventListener('abort', abort)
    await worker.terminate()
  }
}

/** Beside the other bundles when packaged. */
function entry(): string {
  return join(import.meta.dirname, packaged ? 'network-worker.cjs' : 'worker.ts')
}

function wasmFolder(): string {
  if (packaged) return join(import.meta.dirname, 'tfjs') + sep
  const manifest = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json')
  return join(dirname(manifest), 'dist') + sep
}
