/** `execute_request`: a cell from its text to its outcome. */
import { readCell } from '../../language/notebook/cell.ts'
import type { KernelDebugger } from '../debug/debugger.ts'
import { KernelError, messageOf } from '../errors.ts'
import type { Incoming, Json, Message } from '../wire/message.ts'
import type { ErrorContent, Handler, Reply, RequestContext } from './requests.ts'
import { cellIdOf, requireText } from './requests.ts'
import { interruptedOutcome, type ChildEvent, type Outcome, type PreparedRun } from './child-protocol.ts'
import type { EvidenceLog } from '../evidence/log.ts'
import type { History } from './history.ts'
import type { LanguageClient } from '../language/client.ts'
import { createCellRewriter } from './cell-rewriter.ts'
import { createCellChecks, type CheckedCell, type CheckMode } from './checking.ts'
import { CellSyntaxError, isReservedGlobal, type CellUses, type RewrittenCell } from './rewrite.ts'
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
  readonly check: {
    readonly mode: CheckMode
    /** Whether the client shows what TypeScript finds by itself. */
    readonly shown: boolean
  }
  readonly evidence: EvidenceLog
  /** Whether a cell was interrupted before it came. */
  isOvertaken(incoming: Incoming): boolean
  /** Called when a cell failed and those that wait behind it must not run. */
  onFailure(failed: Incoming): Promise<void>
}

/** A run as the kernel knows it: whose it is and who may be asked for input. */
export interface KnownRun {
  readonly message: Message
  readonly route: readonly Uint8Array[]
  readonly executionCount: number
  readonly allowStdin: boolean
  /** What the reply carries for the client. */
  readonly payload: Json[]
  /** Aborted when the cell is interrupted. */
  readonly controller: AbortController
  /** What its code became: several, for a cell with magics. */
  readonly rewritten: RewrittenCell[]
  /** Absent for a cell that is not looked at. */
  checked?: CheckedCell
}

export interface Executor {
  readonly handle: Handler
  /** The run by its id; the newest for an empty or forgotten one. */
  run(id: string): KnownRun | undefined
  /** Stops what works in this process for a cell: a magic, the compiler. */
  interrupt(): void
  /** Whether an expression's value, shown by the user process, is to be noted. */
  /** The notebook's id of the cell that ran as the nth; undefined when its client did not tell. */
  cellOf(executionCount: number): string | undefined
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
  const cells = createCellRewriter(parts.language)
  const checks = createCellChecks({
    language: parts.language,
    mode: parts.check.mode,
    prints: !parts.check.shown,
    print: ({ run }: CheckedCell & { readonly run?: string }, text) => parts.print(run ?? '', 'stderr', text),
  })
  /** Cells that have begun and not ended: several, where there are subshells. */
  const active = new Set<KnownRun>()
  let nNested = 0

  const rewrite = (source: string) => cells.rewrite(source, { plain: true })

  async function prepare(source: string, request: RequestContext, part: PartOfCell): Promise<PreparedRun> {
    const { content, incoming } = request
    const cell = await cells.rewrite(source, { plain: parts.debug.isActive() })
    cells.begun(cell)
    runOf(request).rewritten.push(cell)
    return {
      type: 'run',
      run: incoming.message.header.msg_id,
      file: part.file,
      code: cell.code,
      names: cell.names.map(name => ({ ...name, shadow: isReservedGlobal(name.name) })),
      maps: cell.maps,
      source,
      mentions: [...new Set([...cell.uses.writes, ...cell.uses.reads])],
      expressions: part.last ? await rewriteAll(part.expressions ?? content['user_expressions']) : {},
      showResult: part.last && part.quiet !== true && content['silent'] !== true,
      ...(part.timed ? { timed: true } : {}),
    }
  }

  async function rewriteAll(expressions: unknown): Promise<Record<string, string>> {
    if (typeof expressions !== 'object' || expressions === null || Array.isArray(expressions)) return {}
    const rewritten = Object.entries(expressions).map(
      async ([name, text]) => [name, await rewriteExpression(String(text))] as const,
    )
    return Object.fromEntries(await Promise.all(rewritten))
  }

  /** One that is wrong fails when it is evaluated, and the others do not. */
  async function rewriteExpression(text: string): Promise<string> {
    try {
      return (await rewrite(text)).code
    } catch (error) {
      if (!(error instanceof CellSyntaxError)) throw error
      return (await rewrite(`throw new SyntaxError(${JSON.stringify(error.message)})`)).code
    }
  }

  const runOf = (request: RequestContext): KnownRun => runs.get(request.incoming.message.header.msg_id)!
  const fileOf = (request: RequestContext): string => `Cell[${runOf(request).executionCount}]`

  async function outcomeOf(source: string, request: RequestContext): Promise<Outcome> {
    const file = fileOf(request)
    if (runOf(request).controller.signal.aborted) return interruptedOutcome
    if (hasMagics(source)) return await runMagics(source, request, { file })
    return await runCode(source, request, { file, last: true })
  }

