/** *Deploy Model* and *Predict*. */
import * as vscode from 'vscode'
import type { Endpoint, ModelVersion } from '../../backend/api/index.ts'
import type { Services } from '../context.ts'
import { openEndpoint } from '../pages/predict-page.ts'
import { choose } from '../support/choose.ts'
import { requireProject, runTask, showError } from './run.ts'

/** Deploys a model version behind an endpoint of the model's name, then offers to ask it. */
export async function deployModel(
  services: Services,
  given?: { readonly name: string; readonly version: number },
): Promise<void> {
  const root = await requireProject()
  if (root === undefined) return
  const model = given ?? (await chooseModel(services, root))
  if (!model) return
  const document = await runTask<{ endpoint: Endpoint; url: string }>(services, {
    title: `Deploying ${model.name} version ${model.version}`,
    args: ['deploy', model.name, '--model-version', String(model.version)],
    root,
    needsBackend: true,
  })
  if (!document) return
  const text = `${document.endpoint.model} version ${document.endpoint.version} answers at ${document.url}`
  const chosen = await vscode.window.showInformationMessage(text, 'Predict', 'Copy URL')
  if (chosen === 'Predict') await openEndpoint(services, root, document.endpoint.name)
  if (chosen === 'Copy URL') await vscode.env.clipboard.writeText(document.url)
}

async function chooseModel(services: Services, root: string): Promise<ModelVersion | undefined> {
  const models = await list(services, root, 'models', async api => (await api.models()).models)
  if (models === undefined) return undefined
  if (models.length === 0) {
    void vscode.window.showWarningMessage('There is no model yet: a run that succeeds registers one.')
    return undefined
  }
  const items = models
    .toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))
    .map(model => ({
      label: `${model.name} version ${model.version}`,
      description: model.metrics.map(m => `${m.name} ${m.value.toFixed(3)}`).join(', '),
      detail: model.requirements.map(r => `${r.met ? '$(check)' : '$(error)'} ${r.text}`).join('  '),
      model,
    }))
  const chosen = await choose(items, { placeHolder: 'Which model version?' })
  return chosen?.model
}

/** Opens the page of an endpoint. */
export async function predict(services: Services, given?: string): Promise<void> {
  const root = await requireProject()
  if (root === undefined) return
  const name = given ?? (await chooseEndpoint(services, root))
  if (name !== undefined) await openEndpoint(services, root, name)
}

async function chooseEndpoint(services: Services, root: string): Promise<string | undefined> {
  const endpoints = await list(services, root, 'endpoints', async api => (await api.endpoints()).endpoints)
  if (endpoints === undefined) return undefined
  if (endpoints.length <= 1) {
    if (endpoints.length === 0)
      void vscode.window.showWarningMessage('Nothing is deployed yet: deploy a model first.')
    return endpoints[0]?.name
  }
  const items = endpoints.map(each => ({
    label: each.name,
    description: `${each.model} version ${each.version}`,
  }))
  return (await choose(items, { placeHolder: 'Which endpoint?' }))?.label
}

type Api = Awaited<ReturnType<Services['backends']['connect']>>

async function list<T>(
  services: Services,
  root: string,
  what: string,
  read: (api: Api) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await read(await services.backends.connect(root))
  } catch (error) {
    await showError(services, `The ${what} cannot be listed`, error)
    return undefined
  }
}
