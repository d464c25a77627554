/** *New Project…*: makes a folder a project with a model and a notebook to start from. */
import { join } from 'node:path'
import * as vscode from 'vscode'
import type { Services } from '../context.ts'
import { runTask } from './run.ts'

export async function newProject(services: Services): Promise<void> {
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri
  const folder = await chooseFolder(workspace)
  if (!folder) return
  const root = folder.fsPath
  const document = await runTask<{ files: readonly string[] }>(services, {
    title: 'Making a project',
    args: ['init', root],
    root,
  })
  if (!document) return
  if (workspace?.fsPath !== root) return void vscode.commands.executeCommand('vscode.openFolder', folder)
  const notebook = document.files.find(file => file.endsWith('.ipynb'))
  if (notebook) await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(join(root, notebook)))
}

async function chooseFolder(workspace: vscode.Uri | undefined): Promise<vscode.Uri | undefined> {
  if (workspace) {
    const here = `This folder (${vscode.workspace.asRelativePath(workspace) || workspace.fsPath})`
    const chosen = await vscode.window.showQuickPick([here, 'Another folder…'], { placeHolder: 'Where?' })
    if (chosen === undefined || chosen === here) return chosen === here ? workspace : undefined
  }
  const folders = await vscode.window.showOpenDialog({ canSelectFolders: true, canSelectFiles: false })
  return folders?.[0]
}
