/** What can be typed next. The language knows what fits; here it becomes items, snippets and paths of files. */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { type CompletionItem, CompletionItemKind, type CompletionList } from 'vscode-languageserver/node'
import type { Scope } from '../../language/index.ts'
import { type FileContext, rangeOf } from '../core/context.ts'
import { callableFeatures } from './completion/features.ts'
import { featureLine, itemOf } from './completion/items.ts'
import { modelAt } from './known.ts'

const dataFile = /\.(parquet|csv|json|jsonl|arrow)$/i

export async function completion(file: FileContext, offset: number): Promise<CompletionList | null> {
  const scope = file.workspace.scopeAt(file.path, offset)
  if (scope.context === 'path') return list(await dataFiles(file, scope, offset))
  if (scope.context === 'none' || scope.context === 'string') return null
  const range = rangeOf(file.document, scope.replace)
  const items = itemsIn(file, scope).map(({ insertText, ...item }): CompletionItem => {
    // In backticks the typed text begins with one, and so has to what it is compared with.
    const quoted = file.tree.text[scope.replace.start] === '`'
    const newText = insertText ?? item.label
    return { ...item, ...(quoted && { filterText: `\`${item.label}` }), textEdit: { range, newText } }
  })
  return list(items)
}

const list = (items: CompletionItem[]): CompletionList => ({ isIncomplete: false, items })

function itemsIn(file: FileContext, scope: Scope): CompletionItem[] {
  const callable = new Map(callableFeatures(file).map(feature => [feature.name, feature]))
  const { context, replace } = scope
  const beginsItem = /(^|[{,\n])\s*$/.test(
    file.tree.text.slice(Math.max(0, replace.start - 500), replace.start),
  )
  const items = scope.candidates.map(candidate => itemOf(candidate, { context, beginsItem, callable }))
  if (context !== 'featuresBlock' || !beginsItem) return items
  const named =
    modelAt(file, replace.start)?.features?.items.filter(item => item.span.start !== replace.start) ?? []
  const used = new Set(named.map(item => item.name.text))
  const free = items.filter(item => !used.has(item.label))
  return [...free, ...[...callable.values()].filter(feature => !used.has(feature.name)).map(featureLine)]
}

/** Folders and data files of the project at a path that is being typed. */
async function dataFiles(
  file: FileContext,
  { replace, format }: Scope,
  offset: number,
): Promise<CompletionItem[]> {
  const typed = file.tree.text.slice(replace.start, offset)
  const folder = typed.slice(0, typed.lastIndexOf('/') + 1)
  const { root, hasFolder } = file.project
  if (!hasFolder) return []
  const absolute = path.resolve(root, folder)
  if (path.relative(root, absolute).startsWith('..')) return []
  const entries = await readdir(absolute, { withFileTypes: true }).catch(() => [])
  const range = rangeOf(file.document, { start: replace.start + folder.length, end: replace.end })
  return entries
    .filter(entry => !entry.name.startsWith('.') && entry.name !== 'node_modules')
    .filter(entry => entry.isDirectory() || dataFile.test(entry.name))
    .map(entry => {
      const newText = entry.isDirectory() ? `${entry.name}/` : entry.name
      const kind = entry.isDirectory() ? CompletionItemKind.Folder : CompletionItemKind.File
      // Files of the format that is already written come first.
      const rank = format !== undefined && entry.name.endsWith(format) ? 0 : 1
      return { label: newText, kind, sortText: `${rank}${newText}`, textEdit: { range, newText } }
    })
}
