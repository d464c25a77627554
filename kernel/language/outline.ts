/** What a cell consists of: symbols, folds and the kinds of its names. */
import { placeIn, spanIn, type CellPlace, type LanguageContext } from './context.ts'
import type { Place, Span, SymbolOfCell, Tokens } from './protocol.ts'
import { ts } from './typescript.ts'

export function symbolsOf(context: LanguageContext, place: Place): SymbolOfCell[] {
  const at = placeIn(context, place)
  return at ? childrenOf(context.service.getNavigationTree(at.path), at) : []
}

function childrenOf({ childItems = [] }: ts.NavigationTree, at: CellPlace): SymbolOfCell[] {
  return childItems.flatMap(item => {
    const whole = item.spans[0] && spanIn(at.cell, item.spans[0])
    if (!whole || item.kind === ts.ScriptElementKind.alias || item.text === '<function>') return []
    const nameSpan = (item.nameSpan && spanIn(at.cell, item.nameSpan)) ?? whole
    return [{ name: item.text, kind: item.kind, ...whole, nameSpan, children: childrenOf(item, at) }]
  })
}

export function foldsOf(context: LanguageContext, place: Place): (Span & { readonly kind: string })[] {
  const at = placeIn(context, place)
  return (at ? context.service.getOutliningSpans(at.path) : []).flatMap(({ textSpan, kind }) => {
    const span = spanIn(at!.cell, textSpan)
    return span ? [{ ...span, kind }] : []
  })
}

export function tokensOf(context: LanguageContext, place: Place): Tokens {
  const at = placeIn(context, place)
  if (!at) return []
  const { offset } = at.cell.module
  const { spans } = context.service.getEncodedSemanticClassifications(
    at.path,
    { start: offset, length: at.cell.syntax.source.length },
    ts.SemanticClassificationFormat.TwentyTwenty,
  )
  const tokens: [number, number, number, number][] = []
  for (let i = 0; i < spans.length; i += 3) {
    const code = spans[i + 2]!
    const start = spans[i]! - offset
    if (start >= 0) tokens.push([start, spans[i + 1]!, (code >> 8) - 1, code & 255])
  }
  return tokens
}
