/** The view of the catalog: every feature with what a person wants to know before using it. */
import * as vscode from 'vscode'
import type { CatalogHit } from '../../server/messages.ts'
import type { Services } from '../context.ts'
import { searchCatalog } from '../lsp/requests.ts'
import { createPollingTree } from './polling.ts'

export type CatalogNode =
  | { readonly kind: 'feature'; readonly hit: CatalogHit }
  | { readonly kind: 'detail'; readonly name: string; readonly value: string; readonly icon: string }

const nShown = 1000

export function createCatalogView(services: Services): ReturnType<typeof createPollingTree> {
  return createPollingTree<CatalogNode>(services, 'slipway.catalog', {
    async load() {
      const hits = await searchCatalog(services.language, { text: '', limit: nShown })
      return hits.map(hit => ({ kind: 'feature', hit }))
    },
    children: node => (node.kind === 'feature' ? details(node.hit) : []),
    item: node => (node.kind === 'feature' ? featureItem(node.hit) : detailItem(node)),
    fingerprint: JSON.stringify,
  })
}

function details(hit: CatalogHit): CatalogNode[] {
  const rows: readonly (readonly [string, string | undefined, string])[] = [
    ['entity', hit.entity, 'key'],
    ['type', typeText(hit), 'symbol-numeric'],
    ['owner', hit.owner, 'person'],
    ['tags', hit.tags.join(', ') || undefined, 'tag'],
    ['version', String(hit.version), 'versions'],
    ['uses', `${hit.uses} by models, pipelines and endpoints`, 'references'],
  ]
  return rows.flatMap(([name, value, icon]) =>
    value === undefined ? [] : [{ kind: 'detail' as const, name, value, icon }],
  )
}

function featureItem(hit: CatalogHit): vscode.TreeItem {
  const item = new vscode.TreeItem(hit.name, vscode.TreeItemCollapsibleState.Collapsed)
  item.description = `${hit.type.kind} of ${hit.entity}`
  item.iconPath = new vscode.ThemeIcon(hit.active ? 'symbol-field' : 'warning')
  item.contextValue = 'feature'
  item.tooltip = tooltip(hit)
  item.accessibilityInformation = { label: `${hit.name}, ${typeText(hit)} of ${hit.entity}` }
  return item
}

function tooltip(hit: CatalogHit): vscode.MarkdownString {
  const text = new vscode.MarkdownString()
  text.appendMarkdown(`**${hit.name}@${hit.version}**${hit.active ? '' : ' (deprecated)'}\n\n`)
  if (hit.doc !== undefined) text.appendText(`${hit.doc}\n\n`)
  text.appendMarkdown(`\`${typeText(hit)}\` of \`${hit.entity}\``)
  return text
}

function typeText({ type }: CatalogHit): string {
  return `${type.kind}${type.nullable ? '?' : ''}${type.unit === undefined ? '' : ` (${type.unit})`}`
}

function detailItem(node: CatalogNode & { kind: 'detail' }): vscode.TreeItem {
  const item = new vscode.TreeItem(node.name)
  item.description = node.value
  item.iconPath = new vscode.ThemeIcon(node.icon)
  return item
}
