/** Kernels that run nothing, for notebooks of a workspace that is not trusted: one for each that is asked about. */
import * as vscode from 'vscode'
import type { CellKernels } from './cell-language.ts'
import { KernelConnection } from './connection.ts'
import { isForOurKernel } from './controller.ts'
import { folderOf } from './session.ts'

export class LanguageKernels implements CellKernels, vscode.Disposable {
  readonly #output: vscode.LogOutputChannel
  readonly #connections = new Map<vscode.NotebookDocument, KernelConnection>()
  readonly #closes: vscode.Disposable

  constructor(output: vscode.LogOutputChannel) {
    this.#output = output
    this.#closes = vscode.workspace.onDidCloseNotebookDocument(notebook => this.#close(notebook))
  }

  connection(notebook: vscode.NotebookDocument): KernelConnection | undefined {
    if (!isForOurKernel(notebook)) return undefined
    const known = this.#connections.get(notebook)
    if (known) return known
    const connection = new KernelConnection({
      folder: folderOf(notebook),
      runsCode: false,
      onMessage: () => undefined,
      onExit: ({ lastWords }) => {
        this.#connections.delete(notebook)
        this.#output.error(`The TypeScript service of ${notebook.uri.path} ended. ${lastWords}`)
      },
      onLog: line => this.#output.info(line),
    })
    this.#connections.set(notebook, connection)
    return connection
  }

  async dispose(): Promise<void> {
    this.#closes.dispose()
    await Promise.all([...this.#connections.values()].map(connection => connection.dispose()))
    this.#connections.clear()
  }

  #close(notebook: vscode.NotebookDocument): void {
    void this.#connections.get(notebook)?.dispose()
    this.#connections.delete(notebook)
  }
}
