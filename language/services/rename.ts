/** Renaming: what may be renamed, to what, and the edits in every file that names it. */
import type { Occurrence, SymbolKind, SymbolRef } from '../check/findings.ts'
import type { TextEdit } from '../diagnostics.ts'
import { functions } from '../functions.ts'
import type { Project, ProjectFile } from '../project.ts'
import type { DeclarationKind } from '../syntax/ast.ts'
import { writeName } from '../syntax/keywords.ts'
import type { Span } from '../syntax/tokens.ts'
import {
  type NamedPlace,
  declarationOf,
  occurrencesIn,
  placesOf,
  sameSymbol,
  symbolsAt,
  writtenName,
} from './navigation.ts'

/** What would be renamed. */
export interface RenameTarget {
  readonly span: Span
  /** As it is called now. */
  readonly name: string
  readonly symbol: SymbolRef
  /** Whether only the name that an import gives is renamed. */
  readonly alias: boolean
}

/** The edits, or in a sentence why there are none. */
export type RenameResult = { readonly edits: readonly TextEdit[] } | { readonly problem: string }

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

/** What the name at the offset would rename; undefined when it is not the project's to rename. */
export function renameTarget(project: Project, path: string, offset: number): RenameTarget | undefined {
  const file = project.file(path)
  const found = symbolsAt(project, path, offset).find(one => isRenamable(project, one))
  if (!file || !found) return undefined
  const { span, symbol } = found
  const name = writtenName(file, span)
  return { span, symbol, name, alias: name !== symbol.name && !found.definition }
}

function isRenamable(project: Project, { symbol, definition }: Occurrence): boolean {
  // A version that is pinned is the catalog's, and so is its name.
  if (!renamable.has(symbol.kind) || symbol.version !== undefined) return false
  // A feature that only the catalog has keeps its name.
  return (
    definition ||
    !['feature', 'source', 'entity', 'model'].includes(symbol.kind) ||
    declarationOf(project, symbol) !== undefined
  )
}

