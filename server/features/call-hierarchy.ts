/**
 * Features as functions: what uses one (models, and features that are derived from it) and what it reads. A feature
 * that only the catalog has stands where it is called.
 */
import {
  type CallHierarchyIncomingCall,
  type CallHierarchyItem,
  type CallHierarchyOutgoingCall,
  SymbolKind,
} from 'vscode-languageserver/node'
import type { Span, SymbolRef } from '../../language/index.ts'
import { type FileContext, contextOf, rangeOf } from '../core/context.ts'
import { type Session, fileOf } from '../session.ts'
import { itemAt, symbolsAt } from './names.ts'

const declarations = /^(Feature|Model)Declaration$/

/** On a name, also on one in a call; on the head of a declaration, the declaration itself. */
export function prepareCalls(file: FileContext, offset: number): CallHierarchyItem[] | null {
  const found = symbolsAt(file, offset).find(isCallable) ?? headAt(file, offset)
  return found ? [itemOf(file, found)] : null
}

/** The models and features that use the feature. Nothing calls a model. */
export async function incomingCalls(
  session: Session,
  item: CallHierarchyItem,
): Promise<CallHierarchyIncomingCall[]> {
  const file = await fileOf(session, item.uri)
  const symbol = symbolOf(item)
  if (!file || symbol?.kind !== 'feature') return []
  return file.workspace.callers(symbol).flatMap(({ kind, name, path, span, range, places }) => {
    const user = contextOf(file.project, path)
    if (!user) return []
    const from = createItem(user, { kind, name }, { span, range })
    return [{ from, fromRanges: places.map(place => rangeOf(user.document, place)) }]
  })
}

/** The features that a model calls, or that a derived feature reads. */
export async function outgoingCalls(
  session: Session,
  item: CallHierarchyItem,
): Promise<CallHierarchyOutgoingCall[]> {
  const file = await fileOf(session, item.uri)
  const symbol = symbolOf(item)
  if (!file || !symbol || !isDeclared(file, symbol)) return []
  const read = file.workspace.callees({ ...symbol, path: file.path })
  return read.flatMap(callee => {
    const [first] = callee.places
    if (callee.symbol.kind !== 'feature' || !first) return []
    const to = itemOf(file, { symbol: callee.symbol, span: first })
    return [{ to, fromRanges: callee.places.map(place => rangeOf(file.document, place)) }]
  })
}

type Callable = SymbolRef & { readonly kind: 'feature' | 'model' }

function isCallable<N extends { readonly symbol: SymbolRef }>(named: N): named is N & { symbol: Callable } {
  return named.symbol.kind === 'feature' || named.symbol.kind === 'model'
}

function headAt(file: FileContext, offset: number): { symbol: Callable; span: Span } | undefined {
  const declaration = itemAt(file.tree, offset, declarations)
  const name = file.workspace
    .occurrences(file.path)
    .filter(isCallable)
    .find(({ span, definition }) => definition && span.start >= (declaration?.start ?? Infinity))
  return name && offset <= name.span.end ? name : undefined
}

function isDeclared({ workspace, path }: FileContext, symbol: SymbolRef): boolean {
  return workspace.definition(symbol)?.path === path
}

/** Where it is declared; else where it is named. */
function itemOf(file: FileContext, { symbol, span }: { symbol: SymbolRef; span: Span }): CallHierarchyItem {
  const place = symbol.version === undefined ? file.workspace.definition(symbol) : undefined
  const home = place && contextOf(file.project, place.path)
  if (!place || !home) return createItem(file, symbol, { span, range: span })
  const declaration = itemAt(home.tree, place.span.start, declarations)
  return createItem(home, symbol, { span: place.span, range: declaration ?? place.span })
}

function createItem(
  { document, path }: FileContext,
  { kind, name, version }: SymbolRef,
  { span, range }: { readonly span: Span; readonly range: Span },
): CallHierarchyItem {
  return {
    name: version === undefined ? name : `${name}@${version}`,
    kind: kind === 'model' ? SymbolKind.Class : SymbolKind.Function,
    detail: `${kind}, ${path}`,
    uri: document.uri,
    range: rangeOf(document, range),
    selectionRange: rangeOf(document, span),
    data: { kind, name },
  }
}

/** The editor gives back an item as it got it, or at least its name. */
function symbolOf({ data, name, kind }: CallHierarchyItem): Callable | undefined {
  const given = data as Partial<Callable> | undefined
  if (given?.kind !== undefined && given.name !== undefined) return { kind: given.kind, name: given.name }
  return { kind: kind === SymbolKind.Class ? 'model' : 'feature', name }
}
