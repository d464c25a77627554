/** `execute_request`: a cell from its text to its outcome. */
import { KernelError } from '../errors.ts'
import type { Message } from '../wire/message.ts'
import type { ErrorContent, Handler, Reply, RequestContext } from './requests.ts'
import { cellIdOf, textOf } from './requests.ts'
import type { ChildEvent, Outcome, RunRequest } from './child-protocol.ts'
import type { History } from './history.ts'
import type { LanguageClient } from '../language/client.ts'
import {
  CellSyntaxError,
  isReservedGlobal,
  NeedsCompiler,
  rewriteCell,
  type RewrittenCell,
} from './rewrite.ts'
import type { SessionLog } from './session-log.ts'
import type { UserProcess } from './user-process.ts'

export interface ExecuteParts {
  readonly process: UserProcess
  readonly language: LanguageClient
  readonly history: History
  readonly sessionLog: SessionLog
  /** Called when a cell failed and those that wait behind it must not run. */
  onFailure(): void
}

/** A run as the kernel knows it: whose it is and who may be asked for input. */
export interface KnownRun {
  readonly message: Message
  readonly route: readonly Uint8Array[]
  readonly executionCount: number
  readonly allowStdin: boolean
}

export interface Executor {
  readonly handle: Handler
  /** The run by its id; the newest for an empty or forgotten one. */
  run(id: string): KnownRun | undefined
  /** Whether an expression's value, shown by the user process, is to be noted. */
  noteResult(event: Extract<ChildEvent, { type: 'display' }>): void
  /** Forgets what the names of cells were. */
  reset(): void
}

/** Runs that late output can still be sent for. */
const maxRuns = 1000

export function createExecutor(parts: ExecuteParts): Executor {
  const runs = new Map<string, KnownRun>()
  let newest: KnownRun | undefined
  let executionCount = 0
  let shadowing = false

  async function rewrite(source: string): Promise<RewrittenCell> {
    try {
      return rewriteCell(source, { shadowing })
    } catch (error) {
      if (!(error instanceof NeedsCompiler)) throw error
      return rewriteCell(source, { shadowing, compiled: await parts.language.compile(source) })
    }
  }

  async function prepare(source: string, request: RequestContext): Promise<RunRequest> {
    const { content, incoming } = request
    const cell = await rewrite(source)
    shadowing ||= cell.names.some(({ name }) => isReservedGlobal(name))
    return {
      type: 'run',
      run: incoming.message.header.msg_id,
      file: `Cell[${executionCount}]`,
      code: cell.code,
      names: cell.names.map(name => ({ ...name, shadow: isReservedGlobal(name.name) })),
      maps: cell.maps,
      expressions: await rewriteAll(content['user_expressions']),
      showResult: content['silent'] !== true,
    }
  }

  async function rewriteAll(expressions: unknown): Promise<Record<string, string>> {
    const entries = Object.entries((expressions ?? {}) as Record<string, unknown>)
    const rewritten = entries.map(async ([name, text]) => [name, (await rewrite(String(text))).code] as const)
    return Object.fromEntries(await Promise.all(rewritten))
  }

  async function outcomeOf(source: string, request: RequestContext): Promise<Outcome> {
    if (isModelText(source)) return modelTextFailure
    try {
      return await parts.process.run(await prepare(source, request))
    } catch (error) {
      if (!(error instanceof CellSyntaxError)) throw error
      return syntaxFailure(error, { source, file: `Cell[${executionCount}]` })
    }
  }

  async function handle(request: RequestContext): Promise<Reply> {
    const { content, incoming } = request
    const source = textOf(content, 'code')
    const silent = content['silent'] === true
    const stored = !silent && content['store_history'] !== false
    if (stored && source.trim() !== '') executionCount += 1
    const { message, route } = incoming
    newest = { message, route, executionCount, allowStdin: content['allow_stdin'] === true }
    remember(runs, message.header.msg_id, newest)
    if (!silent) request.publish('execute_input', { code: source, execution_count: executionCount })
    if (stored && source.trim() !== '') parts.history.add(executionCount, source)
    const outcome = await outcomeOf(source, request)
    if (stored) note({ source, outcome, message })
    if (outcome.status === 'ok')
      return {
        status: 'ok',
        execution_count: executionCount,
        payload: [],
        user_expressions: outcome.expressions,
      }
    const { ename, evalue, traceback } = outcome
    const failure: ErrorContent = { ename, evalue, traceback }
    if (!silent) request.publish('error', { ...failure })
    if (content['stop_on_error'] !== false) parts.onFailure()
    return { status: 'error', execution_count: executionCount, ...failure }
  }

  function note({ source, outcome, message }: { source: string; outcome: Outcome; message: Message }): void {
    const cell = cellIdOf(message) ?? null
    const time = new Date().toISOString()
    parts.sessionLog.append({ cell, source, order: executionCount, status: outcome.status, time })
    if (outcome.status === 'ok') parts.language.executed({ order: executionCount, source, cell })
  }

  return {
    handle,
    run: id => runs.get(id) ?? newest,
    noteResult(event) {
      const text = event.data['text/plain']
      const known = runs.get(event.run)
      if (known && typeof text === 'string') parts.history.setOutput(known.executionCount, text)
    },
    reset() {
      shadowing = false
      executionCount = 0
    },
  }
}

function remember(runs: Map<string, KnownRun>, id: string, run: KnownRun): void {
  if (runs.has(id)) throw new KernelError('KERNEL002', `Expected a new message id, got ${id} again.`)
  runs.set(id, run)
  if (runs.size > maxRuns) runs.delete(runs.keys().next().value!)
}

/** By its first line a cell is in the model language, in every client. */
function isModelText(source: string): boolean {
  return /^\s*%%slip\b/.test(source)
}

const modelTextMessage =
  'A cell that begins with %%slip holds model text, which editors check and this kernel does not run. To train the ' +
  "model, put the text into a .slip file of the project and use it by its name: model('file.slip')."

const modelTextFailure: Outcome = {
  status: 'error',
  ename: 'ModelText',
  evalue: modelTextMessage,
  traceback: [modelTextMessage],
}

function syntaxFailure(error: CellSyntaxError, { source, file }: { source: string; file: string }): Outcome {
  const line = source.split('\n')[error.line] ?? ''
  return {
    status: 'error',
    ename: 'SyntaxError',
    evalue: error.message,
    traceback: [
      `SyntaxError: ${error.message}`,
      `    at ${file}:${error.line + 1}:${error.column + 1}`,
      '',
      `    ${line}`,
      `    ${' '.repeat(error.column)}^`,
    ],
  }
}
