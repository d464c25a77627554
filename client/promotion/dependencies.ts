/**
 * What the cells of the notebooks that are looked at need of each other: asked again a moment after somebody typed or
 * ran something, one question at a time. Runs no code.
 */
import * as vscode from 'vscode'
import type { CellDependencies } from '../../promote/index.ts'
import { DisposableStore } from '../support/disposables.ts'
import type { Assistant } from './assistant.ts'
import { notebookText, promotionId } from './notebook-text.ts'

/** How long nobody may have typed: completion of what is being typed comes first. */
const quietMs = 1000
const notebookType = 'jupyter-notebook'

export interface DependenciesOptions {
  readonly assistant: Assistant
  readonly output: vscode.LogOutputChannel
  /** Whether a notebook is for our kernel. */
  isOurs(notebook: vscode.NotebookDocument): boolean
}

interface Known {
  cells: ReadonlyMap<string, CellDependencies>
  timer?: ReturnType<typeof setTimeout>
  asking: boolean
  again: boolean
  /** What was asked about last. */
  text: string
}

export class Dependencies implements vscode.Disposable {
  readonly #options: DependenciesOptions
  readonly #known = new Map<vscode.NotebookDocument, Known>()
  readonly #owned = new DisposableStore()
  readonly #changed = this.#owned.add(new vscode.EventEmitter<vscode.NotebookDocument>())
  /** Something else is known of a notebook's cells. */
  readonly onDidChange = this.#changed.event

  constructor(options: DependenciesOptions) {
    this.#options = options
    this.#owned.add(vscode.window.onDidChangeVisibleNotebookEditors(() => this.refreshVisible()))
    this.#owned.add(vscode.workspace.onDidChangeNotebookDocument(({ notebook }) => this.#refresh(notebook)))
    this.#owned.add(vscode.workspace.onDidCloseNotebookDocument(notebook => this.#forget(notebook)))
    this.refreshVisible()
  }

  /** What is known of a cell now. */
  of(cell: vscode.NotebookCell): CellDependencies | undefined {
    return this.#known.get(cell.notebook)?.cells.get(promotionId(cell))
  }

  refreshVisible(): void {
    for (const { notebook } of vscode.window.visibleNotebookEditors) this.#refresh(notebook)
  }

  dispose(): void {
    this.#owned.dispose()
    for (const { timer } of this.#known.values()) clearTimeout(timer)
    this.#known.clear()
  }

  #forget(notebook: vscode.NotebookDocument): void {
    clearTimeout(this.#known.get(notebook)?.timer)
    this.#known.delete(notebook)
  }

  #refresh(notebook: vscode.NotebookDocument): void {
    const isShown = vscode.window.visibleNotebookEditors.some(editor => editor.notebook === notebook)
    if (!isShown || notebook.notebookType !== notebookType || notebook.uri.scheme !== 'file') return
    if (!this.#options.isOurs(notebook)) return
    const known: Known = this.#known.get(notebook) ?? {
      cells: new Map(),
      asking: false,
      again: false,
      text: '',
    }
    this.#known.set(notebook, known)
    clearTimeout(known.timer)
    known.timer = setTimeout(() => void this.#ask(notebook, known), quietMs)
  }

  async #ask(notebook: vscode.NotebookDocument, known: Known): Promise<void> {
    if (known.asking) {
      known.again = true
      return
    }
    const text = notebookText(notebook)
    if (text === known.text) return
    known.asking = true
    known.again = false
    known.text = text
    try {
      const cells = await this.#options.assistant.ask('dependencies', { file: notebook.uri.fsPath, text })
      known.cells = new Map(cells.map(each => [each.cell, each]))
      if (this.#known.get(notebook) === known) this.#changed.fire(notebook)
    } catch (error) {
      // What is known stays: while somebody types, a notebook may be what nobody can read.
      this.#options.output.debug(`dependencies of ${notebook.uri.path}: ${String(error)}`)
    }
    known.asking = false
    if (known.again && this.#known.get(notebook) === known) void this.#ask(notebook, known)
  }
}
