/** Assembles the main thread of the user process: everything that a cell can see and touch. */
import { MessageChannel, Worker } from 'node:worker_threads'
import { exposeToDebugger } from '../../debug/expose.ts'
import { installDisplay } from '../../display/api.ts'
import { bundleOf } from '../../display/format.ts'
import { answerTables } from '../../display/tables.ts'
import { answerQuestions } from '../../variables/questions.ts'
import { createCollector, noCollector } from '../../evidence/collect.ts'
import { isKept } from '../../evidence/setting.ts'
import { findProjectRoot, setContext } from '../../../library/context.ts'
import { registerResolve } from '../../../library/resolve.ts'
import { commQuestion, interruptedOutcome, type CommMessage, type UserRequest } from '../child-protocol.ts'
import { createBuiltins } from './builtins.ts'
import { createComms } from './comms.ts'
import { captureConsole } from './console.ts'
import type { ControlData, InterruptMessage } from './control-thread.ts'
import { outputShare, sendEvent } from './events.ts'
import { describeFailure, mapStacks, type FailureFormat } from './failure.ts'
import { createInput } from './input.ts'
import { endAll, keepCompiled } from './lifetime.ts'
import { createModules } from './modules.ts'
import { createKnownProcesses, trackProcesses, type KnownProcesses } from './processes.ts'
import { createQuestions } from './questions.ts'
import { createCellRunner, interrupted } from './run-cell.ts'
import { createRunContext, type RunContext } from './run.ts'
import { createScope } from './scope.ts'
import { createSources } from './sources.ts'
import { places, stateBytes } from './shared-state.ts'
import { clearTimers, trackTimers } from './timers.ts'

/** Interrupts that are remembered for runs that have not come. */
const maxRuns = 2000

export function startUserThread(): void {
  const folder = process.cwd()
  // Paths start at the project's root; that of a model's file may also start at the notebook's folder, where we stand.
  setContext({ root: findProjectRoot(folder) ?? folder })
  const context = createRunContext()
  const scope = createScope()
  const resolver = registerResolve({ reload: true })
  const sources = createSources({ folder, original: resolver.original })
  const format: FailureFormat = { scope, sources }
  const processes = createKnownProcesses()
  const control = startControl(processes)
  mapStacks(format)
  captureConsole(context)
  trackTimers(context)
  trackProcesses(context, processes)
  const builtins = createBuiltins(control.state)
  const modules = createModules(folder, { scope, resolver, builtins })
  const report = (error: unknown) =>
    sendEvent({
      type: 'stream',
      run: context.current()?.id ?? '',
      name: 'stderr',
      text: `Uncaught ${describeFailure(error, format).traceback.join('\n')}\n`,
    })
  const comms = createComms({
    send: message => sendEvent({ run: context.current()?.id ?? '', ...message }),
    report: error => report(error),
  })
  const { display, settled } = installDisplay({
    send: event => sendEvent({ run: context.current()?.id ?? '', ...event }),
    signal: () => context.current()?.controller.signal,
    owner: () => context.current(),
    comms,
  })
  exposeToDebugger({ shadow: scope.shadow, bundle: bundleOf })
  const questions = createQuestions()
  answerTables(comms)
  answerQuestions(questions, scope)
  questions.on(commQuestion, message => comms.receive(message as CommMessage))
  Object.assign(globalThis, { display, prompt: createInput(control, context) })
  const evidence = isKept()
    ? createCollector({ context, scope, packages: resolver.packages, send: sendEvent })
    : noCollector
  const runCell = createCellRunner({ context, scope, modules, format, displayed: settled, evidence })

  const early = createEarlyInterrupts(context)
  control.onInterrupt(runs => {
    early.note(runs)
    questions.interrupt()
    for (const run of context.open) {
      clearTimers(run)
      run.controller.abort(interrupted)
      run.settle(interruptedOutcome)
    }
  })
  process.on('message', async (request: UserRequest) => {
    if (request.type === 'question') return questions.receive(request)
    early.received(request.run)
    const loading = builtins.loadFetch(request.code)
    if (loading) await loading
    if (!early.begins(request.run)) return
    sources.remember(request)
    runCell(request)
  })
  process.on('disconnect', endAll)
  // A Ctrl-C in the terminal goes to the whole group of processes; the kernel process says what it means here.
  process.on('SIGINT', () => undefined)
  process.on('uncaughtException', report)
  process.on('unhandledRejection', report)
  sendEvent({ type: 'ready' })
  keepCompiled()
}

/** Runs whose interrupt came before they began: each is settled here, once. */
function createEarlyInterrupts(context: RunContext) {
  const interruptedRuns = new Set<string>()
  const waiting = new Set<string>()
  const settle = (run: string) => {
    sendEvent({ type: 'done', run, outcome: interruptedOutcome })
    waiting.delete(run)
  }
  return {
    note(runs: readonly string[]): void {
      const open = new Set([...context.open].map(run => run.id))
      for (const run of runs) {
        if (waiting.has(run)) settle(run)
        else if (!open.has(run)) interruptedRuns.add(run)
      }
      while (interruptedRuns.size > maxRuns) interruptedRuns.delete(interruptedRuns.values().next().value!)
    },
    received(run: string): void {
      waiting.add(run)
      if (interruptedRuns.has(run)) settle(run)
    },
    /** False: it was interrupted. */
    begins: (run: string) => waiting.delete(run),
  }
}

export interface Control {
  readonly state: Int32Array
  readonly inputs: ControlData['inputs']
  /** `handle` is given the runs that the kernel takes for open. */
  onInterrupt(handle: (runs: readonly string[]) => void): void
}

function startControl(processes: KnownProcesses): Control {
  const state = new Int32Array(new SharedArrayBuffer(stateBytes))
  const interrupts = new MessageChannel()
  const inputs = new MessageChannel()
  const workerData: ControlData = {
    state,
    interrupts: interrupts.port2,
    inputs: inputs.port2,
    output: outputShare,
    processes,
  }
  const worker = new Worker(process.argv[1]!, {
    workerData,
    transferList: [interrupts.port2, inputs.port2],
  })
  worker.unref()
  inputs.port1.unref()
  return {
    state,
    inputs: inputs.port1,
    onInterrupt(handle) {
      interrupts.port1.on('message', ({ number, runs }: InterruptMessage) => {
        if (Atomics.load(state, places.interrupt) < number) {
          handle(runs)
          Atomics.store(state, places.interrupt, number)
        }
      })
    },
  }
}
