/**
 * The thread that fits one network and ends. tfjs keeps its backends in a global of the thread: in one of its own it
 * changes nothing for notebooks that use tfjs too, its memory goes with it, and the others stay free to answer.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import * as tf from '@tensorflow/tfjs-core'
import { fit } from './fit.ts'
import type { NetworkJob, NetworkMessage } from './job.ts'

const post = (message: NetworkMessage) => parentPort?.postMessage(message)

async function main(job: NetworkJob): Promise<void> {
  // Without it tfjs prints and checks for people who develop with it.
  tf.env().set('PROD', true)
  setWasmPaths(job.wasmFolder)
  if (!(await tf.setBackend('wasm'))) throw new Error('The WebAssembly of tfjs could not be started.')
  let epoch = 0
  const fitted = fit(job, report => {
    epoch = report.epoch
    post({ kind: 'epoch', report })
  })
  post(fitted ? { kind: 'fitted', fitted } : { kind: 'diverged', epoch })
}

void main(workerData as NetworkJob)
