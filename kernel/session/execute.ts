/** `execute_request`: a cell from its text to its outcome. */
import { readCell } from '../../language/notebook/cell.ts'
import type { KernelDebugger } from '../debug/debugger.ts'
import { KernelError } from '../errors.ts'
import type { Checking } from '../magics/context.ts'
import type { Incoming, Json, Message } from '../wire/message.ts'
import type { ErrorContent, Handler, Reply, RequestContext } from './requests.ts'
import { cellIdOf, requireText } from './requests.ts'
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
  /** The notebook's folder. */
  readonly folder: string
  /** What a magic prints: merged like what a cell prints. */
  print(run: string, name: 'stdout' | 'stderr', text: string): void
  readonly debug: KernelDebugger
  /** Called when a cell failed and those that wait behind it must not run. */
  onFailure(failed: Incoming): void
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
  /** Stops the magic that works in this process. */
  interrupt(): void
  /** Whether an expression's value, shown by the user process, is to be noted. */
  noteResult(event: Extract<ChildEvent, { type: 'display' }>): void
  /** What a cell would become that ran now; undefined when its text is wrong. */
  rewrite(source: string): Promise<Pick<RewrittenCell, 'code' | 'maps'> | undefined>
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
  const checking: Checking = { stops: false }
  /** Of the reply to the request that is being answered. */
  const payloads: Json[] = []
  let nNested = 0
  let working = new AbortController()

  async function rewrite(source: string): Promise<RewrittenCell> {
    try {
      return rewriteCell(source, { shadowing })
    } catch (error) {
      if (!(error instanceof NeedsCompiler)) throw error
      return rewriteCell(source, { shadowing, compiled: await parts.language.compile(source) })
    }
  }

  async function prepare(source: string, request: RequestContext, part: PartOfCell): Promise<RunRequest> {
    const { content, incoming } = request
    const cell = await rewrite(source)
    shadowing ||= cell.names.some(({ name }) => isReservedGlobal(name))
    return {
      type: 'run',
      run: incoming.message.header.msg_id,
      file: part.file,
      code: cell.code,
      names: cell.names.map(name => ({ ...name, shadow: isReservedGlobal(name.name) })),
      maps: cell.maps,
      source,
      expressions: part.last ? await rewriteAll(part.expressions ?? content['user_expressions']) : {},
      showResult: part.last && part.quiet !== true && content['silent'] !== true,
      ...(part.timed ? { timed: true } : {}),
    }
  }

  async function rewriteAll(expressions: unknown): Promise<Record<string, string>> {
    const entries = Object.entries((expressions ?? {}) as Record<string, unknown>)
    const rewritten = entries.map(async ([name, text]) => [name, (await rewrite(String(text))).code] as const)
    return Object.fromEntries(await Promise.all(rewritten))
  }

  async function outcomeOf(source: string, request: RequestContext): Promise<Outcome> {
    const file = `Cell[${executionCount}]`
    if (hasMagics(source)) return await runMagics(source, request, { file })
    return await runCode(source, request, { file, last: true })
  }

  async function runCode(code: string, request: RequestContext, part: PartOfCell): Promise<Outcome> {
    try {
      const prepared = await prepare(code, request, part)
      return await parts.process.run(await parts.debug.prepare(part.text ?? code, prepared))
    } catch (error) {
      if (!(error instanceof CellSyntaxError)) throw error
      return syntaxFailure(error, { source: code, file: part.file.replace(/#[^\]]*\]$/, ']') })
    }
  }

  /** A cell that has magics runs in parts; those of code have scripts of their own, told apart by a name of their own. */
  async function runMagics(
    source: string,
    request: RequestContext,
    { file, quiet = false }: { readonly file: string; readonly quiet?: boolean },
  ): Promise<Outcome> {
    const { runParts } = await import('../magics/run-parts.ts')
    const run = request.incoming.message.header.msg_id
    const { signal } = (working = new AbortController())
    const outcome = await runParts(source, {
      folder: parts.folder,
      source,
      cell: cellIdOf(request.incoming.message) ?? null,
      file,
      signal,
      language: parts.language,
      history: parts.history,
      checking,
      ask: (name, argument) => parts.process.ask(name, argument),
      input: text => askUser(text, request),
      print: (text, name = 'stdout') => parts.print(run, name, text),
      display: (data, { displayId, update = false } = {}) =>
        request.publish(update ? 'update_display_data' : 'display_data', {
          data,
          metadata: {},
          transient: displayId === undefined ? {} : { display_id: displayId },
        }),
      payload: entry => void payloads.push(entry),
      runCell: text => runNested(text, request),
      runCode: ({ code, index, ...part }) =>
        runCode(code, request, {
          file: index === 0 ? file : partName(file, index + 1),
          text: source,
          quiet,
          ...part,
        }),
    })
    const wanted = request.content['user_expressions'] as Json | undefined
    if (quiet || outcome.status !== 'ok' || Object.keys(wanted ?? {}).length === 0) return outcome
    return await runCode('', request, { file: partName(file, 0), last: true })
  }

  /** Text that runs as if it stood in a cell before the one that asks for it. */
  async function runNested(source: string, request: RequestContext): Promise<Outcome> {
    nNested += 1
    const file = partName(`Cell[${executionCount}]`, `run ${nNested}`)
    const outcome = hasMagics(source)
      ? await runMagics(source, request, { file, quiet: true })
      : await runCode(source, request, { file, last: true, quiet: true, expressions: {} })
    const cell = cellIdOf(request.incoming.message) ?? null
    if (outcome.status === 'ok') parts.language.executed({ order: -nNested, source, cell })
    return outcome
  }

  async function askUser(text: string, request: RequestContext): Promise<string | null> {
    const expression = `prompt(${JSON.stringify(text)}) ?? ''`
    if (request.content['allow_stdin'] !== true) return null
    const part = { file: 'prompt', last: true, quiet: true, expressions: { answer: expression } }
    const outcome = await runCode('', request, part)
    const answer = outcome.status === 'ok' ? outcome.expressions['answer'] : undefined
    return answer?.status === 'ok' ? String(answer.data['text/plain']).replace(/^(['"`])(.*)\1$/, '$2') : null
  }

  async function handle(request: RequestContext): Promise<Reply> {
    const { content, incoming } = request
    const source = requireText(content, 'code')
    const silent = content['silent'] === true
    const stored = !silent && content['store_history'] !== false
    if (stored && source.trim() !== '') executionCount += 1
    const { message, route } = incoming
    newest = { message, route, executionCount, allowStdin: content['allow_stdin'] === true }
    remember(runs, message.header.msg_id, newest)
    if (!silent) request.publish('execute_input', { code: source, execution_count: executionCount })
    if (stored && source.trim() !== '') parts.history.add(executionCount, source)
    payloads.length = 0
    const outcome = await outcomeOf(source, request)
    if (stored) note({ source, outcome, message })
    if (outcome.status === 'ok')
      return {
        status: 'ok',
        execution_count: executionCount,
        payload: [...payloads],
        user_expressions: outcome.expressions,
      }
    const { ename, evalue, traceback } = outcome
    const failure: ErrorContent = { ename, evalue, traceback }
    if (!silent) request.publish('error', { ...failure })
    if (content['stop_on_error'] !== false) parts.onFailure(incoming)
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
    interrupt: () => working.abort(),
    rewrite: source => rewrite(hasMagics(source) ? readCell(source).code : source).catch(() => undefined),
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

/** How a piece of code runs. */
interface PartOfCell {
  /** How it is called in stack traces. */
  readonly file: string
  /** The text of the whole cell. Default: the code. */
  readonly text?: string
  /** Whether it is the last of its cell: its value is the cell's. */
  readonly last: boolean
  /** Whether its value is not shown. */
  readonly quiet?: boolean
  /** Whether it says how long it took. */
  readonly timed?: boolean
  /** Default: those of the request. */
  readonly expressions?: Readonly<Record<string, string>>
}

const hasMagics = (source: string) => source.includes('%') && readCell(source).magics.length > 0

/** `Cell[3]` → `Cell[3#2]`, which stack traces show as `Cell[3]` (positions.ts). */
const partName = (file: string, part: number | string) => file.replace(/\]$/, `#${part}]`)

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
