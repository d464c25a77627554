/** *New Project…*: makes a folder a project with a model and a notebook to start from. */
import { join } from 'node:path'
import * as vscode from 'vscode'
import type { Services } from '../context.ts'
import { choose } from '../support/choose.ts'
import { runTask } from './run.ts'

/** Which of the new project's files is opened first: the model at the root, not what it imports. */
const firstFile = /^[^/]+\.slip$/

interface Kind extends vscode.QuickPickItem {
  readonly args: readonly string[]
}

const kinds: readonly Kind[] = [
  {
    label: '$(beaker) Deliveries',
    description: 'data, a model and a notebook that work',
    args: [],
  },
  {
    label: '$(file) Empty',
    description: 'slipway.json and nothing else',
    args: ['--bare'],
  },
]

/** In the folder that is open the model is shown; another folder is opened. */
export async function newProject(services: Services): Promise<void> {
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri
  const folder = await chooseFolder(workspace)
  if (!folder) return
  const kind = await choose(kinds, { placeHolder: 'What is to be in it?' })
  if (!kind) return
  const root = folder.fsPath
  const document = await runTask<{ files: readonly string[] }>(services, {
    title: 'Making a project',
    args: ['init', root, ...kind.args],
    root,
  })
  if (!document) return
  if (workspace?.fsPath !== root) return void vscode.commands.executeCommand('vscode.openFolder', folder)
  const first = document.files.find(file => firstFile.test(file)) ?? document.files[0]
  if (first === undefined) return
  await vscode.window.showTextDocument(vscode.Uri.file(join(root, first)), { preview: false })
}

async function chooseFolder(workspace: vscode.Uri | undefined): Promise<vscode.Uri | undefined> {
  if (workspace) {
    const name = workspace.path.split('/').at(-1) ?? ''
    const here = { label: '$(folder) This folder', description: name }
    const other = { label: '$(folder-opened) Another folder…' }
    const chosen = await choose([here, other], { placeHolder: 'Where?' })
    if (chosen === undefined || chosen === here) return chosen && workspace
  }
  const folders = await vscode.window.showOpenDialog({
    canSelectFolders: true,
    canSelectFiles: false,
    openLabel: 'Make a Project Here',
  })
  return folders?.[0]
}