/** Renames what stands at the offset; undefined when that is nothing to rename. */
export function rename(
  project: Project,
  { path, offset }: { readonly path: string; readonly offset: number },
  newName: string,
): RenameResult | undefined {
  const target = renameTarget(project, path, offset)
  if (!target) return undefined
  const name = newName.trim().replace(/^`(.*)`$/, '$1')
  if (name === '' || /[\r\n`]/.test(name))
    return { problem: `Expected a name of one line without backticks, got ${JSON.stringify(newName)}.` }
  if (name === target.name) return { edits: [] }
  if (target.alias) return renameAlias(project, { path, target }, name)
  const places = placesOf(project, target.symbol)
  const problem = clash(project, { target, places }, name)
  if (problem !== undefined) return { problem }
  const edits = places.flatMap(place =>
    place.alias || place.version !== undefined
      ? []
      : [editOf(project, { place, symbol: target.symbol, name })],
  )
  return { edits: unique(edits) }
}

interface Renaming {
  readonly target: RenameTarget
  readonly places: readonly NamedPlace[]
}

function editOf(
  project: Project,
  { place, symbol, name }: { place: NamedPlace; symbol: SymbolRef; name: string },
): TextEdit {
  const { path, span, definition } = place
  const text = writeName(name)
  // A bare feature keeps its column: `origin` becomes `new = origin`.
  const bare = definition && symbol.kind === 'modelFeature' && isColumn(project, path, span)
  const written = project.file(path)!.tree.text.slice(span.start, span.end)
  return { path, span, text: bare ? `${text} = ${written}` : text }
}

function isColumn(project: Project, path: string, span: Span): boolean {
  return symbolsAt(project, path, span.start).some(
    one => one.symbol.kind === 'column' && one.span.start === span.start && one.span.end === span.end,
  )
}

function unique(edits: readonly TextEdit[]): readonly TextEdit[] {
  return [...new Map(edits.map(edit => [`${edit.path}:${edit.span.start}`, edit])).values()]
}

/** The name that an import gives is renamed in its file, and in the cells below. */
function renameAlias(
  project: Project,
  { path, target }: { path: string; target: RenameTarget },
  name: string,
): RenameResult {
  const importer = importerOf(project, path, target.name)
  if (!importer) return { problem: `\`${target.name}\` is not imported here.` }
  const files = project.files.filter(file => file === importer || file.above?.includes(importer.path))
  const taken = files.map(file => takenIn(project, file, { name, symbol: target.symbol })).find(Boolean)
  if (taken !== undefined && name !== target.symbol.name) return { problem: taken }
  const edits = files.flatMap(file =>
    occurrencesIn(project, file.path).flatMap(one => {
      const isAlias = sameSymbol(one.symbol, target.symbol) && writtenName(file, one.span) === target.name
      return isAlias ? [{ path: file.path, span: one.span, text: writeName(name) }] : []
    }),
  )
  return { edits: unique(edits) }
}

function importerOf(project: Project, path: string, alias: string): ProjectFile | undefined {
  const file = project.file(path)
  const candidates = [path, ...(file?.above ?? []).toReversed()]
  const found = candidates.find(candidate => project.names.importsOf(candidate).has(alias))
  return found === undefined ? undefined : project.file(found)
}

/** Why the new name cannot be given; undefined when it can. */
function clash(project: Project, { target, places }: Renaming, name: string): string | undefined {
  const { symbol } = target
  switch (symbol.kind) {
    case 'feature':
    case 'model': {
      if (symbol.kind === 'feature' && functions.has(name))
        return `\`${name}\` is a function of the language.`
      const other = project.find(symbol.kind, name)
      if (other) return `${JSON.stringify(other.path)} has a ${symbol.kind} \`${name}\` already.`
      return takenInFiles(project, { target, places }, name)
    }
    case 'source':
    case 'entity':
      return takenInFiles(project, { target, places }, name)
    default:
      return takenInModel(project, symbol, name)
  }
}

/** Whether a file that names it by the declared name has another thing of the new name. */
function takenInFiles(project: Project, { target, places }: Renaming, name: string): string | undefined {
  const paths = new Set(places.flatMap(place => (place.alias ? [] : place.path)))
  for (const path of paths) {
    const taken = takenIn(project, project.file(path)!, { name, symbol: target.symbol })
    if (taken !== undefined) return taken
  }
  return undefined
}

function takenIn(
  project: Project,
  { path }: ProjectFile,
  { name, symbol }: { name: string; symbol: SymbolRef },
): string | undefined {
  const other = project.resolve(path, symbol.kind as DeclarationKind, name)
  if (other) return `${JSON.stringify(path)} has a ${symbol.kind} \`${name}\` already.`
  const imported = project.names.importsOf(path).get(name)
  if (imported) return `${JSON.stringify(path)} imports \`${name}\` already.`
  return undefined
}

function takenInModel(project: Project, symbol: SymbolRef, name: string): string | undefined {
  const model = project.find('model', symbol.container ?? '')
  if (model?.declaration.kind !== 'model') return undefined
  const { features, label, outputs, observe } = model.declaration
  const named = [
    ['feature', features?.items.some(item => item.name.text === name)],
    ['label', label?.name?.text === name],
    ['output', outputs.some(output => output.name?.text === name)],
  ] as const
  const taken = named.find(([, found]) => found)
  if (taken) return `The model \`${symbol.container}\` has a ${taken[0]} \`${name}\` already.`
  if (symbol.kind !== 'modelFeature' || !observe?.source) return undefined
  const source = project.resolve(model.path, 'source', observe.source.text)
  const info = source && project.analyseAny(source).info
  if (info && 'columns' in info && info.columns?.has(name))
    return `\`${name}\` is a column of what is observed, and expressions would read that.`
  return undefined
}
