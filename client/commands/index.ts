/** Every command of the extension by its id. The titles stand in package.json. */
import * as vscode from 'vscode'
import type { Services } from '../context.ts'
import { chooseRun, openRun } from '../pages/run-page.ts'
import type { CatalogNode } from '../views/catalog.ts'
import type { ModelNode } from '../views/models.ts'
import type { RunNode } from '../views/runs.ts'
import { applyFeatures, insertFeature, searchFeatures } from './catalog.ts'
import { deployModel, predict } from './deploy.ts'
import { newProject } from './new-project.ts'
import { restartAndRunAll, restartKernel, runAbove, runBelow, wipeLog } from './notebook.ts'
import { promoteNotebook, submitPipeline } from './promote.ts'
import { requireProject, runTask, showError } from './run.ts'

/** Registers them. @param refresh what *Refresh* does */
export function registerCommands(services: Services, refresh: () => void): vscode.Disposable {
  const commands: Readonly<Record<string, (node?: never) => unknown>> = {
    'slipway.promote': () => promoteNotebook(services),
    'slipway.submit': () => submitPipeline(services),
    'slipway.deploy': (node?: ModelNode) =>
      deployModel(services, node?.kind === 'model' ? node.model : undefined),
    'slipway.predict': (node?: ModelNode | string) => predict(services, endpointOf(node)),
    'slipway.apply': () => applyFeatures(services),
    'slipway.searchFeatures': () => searchFeatures(services),
    'slipway.insertFeature': (node?: CatalogNode) =>
      node?.kind === 'feature' ? insertFeature(node.hit) : searchFeatures(services),
    'slipway.restartKernel': () => restartKernel(services),
    'slipway.restartAndRunAll': () => restartAndRunAll(services),
    'slipway.runAbove': () => runAbove(services),
    'slipway.runBelow': () => runBelow(services),
    'slipway.wipeLog': () => wipeLog(services),
    'slipway.openRun': (node?: RunNode) => openAnyRun(services, node),
    'slipway.cancelRun': (node?: RunNode) => onRun(services, node, run => ['cancel', run.id]),
    'slipway.retryRun': (node?: RunNode) => onRun(services, node, run => ['submit', run.pipeline, '--retry']),
    'slipway.newProject': () => newProject(services),
    'slipway.refresh': refresh,
    'slipway.showLog': () => services.output.show(),
  }
  const guarded = Object.entries(commands).map(([id, run]) =>
    vscode.commands.registerCommand(id, async (node?: never) => {
      try {
        await run(node)
      } catch (error) {
        await showError(services, id, error)
      }
    }),
  )
  return vscode.Disposable.from(...guarded)
}

function endpointOf(node: ModelNode | string | undefined): string | undefined {
  if (typeof node === 'string') return node
  return node?.kind === 'endpoint' ? node.endpoint.name : undefined
}

async function openAnyRun(services: Services, node: RunNode | undefined): Promise<void> {
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
