/** *Insert Model Cell* and *Move Model Cell to File*. */
import { dirname, join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as vscode from 'vscode'
import type { LanguageServices } from '../context.ts'
import { outline } from '../lsp/requests.ts'
import { cellBody, isModelCell } from '../../language/notebook/cell.ts'
import { magic, modelLanguage } from '../notebook/model-cells.ts'
import { projectOf } from '../project.ts'

/** Below the selected cell of the notebook that is being edited. */
export async function insertModelCell(): Promise<void> {
  const editor = vscode.window.activeNotebookEditor
  if (!editor) return
  const { notebook, selection } = editor
  const index = Math.min(selection.end, notebook.cellCount)
  const cell = new vscode.NotebookCellData(vscode.NotebookCellKind.Code, `${magic}\n`, modelLanguage)
  const edit = new vscode.WorkspaceEdit()
  edit.set(notebook.uri, [vscode.NotebookEdit.insertCells(index, [cell])])
  if (!(await vscode.workspace.applyEdit(edit))) return
  await vscode.window.showNotebookDocument(notebook, {
    viewColumn: editor.viewColumn,
    selections: [new vscode.NotebookRange(index, index + 1)],
  })
  await vscode.commands.executeCommand('notebook.cell.edit')
  await toEnd(notebook.cellAt(index).document)
}

/** Puts the cursor behind the text once the cell has an editor, which VS Code makes when it draws it. */
async function toEnd(document: vscode.TextDocument): Promise<void> {
  for (const end = Date.now() + 2000; Date.now() < end; await sleep(20)) {
    const editor = vscode.window.activeTextEditor
    if (editor?.document !== document) continue
    const at = document.lineAt(document.lineCount - 1).range.end
    editor.selection = new vscode.Selection(at, at)
    return
  }
}

/**
 * Makes a `.slip` file of a cell beside the notebook, and of the cell one line that uses its model; so it can be
 * trained, tested and promoted.
 */
export async function moveModelCell({ language }: LanguageServices, given?: unknown): Promise<void> {
  const cell = chooseCell(given)
  if (!cell) {
    const text = `Select a cell that begins with ${magic} first.`
    return void vscode.window.showWarningMessage(text)
  }
  const { document, notebook } = cell
  const root = projectOf(notebook.uri)
  if (root === undefined) {
    const text = 'The notebook lies in no Slipway project, which is where model files belong.'
    return void vscode.window.showWarningMessage(text)
  }
  const declared = await outline(language, document.uri.toString())
  const model = declared.find(({ detail }) => detail === 'model')?.name
  const suggested = join(dirname(notebook.uri.fsPath), `${model ?? declared[0]?.name ?? 'model'}.slip`)
  const target = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.file(suggested),
    filters: { 'Model files': ['slip'] },
  })
  if (!target) return
  const text = cellBody(document.getText())
  await vscode.workspace.fs.writeFile(target, Buffer.from(text.endsWith('\n') ? text : `${text}\n`))
  const file = relative(root, target.fsPath).replaceAll('\\', '/')
  const call = model === undefined ? `// Declarations are in ${file}.` : `const ${model} = model('${file}')`
  await replaceCell(cell, call)
  await vscode.window.showTextDocument(target, { viewColumn: vscode.ViewColumn.Beside })
}

function chooseCell(given: unknown): vscode.NotebookCell | undefined {
  const named = given as Partial<vscode.NotebookCell> | undefined
  const editor = vscode.window.activeNotebookEditor
  const cell =
    named?.document && named.notebook
      ? (named as vscode.NotebookCell)
      : editor?.notebook.cellAt(editor.selection.start)
  return cell && isModelCell(cell.document.getText()) ? cell : undefined
}

async function replaceCell(cell: vscode.NotebookCell, text: string): Promise<void> {
  const scripts = cell.notebook.getCells().map(each => each.document.languageId)
  const language = scripts.find(id => id.endsWith('typescript')) ?? 'typescript'
  const data = new vscode.NotebookCellData(vscode.NotebookCellKind.Code, text, language)
  const edit = new vscode.WorkspaceEdit()
  const range = new vscode.NotebookRange(cell.index, cell.index + 1)
  edit.set(cell.notebook.uri, [vscode.NotebookEdit.replaceCells(range, [data])])
  await vscode.workspace.applyEdit(edit)
}
