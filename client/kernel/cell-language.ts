/**
 * What the editor knows of TypeScript cells, answered by the kernel's TypeScript service. Waits for the first notebook,
 * then loads the rest (language-*.ts).
 */
import * as vscode from 'vscode'
import type { KernelConnection } from './connection.ts'

export interface CellKernels {
  /** What answers for a notebook, started when there is nothing; undefined for notebooks of other kernels. */
  connection(notebook: vscode.NotebookDocument): KernelConnection | undefined
}

const notebookType = 'jupyter-notebook'

/** Registers all providers with the first notebook. Disposing of it takes them away. */
export function registerCellLanguage(
  kernels: CellKernels,
  output: vscode.LogOutputChannel,
): vscode.Disposable {
  const owned: vscode.Disposable[] = []
  let isWanted = true
  let isLoaded = false
  const load = async (notebook: vscode.NotebookDocument): Promise<void> => {
    if (isLoaded || notebook.notebookType !== notebookType) return
    isLoaded = true
    const { registerProviders } = await import(
      /* webpackChunkName: "cell-language" */ './language-providers.ts'
    )
    const providers = registerProviders(kernels, output)
    if (isWanted) owned.push(providers)
    else providers.dispose()
  }
  const tryTo = (notebook: vscode.NotebookDocument): void =>
    void load(notebook).catch(error => output.error(`The support of cells was not loaded: ${String(error)}`))
  owned.push(vscode.workspace.onDidOpenNotebookDocument(tryTo))
  vscode.workspace.notebookDocuments.forEach(tryTo)
  return {
    dispose() {
      isWanted = false
      owned.forEach(part => part.dispose())
    },
  }
}
