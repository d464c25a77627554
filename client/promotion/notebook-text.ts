/** An open notebook as nbformat JSON, as it stands in the editor: what promotion reads of it. */
import * as vscode from 'vscode'

/** The id by which promotion knows a cell: that of the file, else its place. */
export function promotionId(cell: vscode.NotebookCell): string {
  const { id } = cell.metadata as { id?: unknown }
  return typeof id === 'string' ? id : `cell-${cell.index}`
}

export function cellById(notebook: vscode.NotebookDocument, id: string): vscode.NotebookCell | undefined {
  return notebook.getCells().find(cell => promotionId(cell) === id)
}

/** Outputs are left out, but for whether the cell failed. */
export function notebookText(notebook: vscode.NotebookDocument): string {
  const { metadata } = notebook.metadata as { metadata?: object }
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: metadata ?? {},
    cells: notebook.getCells().map(cell => ({
      id: promotionId(cell),
      cell_type: cell.kind === vscode.NotebookCellKind.Code ? 'code' : 'markdown',
      metadata: (cell.metadata as { metadata?: object }).metadata ?? {},
      source: cell.document.getText(),
      outputs: hasFailed(cell) ? [{ output_type: 'error', ename: '', evalue: '', traceback: [] }] : [],
    })),
  })
}

const errorMime = 'application/vnd.code.notebook.error'

function hasFailed({ outputs }: vscode.NotebookCell): boolean {
  return outputs.some(({ items }) => items.some(({ mime }) => mime === errorMime))
}
