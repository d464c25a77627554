/**
 * The worker beside user code. It reads control messages at any time and has an inspector session on the main thread,
 * by which it interrupts user code and which the debugger of the kernel process drives.
 */
import { Session } from 'node:inspector/promises'
import { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { workerData, type MessagePort } from 'node:worker_threads'
import { createRelay } from '../../debug/relay.ts'
import { watchOutput, type OutputShare } from './output-share.ts'
import { createInterrupter } from './interrupter.ts'
import { killGroup, type KnownProcesses } from './processes.ts'
import { controlFd, type ControlAnswer, type ControlMessage } from '../child-protocol.ts'
import { places } from './shared-state.ts'

/** What the user thread hands to its control thread. */
export interface ControlData {
  /** At `places`. */
  readonly state: Int32Array
  readonly interrupts: MessagePort
  readonly inputs: MessagePort
  readonly output: OutputShare
  readonly processes: KnownProcesses
}

export function startControlThread(): void {
  const { state, interrupts, inputs, output, processes } = workerData as ControlData
  void watchOutput(output)
  const socket = new Socket({ fd: controlFd, readable: true, writable: true })
  const session = new Session()
  session.connectToMainThread()
  const answer = (message: ControlAnswer) => socket.write(`${JSON.stringify(message)}\n`)
  const relay = createRelay(session, answer)
  const interrupter = createInterrupter({ state, port: interrupts, session, relay, processes })
  createInterface({ input: socket }).on('line', line => {
    const message = JSON.parse(line) as ControlMessage
    if (message.type === 'input') {
      inputs.postMessage(message)
      Atomics.store(state, places.input, 0)
      Atomics.notify(state, places.input)
    } else if (message.type === 'inspect') {
      relay.command(message)
    } else {
      void interrupter.interrupt(message.last).then(ended => ended && answer(ended))
    }
  })
  // The kernel is gone: nobody can end this process any more, whatever its main thread does.
  socket.on('close', killGroup)
  socket.on('error', killGroup)
  answer({ type: 'control-ready' })
}
