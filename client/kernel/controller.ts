/**
 * The Slipway kernel in VS Code's kernel picker, one session per open notebook.
 *
 * Cells get a language of our own with the TypeScript grammar: VS Code's TypeScript service knows nothing of cells
 * that see each other, and would report redeclarations that are none and offer every completion twice.
 */
import * as vscode from 'vscode'
import { DisposableStore } from '../support/disposables.ts'
import type { KernelConnection } from './connection.ts'
import { NotebookSession } from './session.ts'

export const cellLanguage = 'slipway-typescript'
const notebookType = 'jupyter-notebook'
/** As Jupyter knows it (kernelspec). */
const kernelName = 'slipway'

export class Kernels implements vscode.Disposable {
  readonly #output: vscode.LogOutputChannel
  readonly #sessions = new Map<vscode.NotebookDocument, NotebookSession>()
  readonly #selected = new WeakSet<vscode.NotebookDocument>()
  readonly #adopted = new WeakSet<vscode.NotebookDocument>()
  readonly #owned = new DisposableStore()
  readonly #runs = this.#owned.add(new vscode.EventEmitter<vscode.NotebookDocument>())
  readonly #controller: vscode.NotebookController

  constructor(output: vscode.LogOutputChannel) {
    this.#output = output
    this.#controller = this.#owned.add(
      vscode.notebooks.createNotebookController('slipway', notebookType, 'Slipway (TypeScript)'),
    )
    this.#controller.supportedLanguages = [cellLanguage, 'typescript', 'slipway']
    this.#controller.supportsExecutionOrder = true
    this.#controller.description = 'Runs TypeScript cells on Node'
    this.#controller.executeHandler = (cells, notebook) => this.run(notebook, cells)
    this.#controller.interruptHandler = notebook => this.#sessions.get(notebook)?.interrupt()
    this.#owned.add(
      this.#controller.onDidChangeSelectedNotebooks(({ notebook, selected }) =>
        this.#select(notebook, selected),
      ),
    )
    this.#owned.add(vscode.workspace.onDidCloseNotebookDocument(notebook => this.#close(notebook)))
    this.#owned.add(vscode.window.onDidChangeActiveTextEditor(() => void this.#convertLeft()))
    this.#owned.add(vscode.workspace.onDidChangeNotebookDocument(event => void this.#changed(event)))
  }

  /** Runs cells with this kernel, which is the notebook's from then on. */
  async run(notebook: vscode.NotebookDocument, cells: readonly vscode.NotebookCell[]): Promise<void> {
    this.#selected.add(notebook)
    await this.adopt(notebook)
    await this.session(notebook).execute(cells)
  }

  /** A cell of a notebook begins to run, or has run. */
  get onRun(): vscode.Event<vscode.NotebookDocument> {
    return this.#runs.event
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
      environment: () => kernelEnvironment(notebook),
      onRun: () => this.#runs.fire(notebook),
    })
    this.#sessions.set(notebook, session)
    return session
  }

  /** Whether a cell holds TypeScript for this kernel. */
  isTypeScript(cell: vscode.NotebookCell): boolean {
    return this.isOurs(cell.notebook) && cell.document.languageId === cellLanguage
  }

  /** What answers questions about the cells of a notebook, started when there is nothing; for ours only. */
  connection(notebook: vscode.NotebookDocument): KernelConnection | undefined {
    return this.isOurs(notebook) ? this.session(notebook).start() : undefined
  }

  /** Whether this kernel was chosen for a notebook, or the notebook says that it is for it. */
  isOurs(notebook: vscode.NotebookDocument): boolean {
    return this.#selected.has(notebook) || isForOurKernel(notebook)
  }

  async dispose(): Promise<void> {
    this.#owned.dispose()
    await Promise.all([...this.#sessions.values()].map(session => session.dispose()))
    this.#sessions.clear()
  }

  #select(notebook: vscode.NotebookDocument, selected: boolean): void {
    if (selected) {
      this.#selected.add(notebook)
    } else {
      this.#selected.delete(notebook)
      this.#close(notebook)
    }
  }

  async #changed(event: vscode.NotebookDocumentChangeEvent): Promise<void> {
    const typed = event.cellChanges.some(change => change.document !== undefined)
    const added = event.contentChanges.flatMap(change => change.addedCells)
    if (typed || added.length) await this.adopt(event.notebook)
    if (this.#adopted.has(event.notebook)) await this.#convert(added)
  }

  #close(notebook: vscode.NotebookDocument): void {
    const session = this.#sessions.get(notebook)
    this.#sessions.delete(notebook)
    void session?.dispose()
  }

  /**
   * Gives the TypeScript cells of a notebook their language, and writes into it what new cells have and which kernel
   * it is for, as Jupyter clients do. Done with the first edit or run, because it makes the notebook unsaved.
   */
  async adopt(notebook: vscode.NotebookDocument): Promise<void> {
    if (this.#adopted.has(notebook) || !this.isOurs(notebook)) return
    this.#adopted.add(notebook)
    await describeKernel(notebook)
    await this.#convert(notebook.getCells())
  }

  /** A cell that was typed in while it still was of another language: changing that closes what the editor shows. */
  async #convertLeft(): Promise<void> {
    for (const notebook of vscode.workspace.notebookDocuments)
      if (this.#adopted.has(notebook)) await this.#convert(notebook.getCells())
  }

  async #convert(cells: readonly vscode.NotebookCell[]): Promise<void> {
    const foreign = cells.filter(
      cell =>
        cell.kind === vscode.NotebookCellKind.Code &&
        cell.document.languageId === 'typescript' &&
        cell.document !== vscode.window.activeTextEditor?.document,
    )
    for (const cell of foreign) await vscode.languages.setTextDocumentLanguage(cell.document, cellLanguage)
  }
}

