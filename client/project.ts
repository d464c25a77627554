/** Which Slipway project a command is about. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as vscode from 'vscode'

/** The nearest folder upwards with a slipway.json, not above the workspace. */
export function projectOf(uri: vscode.Uri): string | undefined {
  const limit = vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath
  for (let folder = dirname(uri.fsPath); limit !== undefined; folder = dirname(folder)) {
    if (existsSync(join(folder, 'slipway.json'))) return folder
    if (folder === limit || folder === dirname(folder)) return undefined
  }
  return undefined
}

/** Where a notebook's project is or, once it is promoted, will be: its own folder when there is none. */
export function projectOfNotebook(uri: vscode.Uri): string | undefined {
  if (uri.scheme !== 'file') return undefined
  return projectOf(uri) ?? dirname(uri.fsPath)
}

/** The project of what is being edited, else the first of the workspace. */
export function currentProject(): string | undefined {
  const active =
    vscode.window.activeNotebookEditor?.notebook.uri ?? vscode.window.activeTextEditor?.document.uri
  const own = active?.scheme === 'file' ? projectOf(active) : undefined
  const folders = (vscode.workspace.workspaceFolders ?? []).map(folder => folder.uri.fsPath)
  return own ?? folders.find(folder => existsSync(join(folder, 'slipway.json')))
}

/** Where slipway.json says that the backend is. */
export type BackendSetting =
  | { readonly kind: 'embedded' }
  | { readonly kind: 'remote'; readonly url: string; readonly tokenFile?: string }

/** @throws SyntaxError when slipway.json is not JSON */
export function backendSetting(root: string): BackendSetting {
  const { backend } = JSON.parse(readFileSync(join(root, 'slipway.json'), 'utf8')) as {
    backend?: string | { url: string; tokenFile?: string }
  }
  if (backend === undefined || backend === 'embedded') return { kind: 'embedded' }
  return { kind: 'remote', ...(typeof backend === 'string' ? { url: backend } : backend) }
}
