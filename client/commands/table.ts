/** What each command does, by its id. The titles stand in package.json. */
import * as vscode from 'vscode'
import type { LanguageServices, Services } from '../context.ts'
import { debugCell } from '../debug/debug-cell.ts'
import { chooseRun, openRun } from '../pages/run-page.ts'
import { markCell, runNeededCells, showNeededBy, showNeeds } from '../promotion/register.ts'
import type { CatalogNode } from '../views/catalog.ts'
import type { ModelNode } from '../views/models.ts'
import type { RunNode } from '../views/runs.ts'
import { applyFeatures, insertFeature, searchFeatures } from './catalog.ts'
import { showCompiled } from './compiled.ts'
import { deployModel, predict } from './deploy.ts'
import { getStarted, openDocumentation } from './help.ts'
import type { CommandServices } from './index.ts'
import { insertModelCell, moveModelCell } from './model-cell.ts'
import { newProject } from './new-project.ts'
import { restartAndRunAll, restartKernel, runAbove, runBelow, wipeLog } from './notebook.ts'
import { openModel, showReferences } from './open.ts'
import { checkProject, formatProject } from './project.ts'
import { previewFeatures } from './preview.ts'
import { promoteCell, promoteNotebook, submitPipeline } from './promote.ts'
import { report } from './report.ts'
import { commandGrid } from '../support/grids.ts'
import { requireProject, runTask, showError } from './run.ts'
import { trainSample } from './train.ts'

/** Command ids to what they do. Arguments come from menus, lenses, trees or nowhere. */
type Table<S> = Readonly<Record<string, (services: S, ...args: never[]) => unknown>>

const languageCommands: Table<LanguageServices> = {
  'slipway.showSql': (services, uri?: unknown, name?: unknown) =>
    showCompiled(services, 'sql', { uri, name }),
  'slipway.showPlan': (services, uri?: unknown, name?: unknown) =>
    showCompiled(services, 'plan', { uri, name }),
  'slipway.showReferences': showReferences,
  'slipway.openModel': openModel,
  'slipway.checkProject': checkProject,
  'slipway.formatProject': formatProject,
  'slipway.searchFeatures': searchFeatures,
  'slipway.insertFeature': (services, node?: CatalogNode) =>
    node?.kind === 'feature' ? insertFeature(node.hit) : searchFeatures(services),
  'slipway.insertModelCell': insertModelCell,
  'slipway.moveModelCell': moveModelCell,
  'slipway.showNeeds': showNeeds,
  'slipway.showNeededBy': showNeededBy,
  'slipway.markOutput': markCell,
  'slipway.restartServer': ({ language }) => language.restart(),
  'slipway.refresh': ({ changed }) => changed.fire(),
  'slipway.showLog': ({ output }) => output.show(),
  'slipway.openDocumentation': openDocumentation,
  'slipway.openWalkthrough': getStarted,
  'slipway.report': report,
}

const trustedCommands: Table<Services> = {
  'slipway.newProject': newProject,
  'slipway.trainSample': (services, uri?: unknown, name?: unknown) => trainSample(services, { uri, name }),
  'slipway.previewFeatures': (services, uri?: unknown, name?: unknown) =>
    previewFeatures(services, { uri, name }),
  'slipway.runTests': (_services, uri?: unknown, name?: unknown, test?: unknown) =>
    vscode.commands.executeCommand('slipway.testing.run', uri, name, test),
  'slipway.promote': promoteNotebook,
  'slipway.promoteCell': promoteCell,
  'slipway.runNeeded': runNeededCells,
  'slipway.submit': services => submitPipeline(services),
  'slipway.deploy': (services, node?: ModelNode) =>
    deployModel(services, node?.kind === 'model' ? node.model : undefined),
  'slipway.predict': (services, node?: ModelNode | string) => predict(services, endpointOf(node)),
  'slipway.apply': applyFeatures,
  'slipway.restartKernel': restartKernel,
  'slipway.restartAndRunAll': restartAndRunAll,
  'slipway.debugCell': debugCell,
  'slipway.runAbove': runAbove,
  'slipway.runBelow': runBelow,
  'slipway.wipeLog': wipeLog,
  'slipway.copyTableCsv': () => onGrid('copyCsv'),
  'slipway.saveTable': () => onGrid('save'),
  'slipway.openRun': openAnyRun,
  'slipway.cancelRun': (services, node?: RunNode) => onRun(services, node, run => ['cancel', run.id]),
  'slipway.retryRun': (services, node?: RunNode) =>
    onRun(services, node, run => ['submit', run.pipeline, '--retry']),
}

/** Runs a command; what it throws is told to the person. */
export async function runCommand(services: CommandServices, id: string, args: unknown[]): Promise<void> {
  const { base, trusted } = services
  try {
    const command = languageCommands[id]
    if (command) return void (await command(base, ...(args as never[])))
    const allowed = trusted()
    if (allowed) return void (await trustedCommands[id]?.(allowed, ...(args as never[])))
    await explainTrust()
  } catch (error) {
    await showError(base, titleOf(base, id), error)
  }
}

function titleOf({ extension }: LanguageServices, id: string): string {
  const { contributes } = extension.extension.packageJSON as {
    contributes: { commands: readonly { command: string; title: string }[] }
  }
  return contributes.commands.find(({ command }) => command === id)?.title ?? id
}

async function explainTrust(): Promise<void> {
  const text =
    'This runs code of the workspace, which is not trusted. The language support goes on without it.'
  const chosen = await vscode.window.showWarningMessage(text, 'Manage Trust')
  if (chosen) await vscode.commands.executeCommand('workbench.trust.manage')
}

/** A command for the grid that was used last. */
async function onGrid(command: 'copyCsv' | 'save'): Promise<void> {
  if (commandGrid(command)) return
  await vscode.window.showInformationMessage(
    'Click into the table first, so that it is known which one is meant.',
  )
}

function endpointOf(node: ModelNode | string | undefined): string | undefined {
  if (typeof node === 'string') return node
  return node?.kind === 'endpoint' ? node.endpoint.name : undefined
}

async function openAnyRun(services: Services, node?: RunNode): Promise<void> {
  if (node?.kind === 'run') return openRun(services, node.root, node.run.id)
  const root = await requireProject()
  const id = root === undefined ? undefined : await chooseRun(services, root)
  if (root !== undefined && id !== undefined) await openRun(services, root, id)
}

type Run = (RunNode & { kind: 'run' })['run']

async function onRun(
  services: Services,
  node: RunNode | undefined,
  args: (run: Run) => string[],
): Promise<void> {
  if (node?.kind !== 'run') return
  const [verb] = args(node.run)
  const title = verb === 'cancel' ? 'Cancelling the run' : 'Retrying the run'
  await runTask(services, { title, args: args(node.run), root: node.root, needsBackend: true })
}
