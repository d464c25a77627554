/**
 * What TypeScript finds in cells, underlined. The edited cell is checked when typing pauses, then those that are seen,
 * then the rest, one at a time: so a completion never waits for more than one of them.
 */
import { setTimeout as delay } from 'node:timers/promises'
import * as vscode from 'vscode'
import type { DiagnosticOfCell } from '../../kernel/language/protocol.ts'
import { cellSelector, locationOf, rangeIn, type CellQuestions } from './language-cells.ts'

export const diagnosticSource = 'ts'

const pauseMs = 300
/** A notebook that was opened is looked at when it has been drawn. */
const openedMs = 1000

export class CellDiagnostics implements vscode.Disposable {
  readonly #questions: CellQuestions
  readonly #collection = vscode.languages.createDiagnosticCollection('slipway-cells')
  readonly #owned: vscode.Disposable[] = []
  readonly #rounds = new Map<vscode.NotebookDocument, AbortController>()

  constructor(questions: CellQuestions) {
    this.#questions = questions
    const { workspace, window } = vscode
    this.#owned.push(
      this.#collection,
      workspace.onDidOpenNotebookDocument(notebook => this.#later(notebook, openedMs)),
      workspace.onDidCloseNotebookDocument(notebook => this.#forget(notebook)),
      workspace.onDidChangeNotebookDocument(event => this.#changed(event)),
      workspace.onDidCloseTextDocument(({ uri }) => this.#collection.delete(uri)),
      workspace.onDidChangeConfiguration(event => {
        if (event.affectsConfiguration('slipway.kernel.check')) this.#all()
      }),
      window.onDidChangeActiveNotebookEditor(editor => {
        if (editor && !this.#rounds.has(editor.notebook)) this.#later(editor.notebook, openedMs)
      }),
      // A file that cells import may have been written.
      workspace.onDidSaveTextDocument(({ languageId }) => {
        if (/^(typescript|javascript|json)/.test(languageId)) this.#all()
      }),
    )
    this.#all()
  }

  dispose(): void {
    for (const round of this.#rounds.values()) round.abort()
    this.#owned.forEach(part => part.dispose())
  }

  #all(): void {
    vscode.workspace.notebookDocuments.forEach(notebook => this.#later(notebook, pauseMs))
  }

  #changed({ notebook, cellChanges, contentChanges }: vscode.NotebookDocumentChangeEvent): void {
    for (const cell of contentChanges.flatMap(({ removedCells }) => removedCells))
      this.#collection.delete(cell.document.uri)
    const typed = cellChanges.find(({ document }) => document !== undefined)?.cell
    // What ran may have given names other types.
    const ran = cellChanges.some(({ executionSummary }) => executionSummary?.success !== undefined)
    if (typed || ran || contentChanges.length) this.#later(notebook, pauseMs, typed)
  }

  #forget(notebook: vscode.NotebookDocument): void {
    this.#rounds.get(notebook)?.abort()
    this.#rounds.delete(notebook)
    for (const cell of notebook.getCells()) this.#collection.delete(cell.document.uri)
  }

  #later(notebook: vscode.NotebookDocument, waitMs: number, first?: vscode.NotebookCell): void {
    this.#rounds.get(notebook)?.abort()
    const round = new AbortController()
    this.#rounds.set(notebook, round)
    void this.#check(notebook, { waitMs, first, signal: round.signal }).catch(() => undefined)
  }

  async #check(notebook: vscode.NotebookDocument, round: Round): Promise<void> {
    const { waitMs, first, signal } = round
    await delay(waitMs, undefined, { signal })
    if (vscode.workspace.getConfiguration('slipway', notebook.uri).get('kernel.check') === 'off') {
      for (const cell of notebook.getCells()) this.#collection.delete(cell.document.uri)
      return
    }
    if (!isShown(notebook) || !this.#questions.isOurs(notebook)) return
    for (const cell of inOrder(notebook, first)) {
      if (signal.aborted || notebook.isClosed) return
      await this.#checkCell(cell.document, signal)
    }
  }

  async #checkCell(document: vscode.TextDocument, signal: AbortSignal): Promise<void> {
    if (vscode.languages.match(cellSelector, document) === 0) return this.#collection.delete(document.uri)
    const reply = await this.#questions.ask<{ diagnostics: DiagnosticOfCell[] }>(
      'slipway_diagnostics_request',
      document,
    )
    if (!reply || signal.aborted) return
    this.#collection.set(
      document.uri,
      reply.diagnostics.map(found => diagnosticOf(document, found)),
    )
  }
}

interface Round {
  readonly waitMs: number
  /** What was typed in. */
  readonly first: vscode.NotebookCell | undefined
  readonly signal: AbortSignal
}

function isShown(notebook: vscode.NotebookDocument): boolean {
  return vscode.window.visibleNotebookEditors.some(editor => editor.notebook === notebook)
}

function inOrder(
  notebook: vscode.NotebookDocument,
  first: vscode.NotebookCell | undefined,
): vscode.NotebookCell[] {
  const cells = notebook.getCells().filter(({ kind }) => kind === vscode.NotebookCellKind.Code)
  const seen = vscode.window.visibleNotebookEditors
    .filter(editor => editor.notebook === notebook)
    .flatMap(editor => editor.visibleRanges.flatMap(range => notebook.getCells(range)))
  const rank = (cell: vscode.NotebookCell) => (cell === first ? 0 : seen.includes(cell) ? 1 : 2)
  return cells.toSorted((a, b) => rank(a) - rank(b))
}

/** What keeps a cell from running is an error; of the rest, running tells. */
function diagnosticOf(document: vscode.TextDocument, found: DiagnosticOfCell): vscode.Diagnostic {
  const { Error, Warning, Hint } = vscode.DiagnosticSeverity
  const isSyntax = found.code >= 1000 && found.code < 2000
  const severity = found.severity === 'hint' ? Hint : isSyntax ? Error : Warning
  const result = new vscode.Diagnostic(rangeIn(document, found), found.message, severity)
  result.source = diagnosticSource
  result.code = found.code
  result.tags = [
    ...(found.unused ? [vscode.DiagnosticTag.Unnecessary] : []),
    ...(found.deprecated ? [vscode.DiagnosticTag.Deprecated] : []),
  ]
  result.relatedInformation = (found.related ?? []).flatMap(({ message, target }) => {
    const location = locationOf(document, target)
    return location ? [new vscode.DiagnosticRelatedInformation(location, message)] : []
  })
  return result
}
