/** What the name at a place stands for, and everywhere else it stands: definition, type, references, highlights. */
import {
  type DocumentHighlight,
  DocumentHighlightKind,
  type Location,
  type LocationLink,
} from 'vscode-languageserver/node'
import {
  type NamedPlace,
  type Occurrence,
  type Span,
  type SymbolRef,
  type SyntaxTree,
  childrenOfKind,
  nodeAt,
  nodesOf,
  ownTokens,
} from '../../language/index.ts'
import { type FileContext, locationOf, rangeOf } from '../core/context.ts'
import { textOf } from './text.ts'

/** What the name at an offset stands for; a bare feature is a column and the feature of that name. */
export function symbolsAt({ workspace, path }: FileContext, offset: number): readonly Occurrence[] {
  return workspace.symbolsAt(path, offset)
}

type Places = Location[] | LocationLink[]

/** Of a column that no text declares, where its source says what data it is. Of an imported file, the file. */
export function definition(file: FileContext, offset: number, links: boolean): Places {
  const imported = importedFileAt(file, offset)
  if (imported) return answer(file, imported.origin, [imported.target], links)
  const found = symbolsAt(file, offset)
  const targets = unique(found.flatMap(({ symbol }) => definitionsOf(file, symbol)))
  return answer(file, found[0]?.span, targets, links)
}

/** The entity that a feature describes. */
export function typeDefinition(file: FileContext, offset: number, links: boolean): Places {
  const found = symbolsAt(file, offset).find(({ symbol }) => symbol.kind === 'feature')
  const targets = found ? definitionsOf(file, found.symbol).flatMap(place => entityOf(file, place)) : []
  return answer(file, found?.span, unique(targets), links)
}

export function references(file: FileContext, offset: number, withDefinition: boolean): Location[] {
  return placesAt(file, offset)
    .filter(place => withDefinition || !place.definition)
    .flatMap(place => locationOf(file.project, place.path, place.span) ?? [])
}

/** A definition writes, everything else reads. */
export function highlights(file: FileContext, offset: number): DocumentHighlight[] {
  return placesAt(file, offset)
    .filter(place => place.path === file.path)
    .map(({ span, definition: writes }) => ({
      range: rangeOf(file.document, span),
      kind: writes ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
    }))
}

/** Each place once, also when it is found under two names. */
export function unique<P extends Place>(found: readonly P[]): P[] {
  return [...new Map(found.map(place => [`${place.path}:${place.span.start}`, place])).values()]
}

interface Place {
  readonly path: string
  readonly span: Span
}

function placesAt(file: FileContext, offset: number): NamedPlace[] {
  return unique(symbolsAt(file, offset).flatMap(({ symbol }) => file.workspace.references(symbol)))
}

function definitionsOf(file: FileContext, symbol: SymbolRef): readonly Place[] {
  const defined = file.workspace.definition(symbol)
  if (defined) return [defined]
  if (symbol.kind !== 'column' || !symbol.container) return []
  const home = symbol.path === undefined ? {} : { path: symbol.path }
  const source = file.workspace.definition({ kind: 'source', name: symbol.container, ...home })
  return source ? [dataOf(file, source) ?? source] : []
}

/** What a source says about where its data is. */
function dataOf({ workspace }: FileContext, { path, span }: Place): Place | undefined {
  const tree = workspace.tree(path)
  const declaration = tree && itemAt(tree, span.start, /Declaration$/)
  const from = declaration && nodesOf(declaration).find(({ kind }) => kind === 'FromItem')
  return from && { path, span: from }
}

function entityOf(file: FileContext, { path, span }: Place): readonly Place[] {
  const tree = file.workspace.tree(path)
  const declaration = tree && itemAt(tree, span.start, /^FeatureDeclaration$/)
  // `feature name of entity`: the second of the two names.
  const entity = childrenOfKind(declaration, 'Name')[1]
  const found = entity && file.workspace.symbolAt(path, entity.start)
  return found?.symbol.kind === 'entity' ? definitionsOf(file, found.symbol) : []
}

function importedFileAt(
  { workspace, path }: FileContext,
  offset: number,
): { origin: Span; target: Place } | undefined {
  const found = workspace.imports(path).find(({ span }) => span.start <= offset && offset <= span.end)
  if (found?.target === undefined) return undefined
  return { origin: found.span, target: { path: found.target, span: { start: 0, end: 0 } } }
}

function answer(
  { project, document, workspace }: FileContext,
  origin: Span | undefined,
  targets: readonly Place[],
  links: boolean,
): Places {
  const locations = targets.flatMap(({ path, span }) => {
    const location = locationOf(project, path, span)
    return location ? [{ path, span, ...location }] : []
  })
  if (!links) return locations.map(({ uri, range }) => ({ uri, range }))
  return locations.map(({ path, span, uri, range }): LocationLink => {
    const target = project.document(path)!
    const whole = itemAt(workspace.tree(path)!, span.start, /(Declaration|Definition|Item)$/)
    return {
      targetUri: uri,
      targetSelectionRange: range,
      targetRange: whole ? rangeOf(target, whole) : range,
      ...(origin && { originSelectionRange: rangeOf(document, origin) }),
    }
  })
}

/** The innermost node around an offset whose kind is as wanted. */
export function itemAt(
  tree: SyntaxTree,
  offset: number,
  kind: RegExp,
): ReturnType<typeof nodeAt> | undefined {
  let node: ReturnType<typeof nodeAt> | undefined = nodeAt(tree, offset)
  while (node && !kind.test(node.kind)) node = node.parent
  return node
}

/** The paths in the text that lead to a file: of imports and of data. */
export function pathsIn({
  tree,
}: FileContext): readonly { kind: 'import' | 'data'; span: Span; path: string }[] {
  return nodesOf(tree.root).flatMap(node => {
    if (node.kind !== 'ImportItem' && node.kind !== 'FromItem') return []
    const [format, text] = [
      childrenOfKind(node, 'Name')[0],
      ownTokens(node).find(token => token.kind === 'string' && !token.unterminated),
    ]
    // What stands behind `catalog` is the name of a source, and behind `postgres` no file either.
    if (format && /^(catalog|postgres)$/.test(tree.text.slice(format.start, format.end))) return []
    const path = text && textOf(text)
    if (!text || !path) return []
    const kind = node.kind === 'ImportItem' ? ('import' as const) : ('data' as const)
    return [{ kind, span: { start: text.start + 1, end: text.end - 1 }, path }]
  })
}
