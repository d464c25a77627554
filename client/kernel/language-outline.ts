/** What a cell consists of: symbols, folds, the colours of names, hints. */
import * as vscode from 'vscode'
import type { InlayHint, Span, SymbolOfCell, Tokens } from '../../kernel/language/protocol.ts'
import { rangeIn, type CellQuestions } from './language-cells.ts'

/** As kernel/language/protocol.ts counts them. */
export const tokensLegend = new vscode.SemanticTokensLegend(
  [
    'class',
    'enum',
    'interface',
    'namespace',
    'typeParameter',
    'type',
    'parameter',
    'variable',
    'enumMember',
    'property',
    'function',
    'method',
  ],
  ['declaration', 'static', 'async', 'readonly', 'defaultLibrary', 'local'],
)

export function createSymbolProvider(questions: CellQuestions): vscode.DocumentSymbolProvider {
  return {
    async provideDocumentSymbols(document, token) {
      const found = await questions.ask<{ symbols: SymbolOfCell[] }>('slipway_symbols_request', document, {
        token,
      })
      return found?.symbols.map(symbol => symbolOf(document, symbol))
    },
  }
}

function symbolOf(document: vscode.TextDocument, symbol: SymbolOfCell): vscode.DocumentSymbol {
  const result = new vscode.DocumentSymbol(
    symbol.name,
    '',
    symbolKind(symbol.kind),
    rangeIn(document, symbol),
    rangeIn(document, symbol.nameSpan),
  )
  result.children = symbol.children.map(child => symbolOf(document, child))
  return result
}

function symbolKind(kind: string): vscode.SymbolKind {
  const kinds: Readonly<Record<string, vscode.SymbolKind>> = {
    class: vscode.SymbolKind.Class,
    interface: vscode.SymbolKind.Interface,
    type: vscode.SymbolKind.TypeParameter,
    enum: vscode.SymbolKind.Enum,
    'enum member': vscode.SymbolKind.EnumMember,
    module: vscode.SymbolKind.Module,
    function: vscode.SymbolKind.Function,
    method: vscode.SymbolKind.Method,
    constructor: vscode.SymbolKind.Constructor,
    property: vscode.SymbolKind.Property,
    getter: vscode.SymbolKind.Property,
    setter: vscode.SymbolKind.Property,
    const: vscode.SymbolKind.Constant,
  }
  return Object.hasOwn(kinds, kind) ? kinds[kind]! : vscode.SymbolKind.Variable
}

export function createFoldingProvider(questions: CellQuestions): vscode.FoldingRangeProvider {
  return {
    async provideFoldingRanges(document, _, token) {
      const found = await questions.ask<{ folds: (Span & { kind: string })[] }>('slipway_folds_request', document, { token }) // prettier-ignore
      return found?.folds.map(fold => {
        const { start, end } = rangeIn(document, fold)
        // The closing bracket stays to be seen.
        const isClosed = /[)\]}]$/.test(document.getText(new vscode.Range(start, end)))
        const last = isClosed && end.line > start.line ? end.line - 1 : end.line
        return new vscode.FoldingRange(start.line, last, foldKind(fold.kind))
      })
    },
  }
}

function foldKind(kind: string): vscode.FoldingRangeKind | undefined {
  if (kind === 'comment') return vscode.FoldingRangeKind.Comment
  if (kind === 'imports') return vscode.FoldingRangeKind.Imports
  return kind === 'region' ? vscode.FoldingRangeKind.Region : undefined
}

export function createTokensProvider(questions: CellQuestions): vscode.DocumentSemanticTokensProvider {
  return {
    async provideDocumentSemanticTokens(document, token) {
      const found = await questions.ask<{ tokens: Tokens }>('slipway_tokens_request', document, { token })
      if (!found) return undefined
      const builder = new vscode.SemanticTokensBuilder(tokensLegend)
      for (const [start, length, type, modifiers] of found.tokens) {
        const { line, character } = document.positionAt(start)
        builder.push(line, character, length, type, modifiers)
      }
      return builder.build()
    },
  }
}

/** Off unless the user's TypeScript settings ask for them, as in files. */
export function createHintsProvider(questions: CellQuestions): vscode.InlayHintsProvider {
  return {
    async provideInlayHints(document, range, token) {
      const settings = hintSettings(document.uri)
      if (!settings) return undefined
      const found = await questions.ask<{ hints: InlayHint[] }>('slipway_hints_request', document, {
        token,
        content: { start: document.offsetAt(range.start), end: document.offsetAt(range.end), settings },
      })
      return found?.hints.map(({ position, text, kind, paddingLeft, paddingRight }) => {
        const hint = new vscode.InlayHint(document.positionAt(position), text)
        if (kind !== 'enum')
          hint.kind = kind === 'type' ? vscode.InlayHintKind.Type : vscode.InlayHintKind.Parameter
        hint.paddingLeft = paddingLeft
        hint.paddingRight = paddingRight
        return hint
      })
    },
  }
}

function hintSettings(uri: vscode.Uri): Record<string, unknown> | undefined {
  const configuration = vscode.workspace.getConfiguration('typescript.inlayHints', uri)
  const names = configuration.get<'none' | 'literals' | 'all'>('parameterNames.enabled', 'none')
  const is = (name: string) => configuration.get<boolean>(`${name}.enabled`, false)
  const settings = {
    includeInlayParameterNameHints: names,
    includeInlayParameterNameHintsWhenArgumentMatchesName: !configuration.get<boolean>(
      'parameterNames.suppressWhenArgumentMatchesName',
      true,
    ),
    includeInlayFunctionParameterTypeHints: is('parameterTypes'),
    includeInlayVariableTypeHints: is('variableTypes'),
    includeInlayVariableTypeHintsWhenTypeMatchesName: !configuration.get<boolean>(
      'variableTypes.suppressWhenTypeMatchesName',
      true,
    ),
    includeInlayPropertyDeclarationTypeHints: is('propertyDeclarationTypes'),
    includeInlayFunctionLikeReturnTypeHints: is('functionLikeReturnTypes'),
    includeInlayEnumMemberValueHints: is('enumMemberValues'),
  }
  const wanted = ['parameterTypes', 'variableTypes', 'propertyDeclarationTypes', 'functionLikeReturnTypes', 'enumMemberValues'].some(is) // prettier-ignore
  return wanted || names !== 'none' ? settings : undefined
}
