/**
 * The view of variables: what the cells of the notebook in front have declared. Asked of the kernel after each cell,
 * and only while somebody sees the view. No kernel is started for it.
 */
import { basename } from 'node:path'
import * as vscode from 'vscode'
import type { PartsReply } from '../../kernel/variables/variable.ts'
import type { VariablesReply } from '../../kernel/variables/requests.ts'
import type { FromVariablesPage, ToVariablesPage } from '../../web/variables/messages.ts'
import type { Services } from '../context.ts'
import { pageHtml } from '../pages/webview.ts'

const viewId = 'slipway.variables'
const notebookType = 'jupyter-notebook'
const tableMime = 'application/vnd.slipway.table+json'

export interface VariablesViewParts {
  /** Opens a tab with the grid of a table, given as notebooks show it. */
  openTable(table: unknown, notebook: vscode.NotebookDocument): void
  /** The id by which the file knows a cell. */
  cellId(cell: vscode.NotebookCell): string
}

/** Registers the view. Disposing of it takes it away. */
export function registerVariables(services: Services, parts: VariablesViewParts): vscode.Disposable {
  const view = new VariablesView(services, parts)
  const options = { webviewOptions: { retainContextWhenHidden: true } }
  return vscode.Disposable.from(view, vscode.window.registerWebviewViewProvider(viewId, view, options))
}

class VariablesView implements vscode.WebviewViewProvider, vscode.Disposable {
  readonly #services: Services
  readonly #parts: VariablesViewParts
  readonly #owned: vscode.Disposable[] = []
  #view: vscode.WebviewView | undefined
  #notebook: vscode.NotebookDocument | undefined
  #session: vscode.Disposable | undefined
  #asking = false
  #again = false

  constructor(services: Services, parts: VariablesViewParts) {
    this.#services = services
    this.#parts = parts
    this.#owned.push(
      vscode.window.onDidChangeActiveNotebookEditor(editor => editor && this.#follow(editor.notebook)),
      vscode.workspace.onDidCloseNotebookDocument(notebook => {
        if (notebook === this.#notebook) this.#follow(vscode.window.activeNotebookEditor?.notebook)
      }),
      services.kernels.onRun(notebook => {
        if (!this.#notebook || notebook === vscode.window.activeNotebookEditor?.notebook)
          this.#follow(notebook)
        else if (notebook === this.#notebook) this.#refresh()
      }),
    )
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.#view = view
    const web = vscode.Uri.joinPath(this.#services.extension.extensionUri, 'dist/web')
    view.webview.options = { enableScripts: true, localResourceRoots: [web] }
    view.webview.html = pageHtml(view.webview, { web, bundle: 'variables-page', title: 'Variables' })
    view.webview.onDidReceiveMessage((message: FromVariablesPage) => void this.#receive(message))
    view.onDidChangeVisibility(() => this.#refresh())
    view.onDidDispose(() => (this.#view = undefined))
    this.#follow(vscode.window.activeNotebookEditor?.notebook ?? this.#notebook)
  }

  dispose(): void {
    this.#session?.dispose()
    for (const owned of this.#owned) owned.dispose()
  }

  #follow(notebook: vscode.NotebookDocument | undefined): void {
    this.#session?.dispose()
    this.#session = undefined
    this.#notebook = notebook?.notebookType === notebookType ? notebook : undefined
    if (this.#notebook && this.#services.kernels.isOurs(this.#notebook))
      this.#session = this.#services.kernels.session(this.#notebook).onEnd(() => this.#refresh())
    this.#refresh()
  }

  /** One question at a time; what happened meanwhile is asked about once more. */
  #refresh(): void {
    if (!this.#view?.visible) return
    if (this.#asking) this.#again = true
    else void this.#ask()
  }

  async #ask(): Promise<void> {
    this.#asking = true
    this.#again = false
    try {
      this.#send({ type: 'variables', ...(await this.#variables()) })
    } catch (error) {
      this.#services.output.debug(`the variables could not be read: ${String(error)}`)
    }
    this.#asking = false
    if (this.#again) this.#refresh()
  }

  async #variables(): Promise<Omit<ToVariablesPage & { type: 'variables' }, 'type'>> {
    const notebook = this.#notebook
    if (!notebook || !this.#services.kernels.isOurs(notebook)) return { variables: [], isCurrent: true }
    const name = basename(notebook.uri.path)
    const session = this.#services.kernels.session(notebook)
    if (!session.started) return { notebook: name, variables: [], isCurrent: true }
    const { variables, isCurrent } = await session.request<VariablesReply>('slipway_variables_request', {})
    return { notebook: name, variables, isCurrent }
  }

  #send(message: ToVariablesPage): void {
    void this.#view?.webview.postMessage(message)
  }

  async #receive(message: FromVariablesPage): Promise<void> {
    const notebook = this.#notebook
    switch (message.type) {
      case 'ready':
        return this.#refresh()
      case 'copy':
        return await vscode.env.clipboard.writeText(message.text)
      case 'reveal':
        return notebook && this.#reveal(notebook, message.cell)
      case 'parts': {
        const { name, path, offset } = message
        if (!notebook) return
        const reply = await this.#services.kernels
          .session(notebook)
          .request<PartsReply & { status: string }>('slipway_inspect_variable_request', {
            name,
            path,
            offset,
          })
        if (reply.status === 'ok')
          this.#send({ type: 'parts', name, path, parts: reply.parts, total: reply.total })
        return
      }
      case 'open':
        return notebook && (await this.#open(notebook, message.name))
    }
  }

  /** A tab with the grid, as the notebook would show the value. */
  async #open(notebook: vscode.NotebookDocument, name: string): Promise<void> {
    const table = await this.#services.kernels.session(notebook).valueOf(name)
    if (table?.[tableMime]) this.#parts.openTable(table[tableMime], notebook)
    else void vscode.window.showWarningMessage(`${name} cannot be shown as a table.`)
  }

  #reveal(notebook: vscode.NotebookDocument, id: string): void {
    const cell = notebook.getCells().find(each => this.#parts.cellId(each) === id)
    if (!cell) return
    const range = new vscode.NotebookRange(cell.index, cell.index + 1)
    void vscode.window.showNotebookDocument(notebook, { selections: [range], preserveFocus: false })
  }
}
