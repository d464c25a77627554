/**
 * Cells in the model language. A code cell whose first line is `%%slip` has the language `slipway`, and has the
 * notebook's own again when the line goes; a cell that a person gives the language gets the line.
 */
import * as vscode from 'vscode'
import { isModelCell } from '../../language/notebook/cell.ts'

export const modelLanguage = 'slipway'
/** The first line by which a cell is in the model language, in every client. */
export const magic = '%%slip'
const notebookType = 'jupyter-notebook'
const cellScheme = 'vscode-notebook-cell'
const scripts = new Set(['typescript', 'slipway-typescript'])

/** Watches every open notebook. */
export function registerModelCells(): vscode.Disposable {
  /** The language with which a cell's document was closed, by URI. */
  const left = new Map<string, string>()
  vscode.workspace.notebookDocuments.forEach(notebook => void readAll(notebook))
  return vscode.Disposable.from(
    vscode.workspace.onDidOpenNotebookDocument(readAll),
    vscode.workspace.onDidChangeNotebookDocument(async ({ notebook, cellChanges, contentChanges }) => {
      if (notebook.notebookType !== notebookType) return
      const typed = cellChanges.flatMap(({ cell, document }) => (document ? [cell] : []))
      const added = contentChanges.flatMap(({ addedCells }) => addedCells)
      for (const cell of [...typed, ...added]) await followText(cell)
    }),
    // A change of the language closes the document and opens it again.
    vscode.workspace.onDidCloseTextDocument(({ uri, languageId }) => {
      if (uri.scheme === cellScheme) left.set(uri.toString(), languageId)
    }),
    vscode.workspace.onDidOpenTextDocument(async document => {
      const before = left.get(document.uri.toString())
      left.delete(document.uri.toString())
      // A new cell takes the language of its neighbour, which nobody has chosen for it.
      const chosen = before !== undefined && before !== modelLanguage
      if (chosen && document.languageId === modelLanguage) await writeMagic(document)
    }),
    vscode.workspace.onDidCloseNotebookDocument(() => left.clear()),
  )
}

async function readAll(notebook: vscode.NotebookDocument): Promise<void> {
  if (notebook.notebookType !== notebookType) return
  for (const cell of notebook.getCells()) await followText(cell)
}

async function followText(cell: vscode.NotebookCell): Promise<void> {
  if (cell.kind !== vscode.NotebookCellKind.Code || cell.index < 0) return
  const { document, notebook } = cell
  const isModel = isModelCell(document.getText())
  const language = document.languageId
  if (isModel && scripts.has(language))
    await vscode.languages.setTextDocumentLanguage(document, modelLanguage)
  if (!isModel && language === modelLanguage)
    await vscode.languages.setTextDocumentLanguage(document, scriptLanguage(notebook))
}

/** What the other cells of the notebook are written in. */
function scriptLanguage(notebook: vscode.NotebookDocument): string {
  const others = notebook.getCells().map(cell => cell.document.languageId)
  const { metadata } = notebook.metadata as { metadata?: { language_info?: { name?: string } } }
  return others.find(language => scripts.has(language)) ?? metadata?.language_info?.name ?? 'typescript'
}

/** The cell was given the language by hand: the line says so in the file, for every client. */
async function writeMagic(document: vscode.TextDocument): Promise<void> {
  const cell = cellOf(document)
  if (!cell || isModelCell(document.getText())) return
  const edit = new vscode.WorkspaceEdit()
  edit.insert(document.uri, new vscode.Position(0, 0), `${magic}\n`)
  await vscode.workspace.applyEdit(edit)
}

/** The cell that a document is the text of. */
export function cellOf(document: vscode.TextDocument): vscode.NotebookCell | undefined {
  return vscode.workspace.notebookDocuments
    .filter(notebook => notebook.notebookType === notebookType)
    .flatMap(notebook => notebook.getCells())
    .find(cell => cell.document === document)
}
