/** *Promote Notebook to Pipeline*, *Promote* over a cell, and *Submit Pipeline*. */
import { existsSync, readdirSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import * as vscode from 'vscode'
import type { Run } from '../../backend/api/index.ts'
import type { Services } from '../context.ts'
import { currentProject, projectOfNotebook } from '../project.ts'
import { openRun } from '../pages/run-page.ts'
import { outputMark } from '../promotion/cell-marks.ts'
import type { PromotionPage } from '../promotion/page.ts'
import { promotions, resultOf } from '../promotion/register.ts'
import { choose } from '../support/choose.ts'
import { requireProject, runTask, showError } from './run.ts'

/** Opens the page on which a notebook is promoted. */
export async function promoteNotebook(services: Services): Promise<void> {
  const uri = await chooseNotebook()
  if (uri) openPromotion(services, await vscode.workspace.openNotebookDocument(uri))
}

/** The same for what one cell gives. Its mark as output comes first. */
export async function promoteCell(services: Services, given?: unknown): Promise<void> {
  const found = resultOf(given)
  if (!found) return promoteNotebook(services)
  const page = openPromotion(services, found.notebook)
  const mark = outputMark(found.cell)
  if (!page || !found.result) return
  page.giveOnly(mark === undefined ? found.result : { ...found.result, name: mark })
}

function openPromotion(services: Services, notebook: vscode.NotebookDocument): PromotionPage | undefined {
  const root = projectOfNotebook(notebook.uri)
  const file = basename(notebook.uri.fsPath)
  if (root === undefined) {
    void showError(services, 'Promote', new Error(`${file} is no file on this machine: save it first.`))
    return undefined
  }
  return promotions()?.open(services, notebook, name => submitPipeline(services, { root, name }))
}

async function chooseNotebook(): Promise<vscode.Uri | undefined> {
  const active = vscode.window.activeNotebookEditor?.notebook
  if (active && !active.isUntitled) return active.uri
  const found = await vscode.workspace.findFiles('**/*.ipynb', '**/{node_modules,.slipway,pipelines}/**')
  if (found.length === 1) return found[0]
  const items = found.map(uri => ({ label: vscode.workspace.asRelativePath(uri), uri }))
  const chosen = await choose(items, { placeHolder: 'Which notebook?' })
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
  return names.length === 1 ? names[0] : choose(names, { placeHolder: 'Which pipeline?' })
}

/** When a file of a pipeline is being looked at, that one is meant. */
function pipelineOfEditor(root: string): string | undefined {
  const active = vscode.window.activeTextEditor?.document.uri
  if (active?.scheme !== 'file' || currentProject() !== root) return undefined
  const [top, name] = relative(root, active.fsPath).split(/[\\/]/)
  return top === 'pipelines' ? name : undefined
}
