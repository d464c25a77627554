/**
 * Runs a notebook through the kernel, cell by cell, and keeps what a notebook keeps: outputs, execution counts and,
 * under `metadata.slipway.log`, which source ran in which order.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { startKernel, type CellOutput, type CellResult } from '../kernel/client.ts'
import { readNotebookDocument } from '../promote/index.ts'
import { CliError } from './errors.ts'

/** nbformat 4; what is not named here is kept as it is. */
export interface NotebookFile {
  metadata: Record<string, unknown> & { slipway?: Record<string, unknown> }
  readonly cells: NotebookFileCell[]
  readonly nbformat: number
}

export interface NotebookFileCell {
  readonly id?: string
  readonly cell_type: string
  readonly source: string | readonly string[]
  readonly metadata?: Record<string, unknown>
  execution_count?: number | null
  outputs?: unknown[]
}

export interface RanCell {
  readonly id: string
  readonly status: CellResult['status']
  readonly executionCount: number
  readonly seconds: number
  readonly outputs: readonly CellOutput[]
  readonly error?: CellResult['error']
}

export interface RunNotebookOptions {
  readonly signal: AbortSignal
  /** Called before a cell starts. */
  readonly onCell?: (cell: { id: string; index: number; nCells: number; source: string }) => void
  readonly onOutput?: (output: CellOutput) => void
}

/** @throws CliError CLI002, CLI008 */
export function readNotebookFile(file: string): NotebookFile {
  return notebookOf(readText(file), file)
}

/**
 * What is written in an older format comes as nbformat 4.
 * @throws CliError CLI008
 */
export function notebookOf(text: string, file: string): NotebookFile {
  const read = readNotebookDocument(text)
  if ('problem' in read) throw new CliError('CLI008', `Expected a notebook in ${file}, ${read.problem}.`)
  return { ...read.document, metadata: read.document.metadata ?? {} }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new CliError('CLI002', `There is no ${file}.`)
    if (code === 'EISDIR') throw new CliError('CLI002', `Expected a notebook, got the folder ${file}.`)
    throw new CliError('CLI002', `Cannot read the notebook ${file}: ${message}.`, { cause })
  }
}

export function sourceOf({ source }: NotebookFileCell): string {
  return typeof source === 'string' ? source : source.join('')
}

/** The id of a cell; files before nbformat 4.5 have none. */
export function idOf(cell: NotebookFileCell, index: number): string {
  return cell.id ?? `cell-${index}`
}

/**
 * Runs all code cells from top to bottom in a new session, stops at the first that fails, and puts what came into
 * the notebook (not onto the disk).
 */
export async function runNotebook(
  file: string,
  notebook: NotebookFile,
  options: RunNotebookOptions,
): Promise<readonly RanCell[]> {
  const kernel = await startKernel({ cwd: dirname(file), env: { SLIPWAY_SESSION_LOG: 'off' } })
  try {
    return await runCells(kernel, notebook, options)
  } finally {
    await kernel.shutdown()
  }
}

async function runCells(
  kernel: Awaited<ReturnType<typeof startKernel>>,
  notebook: NotebookFile,
  { signal, onCell, onOutput }: RunNotebookOptions,
): Promise<readonly RanCell[]> {
  const ran: RanCell[] = []
  const log: { cell: string; source: string }[] = []
  const code = [...notebook.cells.entries()].filter(
    ([, cell]) => cell.cell_type === 'code' && sourceOf(cell).trim(),
  )
  for (const [position, [index, cell]] of code.entries()) {
    signal.throwIfAborted()
    const id = idOf(cell, index)
    const source = sourceOf(cell)
    onCell?.({ id, index: position, nCells: code.length, source })
    const startedMs = performance.now()
    const result = await kernel.execute(source, {
      cellId: id,
      signal,
      onOutput: (output, { update }) => void (update || onOutput?.(output)),
    })
    signal.throwIfAborted()
    const { status, executionCount, outputs, error } = result
    ran.push({ id, status, executionCount, seconds: (performance.now() - startedMs) / 1000, outputs, error })
    cell.execution_count = executionCount
    cell.outputs = outputs.map(nbformatOutput)
    log.push({ cell: id, source })
    if (status !== 'ok') break
  }
  notebook.metadata = { ...notebook.metadata, slipway: { ...notebook.metadata.slipway, log } }
  return ran
}

/** Only what nbformat knows. */
function nbformatOutput(output: CellOutput): unknown {
  if (!('displayId' in output)) return output
  const { displayId: _, ...rest } = output
  return rest
}

/** Replaces the file in one piece. */
export function writeNotebookFile(file: string, notebook: NotebookFile): void {
  const temporary = `${file}.${process.pid}.tmp`
  writeFileSync(temporary, `${JSON.stringify(notebook, null, 1)}\n`)
  renameSync(temporary, file)
}
