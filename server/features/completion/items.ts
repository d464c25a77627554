/** How a suggestion looks in the editor. What may be suggested is the language's to say (scopeAt). */
import {
  type CompletionItem,
  CompletionItemKind,
  InsertTextFormat,
  MarkupKind,
  type TextEdit,
} from 'vscode-languageserver/node'
import { type Candidate, type CandidateKind, describeType, functions } from '../../../language/index.ts'
import type { FileContext } from '../../core/context.ts'
import { rangeOf } from '../../core/context.ts'
import { isDescribable } from '../describe/symbol.ts'
import { wordDocs } from '../word-docs.ts'
import { literal, place } from './snippets.ts'

const kinds: Readonly<Record<CandidateKind, CompletionItemKind>> = {
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
  operator: CompletionItemKind.Operator,
  type: CompletionItemKind.TypeParameter,
  format: CompletionItemKind.EnumMember,
  choice: CompletionItemKind.EnumMember,
  value: CompletionItemKind.Value,
  text: CompletionItemKind.Text,
  file: CompletionItemKind.File,
  row: CompletionItemKind.Variable,
  monitor: CompletionItemKind.EnumMember,
}

/** An item before it is placed: `insertText` is a snippet when the format says so. */
export interface Suggestion extends CompletionItem {
  /** The smaller, the earlier; then the order in which they come. */
  readonly rank: number
}

/** What `completionItem/resolve` needs to describe an item. */
export interface ItemData {
  readonly uri: string
  readonly kind: CandidateKind
  readonly name: string
  readonly container?: string
  readonly path?: string
}

export function itemOf(file: FileContext, candidate: Candidate, rank: number): Suggestion {
  const { name, kind, type, doc, detail, container, from } = candidate
  const described = doc ?? (kind === 'keyword' ? wordDocs.get(name) : undefined)
  const shown = detail ?? (type && describeType(type))
  const needs = isDescribable(kind) || described !== undefined
  return {
    label: name,
    kind: kinds[kind],
    rank,
    ...(shown !== undefined && { detail: shown }),
    ...(described !== undefined && { documentation: markdown(described) }),
    ...(from !== undefined && { labelDetails: { description: from }, ...importing(file, candidate) }),
    ...(needs && {
      data: { uri: file.document.uri, kind, name, container, path: from } satisfies ItemData,
    }),
    ...insertionOf(candidate),
  }
}

/** The edits that import what another file declares. */
export function importing(
  file: FileContext,
  { kind, name, from }: Pick<Candidate, 'kind' | 'name' | 'from'>,
): Pick<CompletionItem, 'additionalTextEdits'> {
  if (kind !== 'source' && kind !== 'entity' && kind !== 'feature') return {}
  const fixes = file.workspace.importFor(file.path, kind, name)
  const fix =
    fixes.find(({ title }) => from !== undefined && title.includes(JSON.stringify(from))) ?? fixes[0]
  const edits = (fix?.edits ?? []).filter(({ path }) => path === file.path)
  return {
    additionalTextEdits: edits.map(({ span, text }): TextEdit => ({
      range: rangeOf(file.document, span),
      newText: text,
    })),
  }
}

function insertionOf({ kind, name, text, value }: Candidate): Partial<CompletionItem> {
  switch (kind) {
    case 'function': {
      // What an output is comes with its label.
      if (text !== name) return text.includes('$1') ? snippet(text) : { insertText: text }
      const parameters = functions.get(name)?.parameters.map((p, i) => place(i + 1, p.name))
      return parameters ? snippet(`${literal(text)}(${parameters.join(', ')})`) : { insertText: text }
    }
    case 'aggregate':
      return snippet(`${text}($1)`)
    case 'source':
      return { insertText: text, commitCharacters: ['.'] }
    case 'metric':
      return value === undefined ? { insertText: text } : snippet(`${literal(text)}@${place(1, value)}`)
    default:
      return { insertText: text }
  }
}

export function snippet(insertText: string): Pick<CompletionItem, 'insertText' | 'insertTextFormat'> {
  return { insertText, insertTextFormat: InsertTextFormat.Snippet }
}

export function markdown(value: string): CompletionItem['documentation'] {
  return { kind: MarkupKind.Markdown, value }
}
