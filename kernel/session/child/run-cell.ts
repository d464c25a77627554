/** Runs rewritten cells, one request after the other, and sends what comes of each exactly once. */
import vm from 'node:vm'
import type { Collector } from '../../evidence/collect.ts'
import { formatValue } from '../../display/format.ts'
import type { ExpressionResult, Outcome, RunRequest } from '../child-protocol.ts'
import { timed } from './clock.ts'
import { sendEvent } from './events.ts'
import { describeFailure, type FailureFormat } from './failure.ts'
import type { Modules } from './modules.ts'
import type { Run, RunContext } from './run.ts'
import type { Scope } from './scope.ts'

export interface CellRunnerParts {
  readonly context: RunContext
  readonly scope: Scope
  readonly modules: Modules
  readonly format: FailureFormat
  /** Resolves when all that a run asked to be shown was sent. */
  displayed(run: Run): Promise<void>
  readonly evidence: Collector
}

/** The reason with which the signal of an interrupted run is aborted. */
export const interrupted = new Error('The cell was interrupted.')

/** What rewritten code calls `__slipway$`. */
interface CellRuntime {
  freeze(names: readonly string[]): void
  bind: Modules['bind']
  import: Modules['import']
  readonly meta: object
  /** Gives back the value, or never returns to a cell that was interrupted. */
  gate<T>(value: T): T | Promise<never>
}

type Body = () => Promise<[unknown] | undefined>
type Script = (runtime: CellRuntime, require: NodeJS.Require, shadow: object) => Body

/** A function that starts a cell. It returns when the cell's synchronous part has run. */
export function createCellRunner(parts: CellRunnerParts): (request: RunRequest) => void {
  const { context, scope, modules } = parts
  const runtime: CellRuntime = {
    freeze: names => scope.freeze(names),
    bind: (...binding) => modules.bind(...binding),
    import: (...call) => modules.import(...call),
    meta: modules.meta,
    gate: value =>
      context.current()?.controller.signal.aborted ? new Promise<never>(() => undefined) : value,
  }
  const start = (code: string, file: string) => {
    const script = new vm.Script(code, {
      filename: file,
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    })
    return (script.runInThisContext() as Script)(runtime, modules.require, scope.shadow)()
  }

  return request => {
    const run = openRun(request, parts)
    void context.enter(run, async () => {
      try {
        scope.declare(request.names, request.file)
        const started = () => start(request.code, request.file)
        const value = request.timed ? await timed(started, run.id) : await started()
        await parts.displayed(run)
        if (request.showResult && value) await showResult(value[0], run)
        run.settle({ status: 'ok', expressions: await evaluateAll(request, start, parts) })
      } catch (error) {
        run.settle(describeFailure(error, parts.format))
      }
    })
  }
}

function openRun(request: RunRequest, { context, scope, evidence }: CellRunnerParts): Run {
  const run: Run = {
    id: request.run,
    number: request.number,
    controller: new AbortController(),
    timers: new Map(),
    settle(outcome: Outcome) {
      if (!context.open.has(run)) return
      scope.settle(request.names)
      sendEvent({ type: 'done', run: run.id, outcome })
      // Last: where an interrupt has ended the lines above halfway, they are done again.
      context.open.delete(run)
      evidence.end(run, request)
    },
  }
  context.open.add(run)
  evidence.begin(run)
  return run
}

async function showResult(value: unknown, run: Run): Promise<void> {
  const bundle = await formatValue(value)
  if (!bundle || run.controller.signal.aborted) return
  sendEvent({ type: 'display', run: run.id, kind: 'execute_result', ...bundle })
}

/** `user_expressions`: each fails on its own. */
async function evaluateAll(
  { expressions, file }: RunRequest,
  start: (code: string, file: string) => ReturnType<Body>,
  { format }: CellRunnerParts,
): Promise<Record<string, ExpressionResult>> {
  const results: Record<string, ExpressionResult> = {}
  for (const [name, code] of Object.entries(expressions)) {
    try {
      const value = await start(code, `${file}.${name}`)
      const bundle = await formatValue(value?.[0], { always: true })
      results[name] = { status: 'ok', data: bundle?.data ?? {}, metadata: bundle?.metadata ?? {} }
    } catch (error) {
      results[name] = describeFailure(error, format)
    }
  }
  return results
}
