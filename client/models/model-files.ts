/** Models that commands read from files of a project, as the command line does. */
import { relative } from 'node:path'
import * as vscode from 'vscode'
import type { LanguageServer } from '../lsp/server.ts'
import { projectOf } from '../project.ts'
import { chooseTarget, type TargetQuery } from './targets.ts'

export interface ModelFile {
  readonly root: string
  readonly name: string
  /** Relative to the root. */
  readonly file: string
  readonly uri: vscode.Uri
}

/** Undefined when there is none in a project, or the person chose none; they have been told. */
export async function chooseModelFile(
  language: LanguageServer,
  query: Omit<TargetQuery, 'kinds'>,
): Promise<ModelFile | undefined> {
  const target = await chooseTarget(language, { ...query, kinds: ['model'] })
  if (!target) return undefined
  const { uri, name } = target
  if (uri.scheme !== 'file') return await explainCells(uri)
  const root = projectOf(uri)
  if (root === undefined) {
    const text = `${name} lies in no Slipway project: a folder with a slipway.json.`
    await vscode.window.showWarningMessage(text)
    return undefined
  }
  const file = relative(root, uri.fsPath).replaceAll('\\', '/')
  return { root, name, file, uri }
}

/** A cell has no file that the command line could read. */
async function explainCells(uri: vscode.Uri): Promise<undefined> {
  const inCell = uri.scheme === 'vscode-notebook-cell'
  const text = inCell
    ? 'A model in a cell is checked here; to go on with it, move it to a file of the project.'
    : 'Save the file in a Slipway project first: that is where a model is read from.'
  const chosen = await vscode.window.showInformationMessage(text, ...(inCell ? ['Move to File'] : []))
  if (chosen) await vscode.commands.executeCommand('slipway.moveModelCell')
}

/** The command line reads files, and a model may lie in several. */
export async function saveModelFiles(root: string): Promise<void> {
  const unsaved = vscode.workspace.textDocuments.filter(
    ({ languageId, isDirty, uri }) => languageId === 'slipway' && isDirty && projectOf(uri) === root,
  )
  for (const document of unsaved) await document.save()
}
