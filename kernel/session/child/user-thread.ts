/** Assembles the main thread of the user process: everything that a cell can see and touch. */
import { join } from 'node:path'
import { MessageChannel, Worker } from 'node:worker_threads'
import { installDisplay } from '../../display/api.ts'
import { answerTables } from '../../display/tables.ts'
import { answerQuestions } from '../../variables/questions.ts'
import { findProjectRoot, setContext } from '../../../library/context.ts'
import { registerResolve } from '../../../library/resolve.ts'
import { commQuestion, type CommMessage, type RunRequest, type UserRequest } from '../child-protocol.ts'
import { createComms } from './comms.ts'
import { captureConsole } from './console.ts'
import type { ControlData, InterruptMessage } from './control-thread.ts'
import { sendEvent } from './events.ts'
import { describeFailure, mapStacks, type FailureFormat } from './failure.ts'
import { createInput } from './input.ts'
import { createModules } from './modules.ts'
import { createQuestions } from './questions.ts'
import type { DecodedMappings } from '../rewrite.ts'
import { createCellRunner, interrupted, interruptedOutcome } from './run-cell.ts'
import { createRunContext, type RunContext } from './run.ts'
import { createScope } from './scope.ts'
import { clearTimers, trackTimers } from './timers.ts'

/** Cells whose maps are kept for stack traces. */
const maxCells = 2000

export function startUserThread(): void {
  const folder = process.cwd()
  // Paths of data start at the project's root, a model's file may lie beside the notebook.
  setContext({ root: findProjectRoot(folder) ?? folder, modelFolder: folder })
  const context = createRunContext()
  const scope = createScope()
  const maps = new Map<string, readonly DecodedMappings[]>()
  const format: FailureFormat = {
    scope,
    mapsOf: file => maps.get(file),
    internal: internalPath(process.argv[1]!),
  }
  const control = startControl()
  mapStacks(format)
  captureConsole(context)
  trackTimers(context)
  const modules = createModules(folder, { scope, resolver: registerResolve({ reload: true }) })
  const comms = createComms(message => sendEvent({ run: context.current()?.id ?? '', ...message }))
  const { display, settled } = installDisplay({
    send: event => sendEvent({ run: context.current()?.id ?? '', ...event }),
    signal: () => context.current()?.controller.signal,
    owner: () => context.current(),
    comms,
  })
  const questions = createQuestions()
  answerTables(comms)
  answerQuestions(questions, scope)
  questions.on(commQuestion, message => comms.receive(message as CommMessage))
  Object.assign(globalThis, { display, prompt: createInput(control, context) })
  const runCell = createCellRunner({ context, scope, modules, format, displayed: settled })

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
  process.on('message', (request: UserRequest) => {
    if (request.type === 'question') return questions.receive(request)
    if (early.has(request.run))
      return sendEvent({ type: 'done', run: request.run, outcome: interruptedOutcome })
    remember(maps, request)
    runCell(request)
  })
  process.on('disconnect', () => process.exit(0))
  // A Ctrl-C in the terminal goes to the whole group of processes; the kernel process says what it means here.
  process.on('SIGINT', () => undefined)
  const report = (error: unknown) =>
    sendEvent({
      type: 'stream',
      run: context.current()?.id ?? '',
      name: 'stderr',
      text: `Uncaught ${describeFailure(error, format).traceback.join('\n')}\n`,
    })
  process.on('uncaughtException', report)
  process.on('unhandledRejection', report)
  sendEvent({ type: 'ready' })
}

/** Runs whose interrupt came before they did. */
function createEarlyInterrupts(context: RunContext) {
  const runs = new Set<string>()
  return {
    note(interrupted: readonly string[]): void {
      const open = new Set([...context.open].map(run => run.id))
      for (const run of interrupted) if (!open.has(run)) runs.add(run)
      while (runs.size > maxCells) runs.delete(runs.values().next().value!)
    },
    has: (run: string) => runs.has(run),
  }
}

function remember(maps: Map<string, readonly DecodedMappings[]>, request: RunRequest): void {
  maps.delete(request.file)
  maps.set(request.file, request.maps)
  if (maps.size > maxCells) maps.delete(maps.keys().next().value!)
}

/** What all paths of the kernel's own code contain: the folder of the bundles, or its folder in a checkout. */
function internalPath(entry: string): string {
  return entry.endsWith('.ts') ? join(entry, '..', '..') : join(entry, '..')
}

export interface Control {
  readonly state: Int32Array
  readonly inputs: ControlData['inputs']
  /** `handle` is given the runs that the kernel takes for open. */
  onInterrupt(handle: (runs: readonly string[]) => void): void
}

function startControl(): Control {
  const state = new Int32Array(new SharedArrayBuffer(8))
  const interrupts = new MessageChannel()
  const inputs = new MessageChannel()
  const workerData: ControlData = { state, interrupts: interrupts.port2, inputs: inputs.port2 }
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
        if (Atomics.load(state, 0) < number) {
          handle(runs)
          Atomics.store(state, 0, number)
        }
      })
    },
  }
}