  async function runCode(code: string, request: RequestContext, part: PartOfCell): Promise<Outcome> {
    const { signal } = runOf(request).controller
    try {
      const prepared = await unlessAborted(
        prepare(code, request, part).then(prepared => parts.debug.prepare(part.text ?? code, prepared)),
        signal,
      )
      if (!prepared) return interruptedOutcome
      const ended = parts.process.run(prepared)
      const { checked } = runOf(request)
      if (checked) checks.begin(checked)
      return await ended
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
    const { payload, controller } = runOf(request)
    const outcome = await runParts(source, {
      folder: parts.folder,
      source,
      cell: cellIdOf(request.incoming.message) ?? null,
      file,
      signal: controller.signal,
      language: parts.language,
      history: parts.history,
      checking: checks.checking,
      ask: (name, argument) => parts.process.ask(name, argument),
      input: text => askUser(text, request),
      print: (text, name = 'stdout') => parts.print(run, name, text),
      display: (data, { displayId, update = false } = {}) =>
        request.publish(update ? 'update_display_data' : 'display_data', {
          data,
          metadata: {},
          transient: displayId === undefined ? {} : { display_id: displayId },
        }),
      payload: entry => void payload.push(entry),
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
    const file = partName(fileOf(request), `run ${nNested}`)
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
    const count = executionCount
    const run = (newest = knownRun(incoming, count))
    remember(runs, incoming.message.header.msg_id, run)
    if (!silent) request.publish('execute_input', { code: source, execution_count: count })
    if (stored && source.trim() !== '') parts.history.add(count, source)
    active.add(run)
    if (parts.isOvertaken(incoming)) run.controller.abort()
    if (stored) run.checked = checkedCell(source, run)
    const refused = run.checked && (await checks.failure(run.checked))
    const outcome = refused ?? (await outcomeOf(source, request).catch(failureOf))
    if (run.checked && !refused) await checks.end(run.checked, outcome)
    active.delete(run)
    if (outcome.status === 'ok') for (const cell of run.rewritten) cells.succeeded(cell)
    if (stored) note({ source, outcome, run })
    if (outcome.status === 'ok')
      return {
        status: 'ok',
        execution_count: count,
        payload: [...run.payload, ...(outcome.payload ?? [])],
        user_expressions: outcome.expressions,
      }
    const { ename, evalue, traceback } = outcome
    const failure: ErrorContent = { ename, evalue, traceback }
    if (!silent) request.publish('error', { ...failure })
    if (content['stop_on_error'] !== false) await parts.onFailure(incoming)
    return { status: 'error', execution_count: count, ...failure }
  }

  function note({ source, outcome, run }: { source: string; outcome: Outcome; run: KnownRun }): void {
    const cell = cellIdOf(run.message) ?? null
    const order = run.executionCount
    const time = new Date().toISOString()
    const output = run.rewritten.at(-1)?.output
    parts.sessionLog.append({
      ...{ cell, source, order, status: outcome.status, time },
      ...(output === undefined ? {} : { output }),
    })
    const uses = mergeUses(run.rewritten.map(({ uses }) => uses))
    parts.evidence.ran({
      run: run.message.header.msg_id,
      cell,
      source,
      order,
      status: outcome.status,
      time,
      uses,
    })
    if (outcome.status === 'ok') parts.language.executed({ order, source, cell })
  }

  return {
    handle,
    run: id => runs.get(id) ?? newest,
    cellOf(executionCount) {
      const run = [...runs.values()].findLast(known => known.executionCount === executionCount)
      return run && cellIdOf(run.message)
    },
    interrupt() {
      for (const { controller } of active) controller.abort()
    },
    rewrite: source => rewrite(hasMagics(source) ? readCell(source).code : source).catch(() => undefined),
    noteResult(event) {
      const text = event.data['text/plain']
      const known = runs.get(event.run)
      if (known && typeof text === 'string') parts.history.setOutput(known.executionCount, text)
    },
    reset() {
      cells.reset()
      parts.evidence.restarted()
      executionCount = 0
    },
  }
}

function knownRun({ message, route }: Incoming, executionCount: number): KnownRun {
  const allowStdin = message.content['allow_stdin'] === true
  return {
    message,
    route,
    executionCount,
    allowStdin,
    payload: [],
    controller: new AbortController(),
    rewritten: [],
  }
}

/** TypeScript reads the cell without its magics, at the same places. */
function checkedCell(source: string, run: KnownRun): CheckedCell & { readonly run: string } {
  const { header } = run.message
  return {
    source: hasMagics(source) ? readCell(source).code : source,
    cell: cellIdOf(run.message) ?? null,
    file: `Cell[${run.executionCount}]`,
    run: header.msg_id,
  }
}

function mergeUses(all: readonly CellUses[]): CellUses {
  const merge = (key: 'reads' | 'writes' | 'captured') => [...new Set(all.flatMap(uses => uses[key]))]
  return {
    reads: merge('reads'),
    writes: merge('writes'),
    captured: merge('captured'),
    dynamic: all.some(uses => uses.dynamic),
  }
}

/** What work gives; undefined when it is aborted before. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  const aborted = new Promise<undefined>(resolve =>
    signal.addEventListener('abort', () => resolve(undefined), { once: true }),
  )
  work.catch(() => undefined) // Nobody waits for what fails after an abort.
  const done = signal.aborted ? undefined : await Promise.race([work, aborted])
  // The interrupt may have come before, or in the moment in which the work was done.
  return signal.aborted ? undefined : done
}

/** What went wrong around a cell is shown under it like what goes wrong in one. */
function failureOf(error: unknown): Outcome {
  const ename = error instanceof KernelError ? error.code : error instanceof Error ? error.name : 'Error'
  const evalue = messageOf(error)
  return { status: 'error', ename, evalue, traceback: [`${ename}: ${evalue}`] }
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
