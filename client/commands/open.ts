/** *Open Model* and what the lens *n uses* does. */
import * as vscode from 'vscode'
import type { LanguageServices } from '../context.ts'
import type { Range } from '../lsp/requests.ts'
import { chooseTarget } from '../models/targets.ts'

/** Opens the declaration of a model of the workspace, with its name selected. */
export async function openModel({ language }: LanguageServices): Promise<void> {
  const target = await chooseTarget(language, { given: {}, kinds: ['model'], placeHolder: 'Which model?' })
  if (!target) return
  const selection = new vscode.Range(target.position, target.position)
  await vscode.window.showTextDocument(target.uri, { selection })
}

interface Location {
  readonly uri: string
  readonly range: Range
}

/**
 * Shows places in VS Code's peek view. A lens of the language server gives what it says in the protocol's JSON;
 * without places they are asked for.
 */
export async function showReferences(
  _services: LanguageServices,
  uri: string,
  position: Range['start'],
  places?: readonly Location[],
): Promise<void> {
  const at = new vscode.Position(position.line, position.character)
  const from = vscode.Uri.parse(uri)
  const locations = places?.map(toLocation) ?? (await findReferences(from, at))
  await vscode.commands.executeCommand('editor.action.showReferences', from, at, locations)
}

function toLocation({ uri, range }: Location): vscode.Location {
  const { start, end } = range
  return new vscode.Location(
    vscode.Uri.parse(uri),
    new vscode.Range(start.line, start.character, end.line, end.character),
  )
}

async function findReferences(uri: vscode.Uri, at: vscode.Position): Promise<readonly vscode.Location[]> {
  return vscode.commands.executeCommand<vscode.Location[]>('vscode.executeReferenceProvider', uri, at)
}
