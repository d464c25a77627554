/**
 * The worker beside user code. It reads control messages at any time and stops user code through an inspector
 * session on the main thread. It first asks: when the main thread's event loop runs, the run is ended there, and
 * V8 is told to terminate only what does not let the loop run, so that an idle thread never loses a callback.
 * The debugger of the kernel process drives the same session.
 */
import { Session } from 'node:inspector/promises'
import { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { workerData, type MessagePort } from 'node:worker_threads'
import { createRelay, type Relay } from '../../debug/relay.ts'
import { watchOutput, type OutputShare } from './output-share.ts'
import { killGroup, killUnknown, type KnownProcesses } from './processes.ts'
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

/** What the control thread asks the user thread. */
export interface InterruptMessage {
  readonly number: number
  readonly runs: readonly string[]
}

/** How long the event loop has to answer before V8 is told to terminate, then how often it is told again. */
const politeMs = 3
const insistMs = 50
/** After this long without an answer, code that V8 cannot stop is running: the kernel is told. */
const stuckMs = 4000

export function startControlThread(): void {
  const { state, interrupts, inputs, output, processes } = workerData as ControlData
  void watchOutput(output)
  const socket = new Socket({ fd: controlFd, readable: true, writable: true })
  const session = new Session()
  session.connectToMainThread()
  const answer = (message: ControlAnswer) => socket.write(`${JSON.stringify(message)}\n`)
  const relay = createRelay(session, answer)
  let count = 0
  createInterface({ input: socket }).on('line', line => {
    const message = JSON.parse(line) as ControlMessage
    if (message.type === 'input') {
      inputs.postMessage(message)
      Atomics.store(state, places.input, 0)
      Atomics.notify(state, places.input)
    } else if (message.type === 'inspect') {
      relay.command(message)
    } else {
      count += 1
      void interrupt({
        state,
        interrupts,
        session,
        relay,
        number: count,
        runs: message.runs,
        processes,
      }).then(answer)
    }
  })
  // The kernel is gone: nobody can end this process any more, whatever its main thread does.
  socket.on('close', killGroup)
  socket.on('error', killGroup)
  answer({ type: 'control-ready' })
}

interface Interrupt {
  readonly state: Int32Array
  readonly interrupts: MessagePort
  readonly session: Session
  readonly relay: Relay
  readonly number: number
  readonly runs: readonly string[]
  readonly processes: KnownProcesses
}

async function interrupt(parts: Interrupt): Promise<ControlAnswer> {
  const { state, interrupts, session, relay, number, runs, processes } = parts
  const handled = () => Atomics.load(state, places.interrupt) >= number
  const deadline = performance.now() + stuckMs
  interrupts.postMessage({ number, runs })
  let paused = relay.leavePause()
  try {
    await until(handled, paused ? insistMs : politeMs)
    while (!handled()) {
      if (performance.now() > deadline) return { type: 'stuck' }
      if (Atomics.load(state, places.loading) === 1) {
        await sleep(1)
        continue
      }
      // A breakpoint may have been reached in between.
      if (relay.leavePause()) {
        paused = true
        await until(handled, insistMs)
        continue
      }
      killUnknown(processes)
      // The promise resolves only when the main thread runs again; nothing to wait for.
      void session.post('Runtime.terminateExecution').catch(() => undefined)
      await until(handled, insistMs)
      // The termination may have hit the handler of the first message.
      if (!handled()) interrupts.postMessage({ number, runs })
      await until(handled, insistMs)
    }
  } finally {
    if (paused) relay.allowPauses()
  }
  return { type: 'interrupted', runs }
}

async function until(condition: () => boolean, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!condition() && performance.now() < deadline) await sleep(1)
}
