/** What the name at a place stands for, and everywhere else it stands: definition, references, highlights, rename. */
import {
  type DocumentHighlight,
  DocumentHighlightKind,
  LSPErrorCodes,
  type Location,
  type Range,
  ResponseError,
  type WorkspaceEdit,
} from 'vscode-languageserver/node'
import {
  type NamedPlace,
  type Occurrence,
  type Span,
  type SymbolKind,
  writeName,
} from '../../language/index.ts'
import { type FileContext, locationOf, rangeOf } from '../core/context.ts'
import { modelAt } from './known.ts'

/** Names that a project gives; a column's name is the data's, and what is built in belongs to the language. */
const renamable: ReadonlySet<SymbolKind> = new Set([
  'source',
  'entity',
  'feature',
  'model',
  'modelFeature',
  'label',
  'output',
])

/**
 * What the name at an offset stands for. A bare feature is a column and the feature of that name: both, the column
 * first.
 */
export function symbolsAt(file: FileContext, offset: number): readonly Occurrence[] {
  const found = file.workspace.symbolAt(file.path, offset)
  if (!found) return []
  const feature = bareFeatureAt(file, offset)
  return feature && found.symbol.kind === 'column' ? [found, feature] : [found]
}

/** Every name of the file that stands for something, in order. */
export function namesIn(file: FileContext): Occurrence[] {
  return file.tree.tokens.flatMap(token => {
    if (token.kind !== 'name' && token.kind !== 'quoted') return []
    const found =
      file.workspace.symbolAt(file.path, token.start + 1) ?? file.workspace.symbolAt(file.path, token.start)
    return found && found.span.start === token.start ? [found] : []
  })
}

export function definition(file: FileContext, offset: number): Location[] {
  const places = symbolsAt(file, offset).flatMap(({ symbol }) =>
    file.workspace.references(symbol).filter(place => place.definition),
  )
  return places.flatMap(place => locationOf(file.project, place.path, place.span) ?? [])
}

export function references(file: FileContext, offset: number, withDefinition: boolean): Location[] {
  return places(file, offset)
    .filter(place => withDefinition || !place.definition)
    .flatMap(place => locationOf(file.project, place.path, place.span) ?? [])
}

export function highlights(file: FileContext, offset: number): DocumentHighlight[] {
  return places(file, offset)
    .filter(place => place.path === file.path)
    .map(({ span, definition: writes }) => ({
      range: rangeOf(file.document, span),
      kind: writes ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
    }))
}

/** The name that would be renamed; null when the project does not give it. */
export function prepareRename(
  file: FileContext,
  offset: number,
): { range: Range; placeholder: string } | null {
  const found = toRename(file, offset)
  return found ? { range: rangeOf(file.document, found.span), placeholder: found.symbol.name } : null
}

/** Edits in all files of the project; a bare feature keeps its column: `origin` becomes `new = origin`. */
export function rename(
  file: FileContext,
  offset: number,
  newName: string,
): WorkspaceEdit | null | ResponseError {
  const found = toRename(file, offset)
  if (!found) return null
  const name = newName.trim().replace(/^`(.*)`$/, '$1')
  if (name === '' || /[\r\n`]/.test(name)) {
    const message = `Expected a name of one line without backticks, got ${JSON.stringify(newName)}.`
    return new ResponseError(LSPErrorCodes.RequestFailed, message)
  }
  const changes: NonNullable<WorkspaceEdit['changes']> = {}
  for (const { path, span, definition: defines } of unique(file.workspace.references(found.symbol))) {
    const document = file.project.document(path)
    if (!document) continue
    const range = rangeOf(document, span)
    const bare = defines && found.symbol.kind === 'modelFeature' && isBare(file, path, span)
    const newText = bare ? `${writeName(name)} = ${document.getText(range)}` : writeName(name)
    ;(changes[document.uri] ??= []).push({ range, newText })
  }
  return { changes }
}

function toRename(file: FileContext, offset: number): Occurrence | undefined {
  return symbolsAt(file, offset).find(
    ({ symbol }) =>
      // A feature that only the catalog has keeps its name, and so has a version that is pinned.
      renamable.has(symbol.kind) && file.workspace.references(symbol).some(place => place.definition),
  )
}

function places(file: FileContext, offset: number): NamedPlace[] {
  return unique(symbolsAt(file, offset).flatMap(({ symbol }) => file.workspace.references(symbol)))
}

function unique(found: readonly NamedPlace[]): NamedPlace[] {
  return [...new Map(found.map(place => [`${place.path}:${place.span.start}`, place])).values()]
}

/** The feature that a bare column at the offset declares. */
function bareFeatureAt(file: FileContext, offset: number): Occurrence | undefined {
  const model = modelAt(file, offset)
  const item = model?.features?.items.find(({ name: { span } }) => span.start <= offset && offset <= span.end)
  if (!item || item.value || !model?.name) return undefined
  const symbol = { kind: 'modelFeature' as const, name: item.name.text, container: model.name.text }
  return { span: item.name.span, symbol, definition: true }
}

function isBare(file: FileContext, path: string, span: Span): boolean {
  return file.workspace.symbolAt(path, span.start)?.symbol.kind === 'column'
}
