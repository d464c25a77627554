/** The view of registered models and of what is deployed. */
import * as vscode from 'vscode'
import type { Endpoint, ModelVersion } from '../../backend/api/index.ts'
import type { Services } from '../context.ts'
import { currentProject } from '../project.ts'
import { createPollingTree } from './polling.ts'

export type ModelNode =
  | { readonly kind: 'group'; readonly title: string; readonly nodes: readonly ModelNode[] }
  | { readonly kind: 'model'; readonly model: ModelVersion }
  | { readonly kind: 'endpoint'; readonly endpoint: Endpoint }
  | { readonly kind: 'metric'; readonly name: string; readonly value: number }

export function createModelsView(services: Services): ReturnType<typeof createPollingTree> {
  return createPollingTree<ModelNode>(services, 'slipway.models', {
    async load() {
      const root = currentProject()
      const api = root === undefined ? undefined : await services.backends.running(root)
      if (!api) return []
      const [{ models }, { endpoints }] = await Promise.all([api.models(), api.endpoints()])
      return groups(models, endpoints)
    },
    children,
    item,
    fingerprint: JSON.stringify,
  })
}

function groups(models: readonly ModelVersion[], endpoints: readonly Endpoint[]): ModelNode[] {
  const newest = models.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))
  const all: readonly (ModelNode & { kind: 'group' })[] = [
    { kind: 'group', title: 'Models', nodes: newest.map(model => ({ kind: 'model', model })) },
    { kind: 'group', title: 'Endpoints', nodes: endpoints.map(endpoint => ({ kind: 'endpoint', endpoint })) },
  ]
  return all.filter(group => group.nodes.length > 0)
}

function children(node: ModelNode): readonly ModelNode[] {
  if (node.kind === 'group') return node.nodes
  if (node.kind === 'model')
    return node.model.metrics.map(({ name, value }) => ({ kind: 'metric', name, value }))
  return []
}

function item(node: ModelNode): vscode.TreeItem {
  const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState
  switch (node.kind) {
    case 'group':
      return new vscode.TreeItem(node.title, Expanded)
    case 'model':
      return modelItem(node.model, new vscode.TreeItem(node.model.name, Collapsed))
    case 'endpoint':
      return endpointItem(node.endpoint, new vscode.TreeItem(node.endpoint.name))
    case 'metric': {
      const metric = new vscode.TreeItem(node.name)
      metric.description = node.value.toFixed(4)
      return metric
    }
  }
}

function modelItem(model: ModelVersion, item: vscode.TreeItem): vscode.TreeItem {
  const auc = model.metrics.find(each => each.name === 'test.auc')
  item.description = `v${model.version}${auc ? ` · test.auc ${auc.value.toFixed(3)}` : ''}`
  const met = model.requirements.every(requirement => requirement.met)
  item.iconPath = new vscode.ThemeIcon(met ? 'package' : 'warning')
  item.tooltip =
    model.requirements.map(each => `${each.met ? '✓' : '✗'} ${each.text}`).join('\n') || undefined
  item.contextValue = 'model'
  return item
}

function endpointItem(endpoint: Endpoint, item: vscode.TreeItem): vscode.TreeItem {
  item.description = `${endpoint.state} · v${endpoint.version} · ${endpoint.nPredictions} predictions`
  item.iconPath = new vscode.ThemeIcon(endpoint.state === 'failed' ? 'error' : 'broadcast')
  item.tooltip = endpoint.problem ?? endpoint.path
  item.contextValue = 'endpoint'
  item.command = { command: 'slipway.predict', title: 'Predict', arguments: [endpoint.name] }
  return item
}
