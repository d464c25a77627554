/**
 * The worker beside user code. It reads control messages at any time and stops user code through an inspector
 * session on the main thread. It first asks: when the main thread's event loop runs, the run is ended there, and
 * V8 is told to terminate only what does not let the loop run, so that an idle thread never loses a callback.
 */
import { Session } from 'node:inspector/promises'
import { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { workerData, type MessagePort } from 'node:worker_threads'
import { controlFd, type ControlAnswer, type ControlMessage } from '../child-protocol.ts'

/** What the user thread hands to its control thread. */
export interface ControlData {
  /** [0] number of the last interrupt that the user thread ended runs for; [1] 1 while it waits for input. */
  readonly state: Int32Array
  readonly interrupts: MessagePort
  readonly inputs: MessagePort
}

/** How long the event loop has to answer before V8 is told to terminate, then how often it is told again. */
const politeMs = 3
const insistMs = 50
/** After this long without an answer, code that V8 cannot stop is running: the kernel is told. */
const stuckMs = 4000

export function startControlThread(): void {
  const { state, interrupts, inputs } = workerData as ControlData
  const socket = new Socket({ fd: controlFd, readable: true, writable: true })
  const session = new Session()
  session.connectToMainThread()
  const answer = (message: ControlAnswer) => socket.write(`${JSON.stringify(message)}\n`)
  let count = 0
  createInterface({ input: socket }).on('line', line => {
    const message = JSON.parse(line) as ControlMessage
    if (message.type === 'input') {
      inputs.postMessage(message.text)
      Atomics.store(state, 1, 0)
      Atomics.notify(state, 1)
    } else {
      count += 1
      void interrupt({ state, interrupts, session, number: count }).then(answer)
    }
  })
  // The kernel is gone: nobody can end this process any more, whatever its main thread does.
  socket.on('close', () => process.kill(process.pid, 'SIGKILL'))
  socket.on('error', () => process.kill(process.pid, 'SIGKILL'))
  answer({ type: 'control-ready' })
}

interface Interrupt {
  readonly state: Int32Array
  readonly interrupts: MessagePort
  readonly session: Session
  readonly number: number
}

async function interrupt({ state, interrupts, session, number }: Interrupt): Promise<ControlAnswer> {
  const handled = () => Atomics.load(state, 0) >= number
  const deadline = performance.now() + stuckMs
  interrupts.postMessage(number)
  await until(handled, politeMs)
  while (!handled()) {
    if (performance.now() > deadline) return { type: 'stuck' }
    // The promise resolves only when the main thread runs again; nothing to wait for.
    void session.post('Runtime.terminateExecution').catch(() => undefined)
    await until(handled, insistMs)
    // The termination may have hit the handler of the first message.
    if (!handled()) interrupts.postMessage(number)
    await until(handled, insistMs)
  }
  return { type: 'interrupted' }
}

async function until(condition: () => boolean, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!condition() && performance.now() < deadline) await sleep(1)
}