/** Whether a notebook says that it is for this kernel. */
export function isForOurKernel(notebook: vscode.NotebookDocument): boolean {
  return jupyterMetadata(notebook).kernelspec?.name === kernelName
}

/** What settings and the notebook's place mean for a kernel that starts. */
function kernelEnvironment(notebook: vscode.NotebookDocument): Record<string, string> {
  const settings = vscode.workspace.getConfiguration('slipway.kernel', notebook.uri)
  return {
    SLIPWAY_CHECK: settings.get('check', 'warn'),
    ...(settings.get('evidence', true) ? {} : { SLIPWAY_EVIDENCE: 'off' }),
    ...(settings.get('history', true) ? {} : { SLIPWAY_HISTORY: 'off' }),
    ...(notebook.uri.scheme === 'file' ? { SLIPWAY_NOTEBOOK: notebook.uri.fsPath } : {}),
  }
}

interface JupyterMetadata {
  readonly kernelspec?: { readonly name?: string }
  readonly language_info?: { readonly name?: string }
}

function jupyterMetadata(notebook: vscode.NotebookDocument): JupyterMetadata {
  return (notebook.metadata as { metadata?: JupyterMetadata }).metadata ?? {}
}

/**
 * The `.ipynb` serializer gives cells the language that `language_info` names, and other clients colour them by its
 * MIME type.
 */
async function describeKernel(notebook: vscode.NotebookDocument): Promise<void> {
  const known = jupyterMetadata(notebook)
  if (known.language_info?.name === cellLanguage && known.kernelspec?.name === kernelName) return
  const metadata = {
    ...known,
    kernelspec: { display_name: 'Slipway (TypeScript)', language: 'typescript', name: kernelName },
    language_info: {
      name: cellLanguage,
      file_extension: '.ts',
      mimetype: 'text/typescript',
      codemirror_mode: 'typescript',
      pygments_lexer: 'typescript',
    },
  }
  const edit = new vscode.WorkspaceEdit()
  edit.set(notebook.uri, [vscode.NotebookEdit.updateNotebookMetadata({ ...notebook.metadata, metadata })])
  await vscode.workspace.applyEdit(edit)
}
