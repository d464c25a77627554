/** Edits of steps, written into the cells they came from. */
import * as vscode from 'vscode'
import type { BackEdits } from '../../promote/index.ts'
import { revealCell } from './cell-commands.ts'
import { cellById } from './notebook-text.ts'

/** Changes the cells in one step, shows the first, and tells of edits that have no place in a cell. */
export async function applyCellEdits(
  notebook: vscode.NotebookDocument,
  { cells, problems }: BackEdits,
): Promise<void> {
  const edit = new vscode.WorkspaceEdit()
  let changed = 0
  for (const { cell: id, before, after } of cells) {
    const document = cellById(notebook, id)?.document
    // Somebody types: what they write is not overwritten.
    if (document?.getText() !== before) continue
    edit.replace(
      document.uri,
      new vscode.Range(new vscode.Position(0, 0), document.lineAt(document.lineCount - 1).range.end),
      after,
    )
    changed += 1
  }
  if (changed > 0 && (await vscode.workspace.applyEdit(edit))) {
    const [first] = cells
    if (first) await revealCell(notebook, first.cell)
  }
  const notes = problems.map(({ message }) => message)
  if (notes.length > 0) void vscode.window.showWarningMessage(notes.join(' '))
  else if (changed > 0)
    void vscode.window.showInformationMessage(
      `${changed === 1 ? 'One cell holds' : `${changed} cells hold`} now what was edited in the pipeline. Run what is stale, then promote again.`,
    )
  else void vscode.window.showInformationMessage('The cells hold what was edited in the pipeline already.')
}
