/** Commands about one cell: what it needs, what needs it, run both, mark it as output. */
import * as vscode from 'vscode'
import type { Services } from '../context.ts'
import type { CellLink } from '../../promote/index.ts'
import { choose } from '../support/choose.ts'
import { cellsToRun, namesCells, outputMark, type CellPlace } from './cell-marks.ts'
import type { Dependencies } from './dependencies.ts'
import { cellById } from './notebook-text.ts'

/** The cell that a lens, a menu or the selection means. */
export function cellOf(given: unknown): vscode.NotebookCell | undefined {
  const place = given as Partial<CellPlace> & Partial<vscode.NotebookCell>
  if (typeof place?.notebook === 'string') {
    const uri = place.notebook as string
    const notebook = vscode.workspace.notebookDocuments.find(each => each.uri.toString() === uri)
    return notebook && cellById(notebook, (place as CellPlace).cell)
  }
  if (place?.document) return given as vscode.NotebookCell
  const editor = vscode.window.activeNotebookEditor
  return editor && editor.notebook.cellCount > 0 ? editor.notebook.cellAt(editor.selection.start) : undefined
}

/** Scrolls to a cell and selects it. */
export async function revealCell(
  notebook: vscode.NotebookDocument,
  id: string,
  options: { readonly preserveFocus?: boolean } = {},
): Promise<void> {
  const cell = cellById(notebook, id)
  if (!cell) return
  const range = new vscode.NotebookRange(cell.index, cell.index + 1)
  const shown = vscode.window.visibleNotebookEditors.find(editor => editor.notebook === notebook)
  const editor = await vscode.window.showNotebookDocument(notebook, {
    selections: [range],
    preserveFocus: options.preserveFocus ?? false,
    ...(shown?.viewColumn === undefined ? {} : { viewColumn: shown.viewColumn }),
  })
  editor.revealRange(range, vscode.NotebookEditorRevealType.InCenterIfOutsideViewport)
}

/** Lists what a cell needs, or what needs it; the notebook follows the choice. */
export async function showLinks(
  dependencies: Dependencies,
  which: 'needs' | 'neededBy',
  given: unknown,
): Promise<void> {
  const cell = cellOf(given)
  const known = cell && dependencies.of(cell)
  if (!cell || !known) return
  const nameCell = namesCells(cell.notebook)
  const title = which === 'needs' ? `What Cell ${cell.index + 1} needs` : `What needs Cell ${cell.index + 1}`
  const links = known[which].filter(link => cellById(cell.notebook, link.cell))
  if (links.length === 0) {
    void vscode.window.showInformationMessage(`${title}: nothing of other cells.`)
    return
  }
  const items = links.map(link => linkItem(cell.notebook, link, nameCell(link.cell)))
  const chosen = await choose(items, {
    title,
    placeHolder: 'Which cell?',
    matchOnDescription: true,
    onDidSelectItem: item =>
      void revealCell(cell.notebook, (item as (typeof items)[number]).cell, { preserveFocus: true }),
  })
  if (chosen) await revealCell(cell.notebook, chosen.cell)
}

function linkItem(notebook: vscode.NotebookDocument, { cell, names }: CellLink, label: string) {
  const text = cellById(notebook, cell)?.document.getText().trim() ?? ''
  const [line = ''] = text.split('\n')
  return { label, description: names.join(', '), detail: line, cell }
}

/** Runs what a cell needs and does not say what it would, then the cell. */
export async function runNeeded(
  { kernels }: Pick<Services, 'kernels'>,
  dependencies: Dependencies,
  given: unknown,
): Promise<void> {
  const cell = cellOf(given)
  if (cell) await kernels.run(cell.notebook, cellsToRun(cell, dependencies))
}

/** Asks for the name under which the pipeline gives what the cell ends in, and writes it into the notebook. */
export async function markOutput(given: unknown): Promise<void> {
  const cell = cellOf(given)
  if (!cell || cell.kind !== vscode.NotebookCellKind.Code) return
  const value = await vscode.window.showInputBox({
    title: `Mark Cell ${cell.index + 1} as Output`,
    prompt: 'The name under which the pipeline gives what the cell ends in. Empty takes the mark away.',
    value: outputMark(cell) ?? '',
    placeHolder: 'e.g. model',
    validateInput: text => (/^[\w .-]*$/.test(text) ? undefined : 'Letters, digits, blanks, dots and dashes'),
  })
  if (value === undefined) return
  const outer = cell.metadata as { metadata?: { slipway?: object } }
  const { output: _, ...rest } = (outer.metadata?.slipway ?? {}) as { output?: unknown }
  const name = value.trim()
  const slipway = name === '' ? rest : { ...rest, output: name }
  const edit = new vscode.WorkspaceEdit()
  const metadata = { ...outer, metadata: { ...outer.metadata, slipway } }
  edit.set(cell.notebook.uri, [vscode.NotebookEdit.updateCellMetadata(cell.index, metadata)])
  await vscode.workspace.applyEdit(edit)
}
