/** *Apply Features to Catalog*, *Search Features*, *Insert Feature*. */
import * as vscode from 'vscode'
import type { CatalogHit } from '../../server/messages.ts'
import type { Services } from '../context.ts'
import { searchCatalog } from '../language-client.ts'
import { requireProject, runTask, showError } from './run.ts'

const nHits = 50

/** Registers the features of the project's `.slip` files. */
export async function applyFeatures(services: Services): Promise<void> {
  const root = await requireProject()
  if (root === undefined) return
  await vscode.workspace.saveAll(false)
  const document = await runTask<Readonly<Record<string, unknown>>>(services, {
    title: 'Applying features to the catalog',
    args: ['apply'],
    root,
  })
  if (document) void vscode.window.showInformationMessage(describeApplied(document))
}

function describeApplied(document: Readonly<Record<string, unknown>>): string {
  const features = document['features'] ?? document['applied']
  if (!Array.isArray(features)) return 'The catalog is up to date with the .slip files.'
  const names = features.map((each: { name?: string; version?: number; state?: string }) =>
    [each.name, each.version && `version ${each.version}`, each.state && `(${each.state})`]
      .filter(Boolean)
      .join(' '),
  )
  return names.length ? `Catalog: ${names.join(', ')}.` : 'The .slip files declare no feature.'
}

interface HitItem extends vscode.QuickPickItem {
  readonly hit: CatalogHit
}

/** Searches while typing; the chosen feature is inserted at the cursor. */
export function searchFeatures(services: Services): void {
  const pick = vscode.window.createQuickPick<HitItem>()
  pick.placeholder = 'Search the catalog by name, description, tag or owner'
  pick.matchOnDescription = true
  pick.matchOnDetail = true
  let asked = 0
  const search = async (text: string): Promise<void> => {
    const mine = ++asked
    pick.busy = true
    try {
      const hits = await searchCatalog(services.language, { text, limit: nHits })
      if (mine === asked) pick.items = hits.map(itemOf)
    } catch (error) {
      pick.hide()
      await showError(services, 'The catalog cannot be searched', error)
    } finally {
      if (mine === asked) pick.busy = false
    }
  }
  pick.onDidChangeValue(search)
  pick.onDidAccept(async () => {
    const chosen = pick.selectedItems[0]
    pick.hide()
    if (chosen) await insertFeature(chosen.hit)
  })
  pick.onDidHide(() => pick.dispose())
  pick.show()
  void search('')
}

function itemOf(hit: CatalogHit): HitItem {
  return {
    label: hit.active ? hit.name : `$(warning) ${hit.name}`,
    description: [hit.type.kind, `of ${hit.entity}`, hit.owner, ...hit.tags.map(tag => `#${tag}`)]
      .filter(Boolean)
      .join('  '),
    detail: hit.doc,
    // The server has ranked; what it found is not filtered again by the label.
    alwaysShow: true,
    hit,
  }
}

/** Puts the feature's line at the cursor of the `.slip` file that was edited last, on a line of its own. */
export async function insertFeature(hit: CatalogHit): Promise<void> {
  const editor = [vscode.window.activeTextEditor, ...vscode.window.visibleTextEditors].find(
    each => each?.document.languageId === 'slipway',
  )
  if (!editor) {
    await vscode.env.clipboard.writeText(hit.insertText.replace(/\$\{\d+:([^}]*)\}|\$\d+/g, '$1'))
    void vscode.window.showInformationMessage(
      `No .slip file is open: the line for ${hit.name} is in the clipboard.`,
    )
    return
  }
  const line = editor.document.lineAt(editor.selection.active.line)
  const shown = await vscode.window.showTextDocument(editor.document, { viewColumn: editor.viewColumn })
  const own = line.isEmptyOrWhitespace
  // A snippet takes over the indentation of the line it is put into.
  const snippet = new vscode.SnippetString(own ? hit.insertText : `\n${hit.insertText}`)
  await shown.insertSnippet(snippet, own ? editor.selection.active : line.range.end)
}
