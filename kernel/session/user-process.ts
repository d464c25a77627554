/**
 * The process that runs user code, as the kernel process sees it: started, restarted after a crash, interrupted.
 * Every run that was asked for is settled exactly once, whatever happens to the process.
 */
import { KernelError } from '../errors.ts'
import type { Log } from '../wire/transport.ts'
import {
  interruptedOutcome,
  type ChildEvent,
  type ControlAnswer,
  type Bundle,
  type InputAnswer,
  type InspectorEvent,
  type Outcome,
  type PreparedRun,
} from './child-protocol.ts'
import { spawnChild, type StartedChild } from './spawn-child.ts'

export interface UserProcess {
  /** Runs a cell. The outcome of a cell whose process died says so. */
  run(request: PreparedRun): Promise<Outcome>
  /**
   * Asks user code's thread by a name of `child/questions.ts`. Answered when its event loop runs.
   * @throws {KernelError} KERNEL003 when the process ends before; KERNEL009 when the answer is an error
   */
  ask(name: string, argument: unknown): Promise<unknown>
  /**
   * Gives a command to V8's inspector on user code's thread, also while that runs or is paused.
   * @throws {KernelError} KERNEL003 when the process ends before; KERNEL010 when the inspector refuses
   */
  inspect(method: string, params?: Bundle): Promise<Bundle>
  /** Ends the runs that are open, with what they computed kept; a process that cannot be stopped is replaced. */
  interrupt(): void
  /** What user code waits for. */
  answerInput(answer: InputAnswer): void
  /** Replaces the process; open runs fail. Resolves when the new one is ready. */
  restart(): Promise<void>
  /** How many processes were started. */
  generation(): number
  dispose(): void
}

export interface UserProcessOptions {
  /** The notebook's folder. */
  readonly cwd: string
  readonly log: Log
  /** All but what settles a run or a question. */
  onEvent(event: Exclude<ChildEvent, { type: 'done' | 'answer' }>): void
  /** Of the process that lives now. */
  onInspectorEvent(event: InspectorEvent): void
  /** A process has ended, however it did: what lived in it is gone. */
  onEnd(): void
  /** The process died while no cell was running that could tell. A new one has been started. */
  onCrash(reason: string): void
}

/** A process that dies this soon after its start, this often in a row, is not started again. */
const earlyMs = 2000
const maxEarlyDeaths = 3

/** What the process tells of an interrupted cell arrives this long after the interrupt, at most. */
const lostMs = 200

interface OpenRun {
  readonly number: number
  settle(outcome: Outcome): void
}

export function createUserProcess(options: UserProcessOptions): UserProcess {
  const open = new Map<string, OpenRun>()
  const questions = new Map<number, PromiseWithResolvers<unknown>>()
  const inspections = new Map<number, PromiseWithResolvers<Bundle>>()
  let nRuns = 0
  let nQuestions = 0
  let nInspections = 0
  let generation = 0
  let earlyDeaths = 0
  let disposed = false
  let alive = true
  let current = start()

  function start(): StartedChild {
    generation += 1
    const startedAt = performance.now()
    const started = spawnChild(options.cwd, {
      onEvent(event) {
        if (event.type === 'answer') return answered(event)
        if (event.type !== 'done') return options.onEvent(event)
        open.get(event.run)?.settle(event.outcome)
        open.delete(event.run)
      },
      onAnswer(answer) {
        if (started !== current) return
        if (answer.type === 'stuck') replaceStuck()
        if (answer.type === 'interrupted') setTimeout(settleLost, lostMs, answer.last)
        if (answer.type === 'inspector-event') options.onInspectorEvent(answer)
        if (answer.type === 'inspected') inspected(answer)
      },
      onExit(reason) {
        if (started !== current || disposed) return
        earlyDeaths = performance.now() - startedAt < earlyMs ? earlyDeaths + 1 : 0
        const told = failOpen(reason)
        // One that cannot live is started again only when a cell asks for it.
        alive = earlyDeaths < maxEarlyDeaths
        if (alive) current = start()
        if (!told) options.onCrash(reason)
      },
      log: options.log,
    })
    return started
  }

  /** V8 may have been told to terminate while the process was taking in a cell, which then nobody knows of there. */
  function settleLost(last: number): void {
    for (const [id, run] of open) {
      if (run.number > last) continue
      open.delete(id)
      run.settle(interruptedOutcome)
    }
  }

  function answered({ id, value, error }: Extract<ChildEvent, { type: 'answer' }>): void {
    const question = questions.get(id)
    questions.delete(id)
    if (error === undefined) question?.resolve(value)
    else question?.reject(new KernelError('KERNEL009', error))
  }

  function inspected({ id, result, error }: Extract<ControlAnswer, { type: 'inspected' }>): void {
    const inspection = inspections.get(id)
    inspections.delete(id)
    if (error === undefined) inspection?.resolve(result ?? {})
    else inspection?.reject(new KernelError('KERNEL010', error))
  }

  /** Whether there was a run to fail. */
  function failOpen(reason: string): boolean {
    for (const question of questions.values()) question.reject(new KernelError('KERNEL003', reason))
    questions.clear()
    for (const inspection of inspections.values()) inspection.reject(new KernelError('KERNEL003', reason))
    inspections.clear()
    options.onEnd()
    const evalue = `${reason} A new one was started: names of earlier cells are unknown until these are run again.`
    for (const { settle } of open.values())
      settle({ status: 'error', ename: 'KERNEL003', evalue, traceback: [`KERNEL003: ${evalue}`] })
    const told = open.size > 0
    open.clear()
    return told
  }

  function replace(reason: string): boolean {
    const old = current
    current = start()
    old.kill()
    return failOpen(reason)
  }

  function replaceStuck(): void {
    const reason = 'The cell was in native code, which cannot be interrupted; its process was ended.'
    if (!replace(reason)) options.onCrash(reason)
  }

  return {
    run: request =>
      new Promise(resolve => {
        if (!alive) current = start()
        alive = true
        nRuns += 1
        open.set(request.run, { number: nRuns, settle: resolve })
        current.request({ ...request, number: nRuns })
      }),
    ask(name, argument) {
      if (!alive) current = start()
      alive = true
      const question = Promise.withResolvers<unknown>()
      const id = ++nQuestions
      questions.set(id, question)
      current.request({ type: 'question', id, name, argument })
      return question.promise
    },
    inspect(method, params = {}) {
      if (!alive) return Promise.reject(new KernelError('KERNEL003', 'No process runs cells.'))
      const inspection = Promise.withResolvers<Bundle>()
      const id = ++nInspections
      inspections.set(id, inspection)
      current.control({ type: 'inspect', id, method, params })
      return inspection.promise
    },
    interrupt: () => current.control({ type: 'interrupt', last: nRuns }),
    answerInput: answer => current.control({ type: 'input', ...answer }),
    async restart() {
      replace('The kernel was restarted.')
      await current.ready
    },
    generation: () => generation,
    dispose() {
      disposed = true
      current.kill()
      failOpen('The kernel was shut down.')
    },
  }
}
