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
import type { ControlData } from './control-thread.ts'
import { outputShare, sendEvent } from './events.ts'
import { describeFailure, mapStacks, type FailureFormat } from './failure.ts'
import { createInput } from './input.ts'
import { endAll, keepCompiled } from './lifetime.ts'
import { createModules } from './modules.ts'
import { listenToInterrupts } from './interrupts.ts'
import {
  createKnownProcesses,
  shieldStarts,
  trackProcesses,
  trackWaits,
  type KnownProcesses,
} from './processes.ts'
import { createQuestions } from './questions.ts'
import { createCellRunner, interrupted } from './run-cell.ts'
import { createRunContext } from './run.ts'
import { createScope } from './scope.ts'
import { createSources } from './sources.ts'
import { createSharedState } from './shared-state.ts'
import { createShield } from './shield.ts'
import { clearTimers, trackTimers } from './timers.ts'

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
  trackWaits(context, control.state)
  const shield = createShield()
  shieldStarts(shield)
  const builtins = createBuiltins(shield)
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

  const interrupts = listenToInterrupts({
    ...{ state: control.state, port: control.interrupts, context, shield },
    end(last) {
      questions.interrupt()
      for (const run of context.open) {
        if (run.number > last) continue
        clearTimers(run)
        run.controller.abort(interrupted)
        run.settle(interruptedOutcome)
      }
    },
  })
  process.on('message', async (request: UserRequest) => {
    if (request.type === 'question') return questions.receive(request)
    const loading = builtins.loadFetch(request.code)
    if (loading) await loading
    if (!interrupts.begins(request.number))
      return sendEvent({ type: 'done', run: request.run, outcome: interruptedOutcome })
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

export interface Control {
  readonly state: Int32Array
  readonly inputs: ControlData['inputs']
  readonly interrupts: ControlData['interrupts']
}

function startControl(processes: KnownProcesses): Control {
  const state = createSharedState()
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
  return { state, inputs: inputs.port1, interrupts: interrupts.port1 }
}
