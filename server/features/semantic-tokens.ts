/** Colours that need more than the text: what each name stands for. */
import {
  type SemanticTokens,
  SemanticTokensBuilder,
  type SemanticTokensLegend,
} from 'vscode-languageserver/node'
import type { Occurrence, SymbolKind } from '../../language/index.ts'
import type { FileContext } from '../core/context.ts'
import { namesIn } from './names.ts'

const tokenTypes: Readonly<Record<SymbolKind, string>> = {
  source: 'namespace',
  entity: 'struct',
  feature: 'function',
  model: 'class',
  column: 'property',
  modelFeature: 'variable',
  label: 'variable',
  output: 'variable',
  function: 'function',
  aggregate: 'function',
  algorithm: 'class',
  hyperparameter: 'parameter',
  metric: 'enumMember',
}

/** Names that come with the language. */
const builtIn: ReadonlySet<SymbolKind> = new Set([
  'function',
  'aggregate',
  'algorithm',
  'hyperparameter',
  'metric',
])

export const legend: SemanticTokensLegend = {
  tokenTypes: [...new Set(Object.values(tokenTypes))],
  tokenModifiers: ['declaration', 'defaultLibrary'],
}

export function semanticTokens(file: FileContext): SemanticTokens {
  const builder = new SemanticTokensBuilder()
  for (const occurrence of namesIn(file)) {
    const { span, symbol } = occurrence
    const { line, character } = file.document.positionAt(span.start)
    const type = legend.tokenTypes.indexOf(tokenTypes[symbol.kind])
    builder.push(line, character, span.end - span.start, type, modifiersOf(occurrence))
  }
  return builder.build()
}

function modifiersOf({ symbol, definition }: Occurrence): number {
  return (definition ? 1 : 0) | (builtIn.has(symbol.kind) ? 2 : 0)
}
