/** *Apply Features to Catalog*, *Search Features*, *Insert Feature*. */
import * as vscode from 'vscode'
import type { CatalogHit } from '../../server/messages.ts'
import type { LanguageServices, Services } from '../context.ts'
import { searchCatalog } from '../lsp/requests.ts'
import { featureInsertion } from './insertion.ts'
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
export function searchFeatures(services: LanguageServices): void {
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

/** Puts the feature's line into the `features` block of the `.slip` file that was edited last. */
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
  const { document } = editor
  const lines = document.getText().split(/\r?\n/)
  const cursor = editor.selection.active.line
  const line = document.lineAt(featureInsertion(lines, cursor)?.behindLine ?? cursor)
  const shown = await vscode.window.showTextDocument(document, { viewColumn: editor.viewColumn })
  // An empty line is used, a full one followed. VS Code gives the snippet the indentation of the line above it.
  if (line.isEmptyOrWhitespace)
    return void shown.insertSnippet(new vscode.SnippetString(hit.insertText), line.range.end)
  const opens = line.text.trimEnd().endsWith('{') ? '\t' : ''
  await shown.insertSnippet(new vscode.SnippetString(`\n${opens}${hit.insertText}`), line.range.end)
}
