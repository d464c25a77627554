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
interface Promotion {
  readonly name: string
  readonly version: string
  /** Absolute. */
  readonly folder: string
  readonly steps: readonly { readonly name: string; readonly file: string }[]
  readonly parameters: readonly { readonly name: string; readonly default: unknown }[]
  readonly outputs: readonly { readonly name: string; readonly verdict: string; readonly cause?: string }[]
  readonly kept: readonly unknown[]
  readonly dropped: readonly unknown[]
  readonly assumptions: readonly { readonly message: string }[]
  /** This very version was there and verified before. */
  readonly unchanged: boolean
}

/** Saves the notebook, shows what would become of it, then writes and verifies it and opens what was written. */
export async function promoteNotebook(services: Services): Promise<void> {
  const uri = await chooseNotebook()
  if (!uri) return
  const root = projectOf(uri)
  const file = basename(uri.fsPath)
  if (root === undefined)
    return showError(services, 'Promote', new Error(`${file} lies in no Slipway project.`))
  const open = vscode.workspace.notebookDocuments.find(each => each.uri.toString() === uri.toString())
  if (open?.isDirty) await open.save()
  const args = ['promote', uri.fsPath]
  const proposal = await runTask<Promotion>(services, { title: `Reading ${file}`, args, root })
  if (!proposal) return
  if (proposal.unchanged) return showPromotion(services, root, proposal)
  const message = `Promote ${file} to pipeline ${proposal.name}?`
  const write = 'Write and Verify'
  const options = { modal: true, detail: describeProposal(proposal) }
  if ((await vscode.window.showInformationMessage(message, options, write)) !== write) return
  const title = `Promoting ${file}`
  const written = await runTask<Promotion>(services, { title, args: [...args, '--yes'], root })
  if (written) await showPromotion(services, root, written)
}

function describeProposal({ steps, parameters, outputs, kept, dropped, assumptions }: Promotion): string {
  const lines = [
    `Steps: ${steps.map(step => step.name).join(' → ')}`,
    parameters.length > 0 &&
      `Parameters: ${parameters.map(each => `${each.name} = ${JSON.stringify(each.default)}`).join(', ')}`,
    `Gives: ${outputs.map(output => output.name).join(', ')}`,
    `Keeps ${kept.length} of ${kept.length + dropped.length} statements of the notebook.`,
    ...assumptions.map(({ message }) => `Assumes: ${message}`),
    'The pipeline is run once and compared with the notebook before it is written.',
  ]
  return lines.filter(Boolean).join('\n')
}

async function showPromotion(services: Services, root: string, promotion: Promotion): Promise<void> {
  const { name, version, outputs, unchanged } = promotion
  await openSteps(promotion)
  const verdicts = outputs.map(({ name, verdict, cause }) => `${name}: ${cause ?? verdict}`).join(', ')
  const what = unchanged ? 'is this version already' : 'was written and verified'
  const text = `Pipeline ${name} ${what} (${verdicts}), version ${version.replace('sha256:', '').slice(0, 12)}.`
  const chosen = await vscode.window.showInformationMessage(text, 'Submit')
  if (chosen) await submitPipeline(services, { root, name })
}

async function openSteps({ folder, steps }: Promotion): Promise<void> {
  const path = join(folder, steps.at(-1)?.file ?? 'pipeline.json')
  if (existsSync(path)) await vscode.window.showTextDocument(vscode.Uri.file(path))
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
