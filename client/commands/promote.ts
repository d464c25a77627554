/** *Promote Notebook to Pipeline* and *Submit Pipeline*. */
import { existsSync, readdirSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import * as vscode from 'vscode'
import type { Run } from '../../backend/api/index.ts'
import type { Services } from '../context.ts'
import { currentProject, projectOf } from '../project.ts'
import { openRun } from '../pages/run-page.ts'
import { requireProject, runTask, showError } from './run.ts'

/** What `slipway promote --json` answers, as far as it is shown here. */
interface PromoteDocument {
  readonly name?: string
  readonly folder?: string
  readonly version?: string
  readonly steps?: readonly { readonly name: string; readonly file?: string }[]
  readonly problems?: readonly { readonly message: string }[]
}

/** Saves the notebook, promotes it, opens what was written. */
export async function promoteNotebook(services: Services): Promise<void> {
  const uri = await chooseNotebook()
  if (!uri) return
  const root = projectOf(uri)
  if (root === undefined)
    return showError(services, 'Promote', new Error(`${basename(uri.fsPath)} lies in no Slipway project.`))
  const open = vscode.workspace.notebookDocuments.find(each => each.uri.toString() === uri.toString())
  if (open?.isDirty) await open.save()
  const document = await runTask<PromoteDocument>(services, {
    title: `Promoting ${basename(uri.fsPath)}`,
    args: ['promote', uri.fsPath],
    root,
  })
  if (document) await showPromotion(services, root, document)
}

async function showPromotion(services: Services, root: string, document: PromoteDocument): Promise<void> {
  const name = document.name ?? basename(document.folder ?? '')
  const folder = document.folder ?? join(root, 'pipelines', name)
  await openSteps(folder, document)
  const version = document.version?.replace('sha256:', '').slice(0, 12)
  const steps = document.steps?.map(step => step.name).join(' → ')
  const text = [`Promoted to pipeline ${name}`, steps && `(${steps})`, version && `version ${version}`]
  const chosen = await vscode.window.showInformationMessage(`${text.filter(Boolean).join(' ')}.`, 'Submit')
  if (chosen) await submitPipeline(services, { root, name })
}

async function openSteps(folder: string, { steps }: PromoteDocument): Promise<void> {
  const file = steps?.map(step => step.file).find(file => file !== undefined) ?? 'pipeline.json'
  const path = join(folder, file)
  if (existsSync(path))
    await vscode.window.showTextDocument(vscode.Uri.file(path), {
      preview: true,
      viewColumn: vscode.ViewColumn.Active,
    })
}

async function chooseNotebook(): Promise<vscode.Uri | undefined> {
  const active = vscode.window.activeNotebookEditor?.notebook
  if (active && !active.isUntitled) return active.uri
  const found = await vscode.workspace.findFiles('**/*.ipynb', '**/{node_modules,.slipway,pipelines}/**')
  if (found.length === 1) return found[0]
  const items = found.map(uri => ({ label: vscode.workspace.asRelativePath(uri), uri }))
  const chosen = await vscode.window.showQuickPick(items, { placeHolder: 'Which notebook?' })
  return chosen?.uri
}

/** Submits a pipeline of the project and opens the run. */
export async function submitPipeline(
  services: Services,
  given?: { readonly root: string; readonly name: string },
): Promise<void> {
  const root = given?.root ?? (await requireProject())
  if (root === undefined) return
  const name = given?.name ?? (await choosePipeline(services, root))
  if (name === undefined) return
  const document = await runTask<{ run: Run; created: boolean }>(services, {
    title: `Submitting ${name}`,
    args: ['submit', name],
    root,
    needsBackend: true,
  })
  if (!document) return
  await openRun(services, root, document.run.id)
  if (!document.created)
    void vscode.window.showInformationMessage(
      `The same pipeline with the same parameters was submitted before: this is its run (${document.run.state}).`,
    )
}

async function choosePipeline(services: Services, root: string): Promise<string | undefined> {
  const folder = join(root, 'pipelines')
  const names = existsSync(folder)
    ? readdirSync(folder).filter(name => existsSync(join(folder, name, 'pipeline.json')))
    : []
  if (names.length === 0) {
    const text = 'This project has no pipeline yet: promote a notebook first.'
    const chosen = await vscode.window.showWarningMessage(text, 'Promote Notebook')
    if (chosen) await promoteNotebook(services)
    return undefined
  }
  const own = pipelineOfEditor(root)
  if (own !== undefined && names.includes(own)) return own
  return names.length === 1
    ? names[0]
    : vscode.window.showQuickPick(names, { placeHolder: 'Which pipeline?' })
}

/** When a file of a pipeline is being looked at, that one is meant. */
function pipelineOfEditor(root: string): string | undefined {
  const active = vscode.window.activeTextEditor?.document.uri
  if (active?.scheme !== 'file' || currentProject() !== root) return undefined
  const [top, name] = relative(root, active.fsPath).split(/[\\/]/)
  return top === 'pipelines' ? name : undefined
}
