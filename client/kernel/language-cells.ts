/** Questions about cells: who is asked, what is sent, and how places in answers become places in VS Code. */
import * as vscode from 'vscode'
import type { Edit, Span, Target } from '../../kernel/language/protocol.ts'
import type { CellKernels } from './cell-language.ts'
import { KernelGone } from './connection.ts'
import { cellId } from './run-log.ts'

const notebookType = 'jupyter-notebook'
/** Cells of other languages say nothing to TypeScript; a model cell declares its models. */
const languages: ReadonlySet<string> = new Set(['slipway-typescript', 'typescript', 'slipway'])

/** Cells that providers are asked about. Those of other kernels are sorted out by `ask`. */
export const cellSelector: vscode.DocumentSelector = [
  { language: 'slipway-typescript', notebookType },
  { language: 'typescript', notebookType },
]

export interface AskOptions {
  readonly at?: vscode.Position
  readonly token?: vscode.CancellationToken
  readonly content?: Readonly<Record<string, unknown>>
}

export class CellQuestions {
  readonly #kernels: CellKernels
  readonly #output: vscode.LogOutputChannel

  constructor(kernels: CellKernels, output: vscode.LogOutputChannel) {
    this.#kernels = kernels
    this.#output = output
  }

  /** Whether a kernel of ours answers for a notebook. */
  isOurs(notebook: vscode.NotebookDocument): boolean {
    return notebook.notebookType === notebookType && this.#kernels.connection(notebook) !== undefined
  }

  /**
   * Asks about a cell. Undefined for cells of other kernels, when the question was taken back or the cell was changed
   * meanwhile, and when the kernel failed.
   */
  async ask<Reply>(
    type: string,
    document: vscode.TextDocument,
    { at, token, content }: AskOptions = {},
  ): Promise<Reply | undefined> {
    const cell = cellOfDocument(document)
    const connection = cell && this.#kernels.connection(cell.notebook)
    if (!cell || !connection) return undefined
    const { version } = document
    const code = document.getText()
    const cells = scriptCells(cell.notebook).map(({ id, document }) => ({ id, source: document.getText() }))
    const place = {
      code,
      cell: cellId(cell),
      cells,
      cursor_pos: toCodePoints(code, at ? document.offsetAt(at) : 0),
    }
    try {
      const reply = await connection.request<Reply & { status: string; evalue?: string }>(type, {
        ...place,
        ...content,
      })
      if (reply.status !== 'ok') this.#output.warn(`${type}: ${reply.evalue ?? reply.status}`)
      const isOld = token?.isCancellationRequested || document.isClosed || document.version !== version
      return reply.status === 'ok' && !isOld ? reply : undefined
    } catch (error) {
      if (!(error instanceof KernelGone)) this.#output.error(`${type}: ${String(error)}`)
      return undefined
    }
  }
}

/** The code cells that share names, in order. */
function scriptCells(notebook: vscode.NotebookDocument): { id: string; document: vscode.TextDocument }[] {
  return notebook
    .getCells()
    .filter(
      ({ kind, document }) => kind === vscode.NotebookCellKind.Code && languages.has(document.languageId),
    )
    .map(cell => ({ id: cellId(cell), document: cell.document }))
}

/** The cell that a document is the text of. */
export function cellOfDocument(document: vscode.TextDocument): vscode.NotebookCell | undefined {
  if (document.uri.scheme !== 'vscode-notebook-cell') return undefined
  return vscode.workspace.notebookDocuments
    .filter(notebook => notebook.uri.path === document.uri.path && notebook.notebookType === notebookType)
    .flatMap(notebook => notebook.getCells())
    .find(cell => cell.document === document)
}

export function rangeIn(document: vscode.TextDocument, { start, end }: Span): vscode.Range {
  return new vscode.Range(document.positionAt(start), document.positionAt(end))
}

/** A place of an answer about a document's cell. */
export function locationOf(document: vscode.TextDocument, target: Target): vscode.Location | undefined {
  if ('file' in target) {
    const { start, end } = target.range
    const range = new vscode.Range(start.line, start.character, end.line, end.character)
    return new vscode.Location(vscode.Uri.file(target.file), range)
  }
  const cell = cellOfDocument(document)
  const found = cell && scriptCells(cell.notebook).find(({ id }) => id === target.cell)
  return found && new vscode.Location(found.document.uri, rangeIn(found.document, target))
}

/** Changes of cells and files. */
export function workspaceEdit(document: vscode.TextDocument, edits: readonly Edit[]): vscode.WorkspaceEdit {
  const result = new vscode.WorkspaceEdit()
  for (const edit of edits) {
    const location = locationOf(document, edit)
    if (location) result.replace(location.uri, location.range, edit.text)
  }
  return result
}

/** Jupyter counts a cursor in code points, VS Code in UTF-16 units. */
function toCodePoints(text: string, offset: number): number {
  return [...text.slice(0, offset)].length
}
