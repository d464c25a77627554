/** The outline of a file. */
import {
  type DocumentSymbol as LspSymbol,
  SymbolKind,
  type SymbolInformation,
} from 'vscode-languageserver/node'
import type { DocumentSymbol } from '../../language/index.ts'
import type { Client } from '../core/client.ts'
import { type FileContext, rangeOf } from '../core/context.ts'

export const symbolKinds: Readonly<Record<DocumentSymbol['kind'], SymbolKind>> = {
  source: SymbolKind.Namespace,
  entity: SymbolKind.Struct,
  feature: SymbolKind.Function,
  model: SymbolKind.Class,
  modelFeature: SymbolKind.Variable,
  label: SymbolKind.Boolean,
  output: SymbolKind.Property,
  column: SymbolKind.Field,
  test: SymbolKind.Event,
}

/** Where the word for the kind is not what a reader would say. */
const words: Partial<Record<DocumentSymbol['kind'], string>> = { modelFeature: 'feature' }

/** As a tree; as a list for editors that have no trees. */
export function documentSymbols(
  file: FileContext,
  { nestedSymbols }: Pick<Client, 'nestedSymbols'>,
): LspSymbol[] | SymbolInformation[] {
  const symbols = file.workspace.symbols(file.path).map(symbol => toSymbol(file, symbol))
  return nestedSymbols ? symbols : symbols.flatMap(symbol => flat(file, symbol))
}

function toSymbol(file: FileContext, { kind, name, range, span, children }: DocumentSymbol): LspSymbol {
  return {
    // An empty name is refused by editors.
    name: name.trim() === '' ? '``' : name,
    kind: symbolKinds[kind],
    detail: words[kind] ?? kind,
    range: rangeOf(file.document, {
      start: Math.min(range.start, span.start),
      end: Math.max(range.end, span.end),
    }),
    selectionRange: rangeOf(file.document, span),
    children: children.map(child => toSymbol(file, child)),
  }
}

function flat({ document }: FileContext, { name, kind, range, children }: LspSymbol): SymbolInformation[] {
  const location = (of: LspSymbol['range']) => ({ uri: document.uri, range: of })
  return [
    { name, kind, location: location(range) },
    ...(children ?? []).map(child => ({
      name: child.name,
      kind: child.kind,
      location: location(child.range),
      containerName: name,
    })),
  ]
}
