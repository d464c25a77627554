/**
 * A notebook file as promotion sees it: the cells of the document, and the runs (which source ran in which order).
 * Reads nbformat 4 JSON text; knows nothing of TypeScript.
 */
import Type from 'typebox'
import Value from 'typebox/value'
import { declarationsOf, parse } from '../language/index.ts'
import { cellBody, isModelCell, readCell } from '../language/notebook/cell.ts'
import { PromoteError } from './errors.ts'
import type { CellModel } from './model-cells.ts'
import { logOfEvidence, matchRuns } from './evidence/match.ts'
import type { RunEvidence, SessionEvidence } from './evidence/read.ts'
import { readNotebookDocument, SourceSchema, type NotebookDocument } from './nbformat.ts'

const LogSchema = Type.Array(
  Type.Object({
    cell: Type.String(),
    source: SourceSchema,
    /** Of logs of other clients' sessions. */
    status: Type.Optional(Type.String()),
    /** How long it took, when that was a second or more. */
    ms: Type.Optional(Type.Number()),
  }),
)

export interface NotebookCell {
  /** The nbformat id, or `cell-<index>` in files that have none. */
  readonly id: string
  /** `model`: in the model language. */
  readonly kind: 'code' | 'model' | 'markdown'
  readonly source: string
  /** The nearest heading above it, its own for Markdown. */
  readonly heading?: string
  /** The name of the output that it stands for. */
  readonly output?: string
  /** Whether its stored outputs end in an error. */
  readonly failed: boolean
  /** How long it took when it ran last, in milliseconds, where its client wrote that down. */
  readonly ms?: number
}

/** One execution of one cell. */
export interface CellRun {
  readonly cell: string
  /** What was run, which may differ from what the document says now; without magics. */
  readonly source: string
  /** Of a cell in the model language: its text. `source` is then code that gives its models, and says nothing else. */
  readonly text?: string
  /** The same: its models, each declared by the statement of its name. */
  readonly models?: readonly CellModel[]
  /** How long it took, in milliseconds, where the notebook says so. */
  readonly ms?: number
  /** It ended in an error, as the log says or as the document shows of this very run. */
  readonly failed?: boolean
  /** What the kernel saw of it. */
  readonly seen?: RunEvidence
}

/**
 * Where the runs come from: the log, the kernel's evidence with the document's texts, or the document from top to
 * bottom.
 */
export type Origin = 'log' | 'evidence' | 'document'

export interface Notebook {
  readonly cells: readonly NotebookCell[]
  /** As executed, from the log; without a log the code cells from top to bottom. */
  readonly runs: readonly CellRun[]
  readonly hasLog: boolean
  readonly origin: Origin
  /** Runs that the kernel saw and the log has not. */
  readonly unlogged: readonly RunEvidence[]
  /** Names of models that are declared in cells of the model language. */
  readonly models: ReadonlySet<string>
  /** Magics that may have done what the cells below them need: `%run`, `%load` and commands of the system. */
  readonly magics: readonly { readonly cell: string; readonly text: string }[]
}

export interface ReadOptions {
  /** What the kernel kept of the session. */
  readonly evidence?: SessionEvidence
  /** What is to count: what ran (default), or the document from top to bottom, whatever ran. */
  readonly history?: 'log' | 'document'
}

/** @throws PromoteError PRO010 */
export function parseNotebook(text: string, options: ReadOptions = {}): Notebook {
  const file = parseFile(text)
  const cells: NotebookCell[] = []
  let heading: string | undefined
  for (const [i, cell] of file.cells.entries()) {
    const source = textOf(cell.source)
    const kind = kindOf(cell.cell_type, source, cell.metadata)
    if (cell.cell_type === 'markdown') heading = lastHeading(source) ?? heading
    cells.push({
      id: cell.id ?? `cell-${i}`,
      kind,
      source,
      ...(heading === undefined ? {} : { heading }),
      ...outputMark(cell.metadata),
      failed: (cell.outputs ?? []).some(isError),
      ...durationOf(cell.metadata),
    })
  }
  const history = historyOfFile(file, cells, options)
  const texts = file.cells.map(cell => textOf(cell.source))
  return {
    cells,
    ...history,
    hasLog: history.origin !== 'document',
    models: new Set(texts.filter(isModelCell).flatMap(modelNames)),
    magics: cells.flatMap(({ id, kind, source }) => (kind === 'code' ? doing(source, id) : [])),
  }
}

function modelNames(source: string): string[] {
  const declared = declarationsOf(parse(cellBody(source)))
  return declared.flatMap(({ kind, name }) => (kind === 'model' && name ? [name.text] : []))
}

const doers = new Set(['run', 'sh', 'bash', 'writefile'])

function doing(source: string, cell: string): Notebook['magics'] {
  const { magics } = readCell(source)
  const text = ({ start, end }: { start: number; end: number }) => source.slice(start, end).trim()
  return magics.filter(({ name }) => doers.has(name)).map(magic => ({ cell, text: text(magic) }))
}

/** The document's code cells from top to bottom, as if each had run once. */
export function documentOrder(cells: readonly NotebookCell[]): readonly CellRun[] {
  return cells
    .filter(cell => cell.kind !== 'markdown')
    .flatMap(({ id, source, ms }) => {
      const run = runOf(id, source)
      return run ? [{ ...run, ...(ms === undefined ? {} : { ms }) }] : []
    })
}

