/** The outline of a file, and the declarations of all projects by name. */
import {
  type DocumentSymbol as LspSymbol,
  SymbolKind,
  type WorkspaceSymbol,
} from 'vscode-languageserver/node'
import type { DocumentSymbol } from '../../language/index.ts'
import { type FileContext, rangeOf } from '../core/context.ts'

const kinds: Readonly<Record<DocumentSymbol['kind'], SymbolKind>> = {
  source: SymbolKind.Namespace,
  entity: SymbolKind.Struct,
  feature: SymbolKind.Function,
  model: SymbolKind.Class,
  modelFeature: SymbolKind.Variable,
  label: SymbolKind.Boolean,
  output: SymbolKind.Property,
  column: SymbolKind.Field,
}

/** Where the word for the kind is not what a reader would say. */
const words: Partial<Record<DocumentSymbol['kind'], string>> = { modelFeature: 'feature' }

export function documentSymbols(file: FileContext): LspSymbol[] {
  return file.workspace.symbols(file.path).map(symbol => toSymbol(file, symbol))
}

function toSymbol(file: FileContext, { kind, name, range, span, children }: DocumentSymbol): LspSymbol {
  return {
    // An empty name is refused by editors.
    name: name || '``',
    kind: kinds[kind],
    detail: words[kind] ?? kind,
    range: rangeOf(file.document, {
      start: Math.min(range.start, span.start),
      end: Math.max(range.end, span.end),
    }),
    selectionRange: rangeOf(file.document, span),
    children: children.map(child => toSymbol(file, child)),
  }
}

/** Declarations whose name holds the letters of the query in their order. */
export function workspaceSymbols(file: FileContext, query: string): WorkspaceSymbol[] {
  return file.workspace
    .symbols(file.path)
    .filter(({ name }) => matches(name, query))
    .map(({ name, kind, span }) => ({
      name,
      kind: kinds[kind],
      location: { uri: file.document.uri, range: rangeOf(file.document, span) },
      containerName: file.path,
    }))
}

function matches(name: string, query: string): boolean {
  let from = 0
  for (const letter of query.toLowerCase()) {
    from = name.toLowerCase().indexOf(letter, from) + 1
    if (from === 0) return false
  }
  return true
}
