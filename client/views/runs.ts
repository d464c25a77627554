/** The view of runs, the newest first, each with its steps. */
import * as vscode from 'vscode'
import type { Run, RunStep } from '../../backend/api/index.ts'
import type { Services } from '../context.ts'
import { currentProject } from '../project.ts'
import { createPollingTree } from './polling.ts'

export type RunNode =
  | { readonly kind: 'run'; readonly root: string; readonly run: Run }
  | { readonly kind: 'step'; readonly step: RunStep }

type State = RunStep['state'] | Run['state']

const icons: { readonly [S in State]: readonly [icon: string, color?: string] } = {
  pending: ['circle-outline'],
  queued: ['clock'],
  running: ['sync~spin', 'progressBar.background'],
  succeeded: ['pass', 'testing.iconPassed'],
  failed: ['error', 'testing.iconFailed'],
  cancelled: ['circle-slash'],
}

export function createRunsView(services: Services): ReturnType<typeof createPollingTree> {
  return createPollingTree<RunNode>(services, 'slipway.runs', {
    async load() {
      const root = currentProject()
      const api = root === undefined ? undefined : await services.backends.running(root)
      if (root === undefined || !api) return []
      const { runs } = await api.runs()
      const newest = runs.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))
      return newest.map(run => ({ kind: 'run', root, run }))
    },
    children: node => (node.kind === 'run' ? node.run.steps.map(step => ({ kind: 'step', step })) : []),
    item: node => (node.kind === 'run' ? runItem(node.run, node) : stepItem(node.step)),
    fingerprint: JSON.stringify,
  })
}

function runItem(run: Run, node: RunNode): vscode.TreeItem {
  const active = run.state === 'running' || run.state === 'queued'
  const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState
  const item = new vscode.TreeItem(run.pipeline, active ? Expanded : Collapsed)
  item.id = run.id
  const done = run.steps.filter(step => step.state === 'succeeded').length
  const when = new Date(run.createdAt).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
  item.description = [active ? `${run.state} ${done}/${run.steps.length}` : run.state, metric(run), when]
    .filter(Boolean)
    .join(' · ')
  item.iconPath = iconOf(run.state)
  const failed = run.state === 'failed' || run.state === 'cancelled'
  item.contextValue = `run.${active ? 'active' : failed ? 'failed' : 'done'}`
  item.tooltip = run.failure?.message ?? `${run.pipeline} ${run.version.replace('sha256:', '').slice(0, 12)}`
  item.command = { command: 'slipway.openRun', title: 'Open Run', arguments: [node] }
  return item
}

function metric(run: Run): string | undefined {
  const found = run.metrics.find(each => each.name === 'test.auc') ?? run.metrics[0]
  return found && `${found.name} ${found.value.toFixed(3)}`
}

function stepItem(step: RunStep): vscode.TreeItem {
  const item = new vscode.TreeItem(step.name)
  item.description = step.reused ? 'reused' : step.state
  item.iconPath = iconOf(step.state)
  return item
}

function iconOf(state: State): vscode.ThemeIcon {
  const [icon, color] = icons[state]
  return new vscode.ThemeIcon(icon, color === undefined ? undefined : new vscode.ThemeColor(color))
}
