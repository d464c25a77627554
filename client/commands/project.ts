/** *Check Project* and *Format Project*. */
import * as vscode from 'vscode'
import type { LanguageServices } from '../context.ts'
import { runCli } from './cli.ts'
import { requireProject } from './run.ts'

interface CheckDocument {
  readonly files: readonly string[]
  readonly diagnostics: readonly {
    readonly severity: string
    readonly path: string
    readonly code: string
    readonly message: string
    readonly start: { readonly line: number; readonly column: number }
  }[]
}

/** Checks every file of the project as it is on disk, opens the problems and says how many there are. */
export async function checkProject({ output }: LanguageServices): Promise<void> {
  const root = await requireProject()
  if (root === undefined) return
  await vscode.workspace.saveAll(false)
  const { files, diagnostics } = await withStatus('Checking the project', signal =>
    runCli<CheckDocument>(['check'], {
      root,
      signal,
      onProgress: message => output.info(message),
      accepts: [0, 1],
    }),
  )
  const counts = (['error', 'warning'] as const).map(severity => {
    const n = diagnostics.filter(each => each.severity === severity).length
    return `${n || 'no'} ${severity}${n === 1 ? '' : 's'}`
  })
  const text = `${files.length} ${files.length === 1 ? 'file' : 'files'} checked: ${counts.join(', ')}.`
  for (const { path, start, code, message } of diagnostics)
    output.info(`${path}:${start.line}:${start.column}: ${code} ${message}`)
  if (diagnostics.length === 0) return void vscode.window.showInformationMessage(text)
  await vscode.commands.executeCommand('workbench.actions.view.problems')
  void vscode.window.showWarningMessage(text)
}

/** Brings every `.slip` file of the project into its canonical form, in one edit that one undo takes back. */
export async function formatProject({ language }: LanguageServices): Promise<void> {
  const root = await requireProject()
  if (root === undefined) return
  const inside = new vscode.RelativePattern(root, '**/*.slip')
  const files = await vscode.workspace.findFiles(inside, '**/{node_modules,.slipway,pipelines}/**')
  const edit = new vscode.WorkspaceEdit()
  const options = { tabSize: 2, insertSpaces: true }
  for (const uri of files) {
    const params = { textDocument: { uri: uri.toString() }, options }
    const edits = await language.request<readonly TextEdit[] | null>('textDocument/formatting', params)
    if (edits?.length) edit.set(uri, edits.map(toEdit))
  }
  await vscode.workspace.applyEdit(edit)
  const text = edit.size
    ? `Formatted ${edit.size} of ${files.length} files.`
    : `All ${files.length} files are in their canonical form.`
  void vscode.window.showInformationMessage(text)
}

interface TextEdit {
  readonly range: {
    readonly start: { readonly line: number; readonly character: number }
    readonly end: { readonly line: number; readonly character: number }
  }
  readonly newText: string
}

function toEdit({ range: { start, end }, newText }: TextEdit): vscode.TextEdit {
  return new vscode.TextEdit(new vscode.Range(start.line, start.character, end.line, end.character), newText)
}

/** Progress in the status bar; it is short and nothing that a person would cancel. */
function withStatus<T>(title: string, work: (signal: AbortSignal) => Promise<T>): Thenable<T> {
  const options = { location: vscode.ProgressLocation.Window, title }
  return vscode.window.withProgress(options, () => work(new AbortController().signal))
}