/** A run of a cell's text; undefined when there is nothing to run. */
function runOf(cell: string, source: string): CellRun | undefined {
  if (isModelCell(source)) return { cell, source: '', text: source }
  const code = codeOf(source)
  return code.trim() === '' ? undefined : { cell, source: code }
}

/** What a run ran, to be compared with another or with what a cell says now. */
export function ranText({ source, text }: CellRun): string {
  return text ?? source
}

/** The same of a cell. */
export function cellText({ kind, source }: NotebookCell): string {
  return kind === 'code' ? codeOf(source) : source
}

function parseFile(text: string): NotebookDocument {
  const read = readNotebookDocument(text)
  if ('document' in read) return read.document
  throw new PromoteError('PRO010', `expected a notebook (an .ipynb file), ${read.problem}.`)
}

type History = Pick<Notebook, 'runs' | 'origin' | 'unlogged'>

function historyOfFile(
  file: NotebookDocument,
  cells: readonly NotebookCell[],
  { evidence, history = 'log' }: ReadOptions,
): History {
  const logged = history === 'document' ? undefined : rawLog(file)
  const known =
    evidence &&
    logOfEvidence(
      cells.map(({ id, source }) => ({ cell: id, source })),
      evidence,
    )
  const log: readonly RawRun[] | undefined = logged ?? (history === 'document' ? undefined : known)
  if (!log) return { runs: documentOrder(cells), origin: 'document', unlogged: [] }
  const { seen, unlogged } = evidence ? matchRuns(log, evidence) : { seen: [], unlogged: [] }
  const failed = new Map(cells.filter(cell => cell.failed).map(cell => [cell.id, cell.source]))
  const lastRun = new Map(log.map(({ cell }, i) => [cell, i]))
  const now = new Map(cells.map(cell => [cell.id, cell]))
  const runs = log.flatMap((logged, i): readonly CellRun[] => {
    const run = runOf(logged.cell, logged.source)
    if (!run) return []
    const look = seen[i]
    const isLast = lastRun.get(run.cell) === i
    const hasFailed = look
      ? look.status === 'error'
      : logged.status === 'error' || (isLast && failed.get(run.cell) === logged.source)
    const cell = now.get(run.cell)
    const ms = logged.ms ?? (isLast && cell?.source === logged.source ? cell.ms : undefined)
    return [
      {
        ...run,
        ...(hasFailed ? { failed: true } : {}),
        ...(look ? { seen: look } : {}),
        ...(ms === undefined ? {} : { ms }),
      },
    ]
  })
  return {
    runs,
    origin: logged ? 'log' : 'evidence',
    unlogged,
  }
}

/** What ran, as the notebook's metadata has it. */
export interface RawRun {
  readonly cell: string
  readonly source: string
  readonly status?: string
  readonly ms?: number
}

/** An empty log says nothing: the notebook was never run, or the log was wiped; nor does one of another shape. */
export function rawLog({ metadata }: Pick<NotebookDocument, 'metadata'>): readonly RawRun[] | undefined {
  const slipway = metadata?.['slipway'] as { log?: unknown } | undefined
  if (!Value.Check(LogSchema, slipway?.log) || slipway.log.length === 0) return undefined
  return slipway.log.map(run => ({ ...run, source: textOf(run.source) }))
}

function outputMark(metadata: Readonly<Record<string, unknown>> | undefined): { output?: string } {
  const output = (metadata?.['slipway'] as { output?: unknown } | undefined)?.output
  return typeof output === 'string' && output !== '' ? { output } : {}
}

/** As JupyterLab writes it when it is asked to record timing. */
function durationOf(metadata: Readonly<Record<string, unknown>> | undefined): { ms?: number } {
  const times = metadata?.['execution'] as Readonly<Record<string, unknown>> | undefined
  const at = (name: string) => Date.parse(String(times?.[name]))
  const ms = at('iopub.status.idle') - at('iopub.status.busy')
  return ms > 0 ? { ms } : {}
}

function kindOf(
  type: string,
  source: string,
  metadata: Readonly<Record<string, unknown>> | undefined,
): NotebookCell['kind'] {
  if (type !== 'code') return 'markdown'
  if (isModelCell(source)) return 'model'
  const language = (metadata?.['vscode'] as { languageId?: unknown } | undefined)?.languageId
  // Without its first line no kernel would take it for one.
  return language === 'slipway' ? 'markdown' : 'code'
}

/**
 * The TypeScript of a cell, every place as it is in the cell: `%time f()` is `f()`, `%install x` is nothing (what the
 * cells import says which packages are needed), and so is a cell of text such as `%%sh`.
 */
export function codeOf(source: string): string {
  const { language, code } = readCell(source)
  return language === 'typescript' ? code : ''
}

function isError(output: unknown): boolean {
  return (output as { output_type?: unknown } | null)?.output_type === 'error'
}

function lastHeading(markdown: string): string | undefined {
  const withoutFences = markdown.replace(/^(```|~~~)[\s\S]*?^\1/gm, '')
  const headings = [...withoutFences.matchAll(/^ {0,3}#{1,6}[ \t]+(.+?)[ \t]*#*[ \t]*$/gm)]
  return headings.at(-1)?.[1]
}

function textOf(source: string | readonly string[]): string {
  return typeof source === 'string' ? source : source.join('')
}
