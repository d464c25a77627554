/** How a suggestion looks in the editor. What may be suggested is the language's to say (scopeAt). */
import {
  type CompletionItem,
  CompletionItemKind,
  InsertTextFormat,
  MarkupKind,
} from 'vscode-languageserver/node'
import { type Candidate, type ContextKind, describeType, functions } from '../../../language/index.ts'
import { wordDocs } from '../word-docs.ts'
import { type CallableFeature, callSnippet } from './features.ts'
import { templates } from './templates.ts'

const kinds: Readonly<Record<Candidate['kind'], CompletionItemKind>> = {
  source: CompletionItemKind.Module,
  entity: CompletionItemKind.Struct,
  feature: CompletionItemKind.Function,
  model: CompletionItemKind.Class,
  column: CompletionItemKind.Field,
  modelFeature: CompletionItemKind.Variable,
  label: CompletionItemKind.Variable,
  output: CompletionItemKind.Variable,
  function: CompletionItemKind.Function,
  aggregate: CompletionItemKind.Function,
  algorithm: CompletionItemKind.Class,
  hyperparameter: CompletionItemKind.Property,
  metric: CompletionItemKind.EnumMember,
  keyword: CompletionItemKind.Keyword,
  type: CompletionItemKind.TypeParameter,
  format: CompletionItemKind.EnumMember,
}

/** What stands first: names of the data and the project, then functions, then words. */
function rankOf({ kind }: Candidate): number {
  if (kind === 'keyword') return 2
  return kind === 'function' || kind === 'aggregate' ? 1 : 0
}

export interface ItemOptions {
  readonly context: ContextKind
  /** Whether the item begins here, so that a word may bring what follows it. */
  readonly beginsItem: boolean
  /** The features that can be called, by name, for their keys. */
  readonly callable: ReadonlyMap<string, CallableFeature>
}

/** `insertText` is a snippet when the format says so. */
export function itemOf(candidate: Candidate, options: ItemOptions): CompletionItem {
  const { name, kind, type, doc, detail } = candidate
  const known = { label: name, kind: kinds[kind], sortText: `${rankOf(candidate)}${name}` }
  const described = doc ?? (kind === 'keyword' ? wordDocs.get(name) : undefined)
  return {
    ...known,
    detail: detail ?? (type && describeType(type)),
    documentation: described === undefined ? undefined : markdown(described),
    ...insertionOf(candidate, options),
  }
}

function insertionOf(
  candidate: Candidate,
  { context, beginsItem, callable }: ItemOptions,
): Partial<CompletionItem> {
  const { kind, name, text, detail } = candidate
  if (kind === 'keyword') {
    const template = beginsItem || context === 'prepareBody' ? templates[context]?.[name] : undefined
    return template ? { ...snippet(template.snippet), detail: template.detail } : { insertText: text }
  }
  if (kind === 'function' && name !== 'probability') {
    const parameters = functions.get(name)?.parameters.map((p, i) => `\${${i + 1}:${p.name}}`)
    return parameters ? snippet(`${text}(${parameters.join(', ')})`) : { insertText: text }
  }
  if (kind === 'aggregate') return snippet(`${text}($1)`)
  if (kind === 'hyperparameter') return snippet(`${text} = \${1:${detail?.replace('default ', '') ?? ''}}`)
  const feature = kind === 'feature' ? callable.get(name) : undefined
  return feature ? snippet(callSnippet(feature)) : { insertText: text }
}

/** A line of a `features` block: `name = feature(key)`. */
export function featureLine(feature: CallableFeature): CompletionItem {
  const { name, version, entity, type, doc } = feature
  return {
    label: name,
    kind: CompletionItemKind.Function,
    detail: `feature of ${entity}${type ? `: ${describeType(type)}` : ''}`,
    labelDetails: { description: version === undefined ? 'this project' : `catalog, version ${version}` },
    documentation: doc === undefined ? undefined : markdown(doc),
    sortText: `1${name}`,
    ...snippet(featureLineSnippet(feature)),
  }
}

export function featureLineSnippet(feature: Pick<CallableFeature, 'name' | 'keys'>): string {
  const call = callSnippet(feature)
  return `${call.slice(0, call.lastIndexOf('('))} = ${call}`
}

function snippet(insertText: string): Partial<CompletionItem> {
  return { insertText, insertTextFormat: InsertTextFormat.Snippet }
}

export function markdown(value: string): CompletionItem['documentation'] {
  return { kind: MarkupKind.Markdown, value }
}
