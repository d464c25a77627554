/**
 * The Slipway kernel in VS Code's kernel picker, one session per open notebook.
 *
 * Cells get a language of our own with the TypeScript grammar: VS Code's TypeScript service knows nothing of cells
 * that see each other, and would report redeclarations that are none and offer every completion twice.
 */
import * as vscode from 'vscode'
import { DisposableStore } from '../support/disposables.ts'
import { NotebookSession } from './session.ts'

export const cellLanguage = 'slipway-typescript'
const notebookType = 'jupyter-notebook'

export class Kernels implements vscode.Disposable {
  readonly #output: vscode.LogOutputChannel
  readonly #sessions = new Map<vscode.NotebookDocument, NotebookSession>()
  readonly #selected = new WeakSet<vscode.NotebookDocument>()
  readonly #owned = new DisposableStore()
  readonly #controller: vscode.NotebookController

  constructor(output: vscode.LogOutputChannel) {
    this.#output = output
    this.#controller = this.#owned.add(
      vscode.notebooks.createNotebookController('slipway', notebookType, 'Slipway (TypeScript)'),
    )
    this.#controller.supportedLanguages = [cellLanguage, 'typescript', 'slipway']
    this.#controller.supportsExecutionOrder = true
    this.#controller.description = 'Runs TypeScript cells on Node'
    this.#controller.executeHandler = (cells, notebook) => this.session(notebook).execute(cells)
    this.#controller.interruptHandler = notebook => this.#sessions.get(notebook)?.interrupt()
    this.#owned.add(
      this.#controller.onDidChangeSelectedNotebooks(({ notebook, selected }) =>
        this.#select(notebook, selected),
      ),
    )
    this.#owned.add(vscode.workspace.onDidCloseNotebookDocument(notebook => this.#close(notebook)))
    this.#owned.add(
      vscode.workspace.onDidChangeNotebookDocument(event => {
        if (event.contentChanges.some(change => change.addedCells.length)) void this.#adopt(event.notebook)
      }),
    )
  }

  /** Selects this kernel for a notebook, as the picker would. */
  async select(notebook: vscode.NotebookDocument, extension: string): Promise<void> {
    await vscode.commands.executeCommand('notebook.selectKernel', {
      notebookEditor: vscode.window.visibleNotebookEditors.find(editor => editor.notebook === notebook),
      id: this.#controller.id,
      extension,
    })
  }

  /** The session of a notebook, begun when there is none. */
  session(notebook: vscode.NotebookDocument): NotebookSession {
    const found = this.#sessions.get(notebook)
    if (found) return found
    const session = new NotebookSession({
      notebook,
      controller: this.#controller,
      output: this.#output,
      keepsLog: () =>
        vscode.workspace.getConfiguration('slipway', notebook.uri).get('notebook.keepLog', true),
    })
    this.#sessions.set(notebook, session)
    return session
  }

  /** The session of the notebook that a cell's text belongs to, if this kernel is chosen there. */
  sessionOfCell(document: vscode.TextDocument): NotebookSession | undefined {
    const notebook = vscode.workspace.notebookDocuments.find(
      candidate =>
        this.#selected.has(candidate) && candidate.getCells().some(cell => cell.document === document),
    )
    return notebook && this.session(notebook)
  }

  async dispose(): Promise<void> {
    this.#owned.dispose()
    await Promise.all([...this.#sessions.values()].map(session => session.dispose()))
    this.#sessions.clear()
  }

  #select(notebook: vscode.NotebookDocument, selected: boolean): void {
    if (selected) {
      this.#selected.add(notebook)
      void this.#adopt(notebook)
    } else {
      this.#selected.delete(notebook)
      this.#close(notebook)
    }
  }

  #close(notebook: vscode.NotebookDocument): void {
    const session = this.#sessions.get(notebook)
    this.#sessions.delete(notebook)
    void session?.dispose()
  }

  /** Gives TypeScript cells of a notebook that is ours their language. */
  async #adopt(notebook: vscode.NotebookDocument): Promise<void> {
    if (!this.#selected.has(notebook)) return
    const foreign = notebook
      .getCells()
      .filter(cell => cell.kind === vscode.NotebookCellKind.Code && cell.document.languageId === 'typescript')
    for (const cell of foreign) await vscode.languages.setTextDocumentLanguage(cell.document, cellLanguage)
  }
}
