/**
 * Interrupts in user code's thread. Each has a number and ends the runs up to a number; one that comes later is never
 * touched. What the event loop lets through is handled here between two callbacks. What does not let it through has
 * to be terminated by V8, and only this thread knows at any moment whose code that is: the control thread has it look
 * (`standStill`, called by V8 in the midst of whatever runs), and terminates it while it stands still there. So
 * nothing but what was looked at is ever terminated, and no callback of anything else is lost.
 */
import type { MessagePort } from 'node:worker_threads'
import { receiveMessageOnPort } from 'node:worker_threads'
import type { RunContext } from './run.ts'
import { places } from './shared-state.ts'
import type { Shield } from './shield.ts'

/** What the control thread asks the user thread. */
export interface InterruptMessage {
  readonly number: number
  /** Number of the last run that is to end. */
  readonly last: number
}

/** What the look at interrupted code finds, where it does not end in its termination. */
export const findings = {
  /** The interrupt has been handled; or this is other code, or a piece of Node, which lets it be handled soon. */
  other: 0,
  /** A run that began after the interrupt was asked for. */
  later: 1,
  /** It could not look: the stack is full. */
  failed: 2,
} as const

export interface InterruptParts {
  readonly state: Int32Array
  readonly port: MessagePort
  readonly context: RunContext
  readonly shield: Shield
  /** Ends the runs that are open up to this number. Where it is terminated halfway, it is called again. */
  end(last: number): void
}

export interface Interrupts {
  /** Called before a run begins. False: it must not, it has been interrupted. */
  begins(number: number): boolean
}

/** The control thread has `standStill` called by this expression: number, last, whether whatever runs is to end. */
export const standStillCall = (number: number, last: number, force: boolean) =>
  `globalThis[Symbol.for('slipway.interrupt')](${number}, ${last}, ${force})`

export function listenToInterrupts({ state, port, context, shield, end }: InterruptParts): Interrupts {
  // Cells may replace globals.
  const { add, load, notify, store } = Atomics
  const has = Set.prototype.has.bind(context.open) as typeof context.open.has
  /** Number of the last run that is to end, begun or not. */
  let endedUpTo = 0
  const isHandled = (number: number) => load(state, places.handled) >= number

  function ring(): void {
    add(state, places.bell, 1)
    notify(state, places.bell)
  }

  function handle({ number, last }: InterruptMessage): void {
    if (isHandled(number)) return
    // No code that waits for a process is below this: it was terminated.
    if (load(state, places.waits) % 2 === 1) add(state, places.waits, 1)
    if (last > endedUpTo) endedUpTo = last
    end(last)
    store(state, places.handled, number)
    ring()
  }

  /** Uses nothing that itself waits or sends: it may stand in the midst of that. */
  function standStill(number: number, last: number, force: boolean): number {
    if (isHandled(number) || shield.isUp()) return findings.other
    const run = context.own()
    const isOpen = run !== undefined && has(run)
    if (isOpen && run.number > last) return findings.later
    if (!isOpen && !force) return findings.other
    store(state, places.standing, 1)
    ring()
    while (load(state, places.standing) === 1);
    return findings.other
  }

  /** Handles what was asked for and has not reached the event loop. */
  function catchUp(): void {
    if (isHandled(load(state, places.asked))) return
    for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port))
      handle(next.message as InterruptMessage)
  }

  Object.defineProperty(globalThis, Symbol.for('slipway.interrupt'), { value: standStill })
  port.on('message', handle)
  return {
    begins(number) {
      catchUp()
      if (number <= endedUpTo) return false
      store(state, places.begun, number)
      return true
    },
  }
}
