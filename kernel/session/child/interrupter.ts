/**
 * Interrupts as the thread beside user code sees them: tells the user thread, and as long as it does not answer,
 * because something does not let its event loop run, has it look what that is and has V8 terminate it (interrupts.ts).
 */
import type { Runtime } from 'node:inspector'
import type { Session } from 'node:inspector/promises'
import type { MessagePort } from 'node:worker_threads'
import type { Relay } from '../../debug/relay.ts'
import { findings, standStillCall, type InterruptMessage } from './interrupts.ts'
import { killUnknown, type KnownProcesses } from './processes.ts'
import { places } from './shared-state.ts'

export interface InterrupterParts {
  /** At `places`. */
  readonly state: Int32Array
  readonly port: MessagePort
  readonly session: Session
  readonly relay: Relay
  readonly processes: KnownProcesses
}

/** `stuck`: V8 cannot stop what runs. `last` is the number of the last run that was to end. */
export type Interrupted = { readonly type: 'interrupted' | 'stuck'; readonly last: number }

export interface Interrupter {
  /** Ends the runs up to `last`. Resolves when that is done; at once when it is being done already. */
  interrupt(last: number): Promise<Interrupted | undefined>
}

/** After this long without an answer, code that V8 cannot stop is running. */
const stuckMs = 4000
/** Who does not answer for so long waits for a process, perhaps. */
const silentMs = 5
/** How long what was terminated may take until the event loop runs. */
const settleMs = 50
/** From one look at what runs to the next. */
const lookMs = [2, 5, 10, 20, 50] as const
/** So many looks in a row that found no room on the stack: they stand on a recursion that never ends. */
const failedLooks = 3
/**
 * Code of no open run, such as a timer of an earlier cell, is ended too when it has kept the event loop from running
 * for so long and was seen so often.
 */
const blockedMs = 250
const blockedLooks = 5

export function createInterrupter(parts: InterrupterParts): Interrupter {
  const { state, port } = parts
  let number = 0
  let working: Work | undefined

  return {
    async interrupt(last) {
      number += 1
      const message: InterruptMessage = { number, last }
      port.postMessage(message)
      Atomics.store(state, places.asked, number)
      if (working) return working.renew(message)
      working = createWork(parts, message)
      try {
        return await working.done()
      } finally {
        working = undefined
      }
    },
  }
}

interface Work {
  /** Another interrupt has come. */
  renew(message: InterruptMessage): undefined
  done(): Promise<Interrupted>
}

function createWork(
  { state, port, session, relay, processes }: InterrupterParts,
  first: InterruptMessage,
): Work {
  let message = first
  const startedAt = performance.now()
  let deadline = startedAt + stuckMs
  let looks = 0
  let failures = 0
  /** The look that has not been answered. */
  let look: { readonly startedAt: number; readonly number: number; finding?: number } | undefined
  /** The wait for a process that was terminated. */
  let ended = -1
  let waiting = { number: 0, since: 0 }

  const load = (place: keyof typeof places) => Atomics.load(state, places[place])
  const isHandled = () => load('handled') >= message.number
  const isBlocked = () => looks >= blockedLooks && performance.now() - startedAt >= blockedMs

  async function evaluate(
    params: Runtime.EvaluateParameterType & { readonly disableBreaks?: boolean },
  ): Promise<unknown> {
    try {
      const answer = (await session.post('Runtime.evaluate', params)) as unknown as Runtime.EvaluateReturnType
      return answer.result.value
    } catch {
      return undefined
    }
  }

  function ask(): void {
    const asked: NonNullable<typeof look> = { startedAt: performance.now(), number: message.number }
    const expression = standStillCall(message.number, message.last, isBlocked())
    void evaluate({ expression, silent: true, disableBreaks: true }).then(value => {
      asked.finding = typeof value === 'number' ? value : findings.failed
      Atomics.notify(state, places.bell)
    })
    look = asked
  }

  /** Sleeps until the user thread or the inspector has something to say. */
  async function rung(bell: number, timeoutMs: number): Promise<void> {
    const { async, value } = Atomics.waitAsync(state, places.bell, bell, timeoutMs)
    if (async) await value
  }

  async function terminate(): Promise<void> {
    ended = load('waits')
    relay.terminate()
    // The commands are with the user thread, which takes them before anything else when it goes on.
    Atomics.store(state, places.standing, 0)
    const until = performance.now() + settleMs
    for (let bell = load('bell'); !isHandled() && performance.now() < until; bell = load('bell'))
      await rung(bell, settleMs)
    // It may have been the handler of the message itself.
    if (!isHandled()) port.postMessage(message)
  }

  /** Ends the processes for which the user thread waits, if it does so for a run that is to end. */
  function endProcesses(): void {
    const number = load('waits')
    if (number % 2 === 0 || number === ended) return
    const now = performance.now()
    if (waiting.number !== number) waiting = { number, since: now }
    const run = load('waitingRun')
    if (run === 0 ? now - waiting.since >= blockedMs : run <= message.last)
      killUnknown(processes, () => load('waits') === number && !isHandled())
  }

  /** Whether all is done. */
  async function step(): Promise<boolean> {
    const bell = load('bell')
    if (isHandled()) return true
    if (load('standing') === 1) {
      await terminate()
      return isHandled()
    }
    if (!look) ask()
    const { finding, startedAt, number } = look!
    if (finding !== undefined) {
      look = undefined
      if (finding === findings.later && number === message.number) return true
      failures = finding === findings.failed ? failures + 1 : 0
      if (failures >= failedLooks) {
        failures = 0
        await terminate()
        return isHandled()
      }
      await rung(bell, lookMs[Math.min(looks++, lookMs.length - 1)]!)
      return false
    }
    if (performance.now() - startedAt > silentMs) endProcesses()
    await rung(bell, silentMs)
    return false
  }

  return {
    renew(next) {
      if (next.last > message.last) deadline = performance.now() + stuckMs
      message = next
      return undefined
    },
    async done() {
      try {
        while (!(await step())) {
          // What has begun since is not meant.
          if (performance.now() > deadline && load('begun') <= message.last)
            return { type: 'stuck', last: message.last }
        }
      } finally {
        relay.allowPauses()
      }
      return { type: 'interrupted', last: message.last }
    },
  }
}
