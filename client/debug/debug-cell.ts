/** The command that runs one cell under the debugger. */
import { basename } from 'node:path'
import * as vscode from 'vscode'
import type { Services } from '../context.ts'
import { type CellDebugConfiguration, debugType } from './register.ts'

/** @param given the cell whose button was pressed; without one, the selected cell */
export async function debugCell({ kernels }: Services, given?: unknown): Promise<void> {
  const cell = isCell(given) ? given : selectedCell()
  if (!cell) return void vscode.window.showInformationMessage('Select a cell of a notebook to debug it.')
  const { notebook } = cell
  await kernels.adopt(notebook)
  if (!kernels.isTypeScript(cell))
    return void vscode.window.showInformationMessage(
      'Only TypeScript cells of the Slipway kernel can be debugged.',
    )
  const running = vscode.debug.activeDebugSession
  if (running?.type === debugType) await vscode.debug.stopDebugging(running)
  const configuration: CellDebugConfiguration = {
    type: debugType,
    request: 'launch',
    name: `Cell ${cell.index + 1} of ${basename(notebook.uri.path)}`,
    notebook: notebook.uri.toString(),
    cell: cell.document.uri.toString(),
    internalConsoleOptions: 'neverOpen',
  }
  const folder = vscode.workspace.getWorkspaceFolder(notebook.uri)
  await vscode.debug.startDebugging(folder, configuration, { suppressSaveBeforeStart: true })
}

const isCell = (value: unknown): value is vscode.NotebookCell =>
  typeof value === 'object' && value !== null && 'notebook' in value && 'document' in value

function selectedCell(): vscode.NotebookCell | undefined {
  const editor = vscode.window.activeNotebookEditor
  return editor?.notebook.cellAt(editor.selection.start)
}
