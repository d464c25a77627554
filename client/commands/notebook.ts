/** Commands on the notebook that is being edited: restart, run above, run below. */
import * as vscode from 'vscode'
import type { Services } from '../context.ts'

export async function restartKernel({ kernels }: Services): Promise<void> {
  const notebook = vscode.window.activeNotebookEditor?.notebook
  if (notebook) await kernels.session(notebook).restart()
}

export async function restartAndRunAll(services: Services): Promise<void> {
  const notebook = vscode.window.activeNotebookEditor?.notebook
  if (!notebook) return
  await services.kernels.session(notebook).restart()
  await run(services, notebook, notebook.getCells())
}

/** The cells above the selected one. */
export async function runAbove(services: Services): Promise<void> {
  const editor = vscode.window.activeNotebookEditor
  if (editor)
    await run(services, editor.notebook, editor.notebook.getCells().slice(0, editor.selection.start))
}

/** The selected cell and those below. */
export async function runBelow(services: Services): Promise<void> {
  const editor = vscode.window.activeNotebookEditor
  if (editor) await run(services, editor.notebook, editor.notebook.getCells().slice(editor.selection.start))
}

export async function wipeLog({ kernels }: Services): Promise<void> {
  const notebook = vscode.window.activeNotebookEditor?.notebook
  if (notebook) await kernels.session(notebook).wipeLog()
}

async function run(
  { kernels }: Services,
  notebook: vscode.NotebookDocument,
  cells: readonly vscode.NotebookCell[],
): Promise<void> {
  const code = cells.filter(cell => cell.kind === vscode.NotebookCellKind.Code)
  await kernels.session(notebook).execute(code)
}
