/** Who reads a feature, and what a feature or a model reads: the facts behind a call hierarchy. */
import type { SymbolRef } from '../check/findings.ts'
import type { Project } from '../project.ts'
import type { AnyDeclaration, DeclarationKind } from '../syntax/ast.ts'
import type { Span } from '../syntax/tokens.ts'
import { type Location, definitionOf, sameSymbol, writtenName } from './navigation.ts'

/** A feature or a model. */
export interface Caller {
  readonly kind: 'feature' | 'model'
  readonly name: string
  readonly path: string
  /** Of the name. */
  readonly span: Span
  /** Of the whole declaration. */
  readonly range: Span
  /** Where it reads what was asked for. */
  readonly places: readonly Span[]
}

/** Something that is read: a feature, or a column of a source. */
export interface Callee {
  readonly symbol: SymbolRef
  /** Where it is declared; undefined for the columns of data and for features of the catalog. */
  readonly definition?: Location
  /** Where it is read, in the file of what reads it. */
  readonly places: readonly Span[]
}

/** The features and models that read a feature or a column, by file and place. */
export function callersOf(project: Project, symbol: SymbolRef): readonly Caller[] {
  return project.files.flatMap(({ path, tree, declarations, above }) => {
    if (!above && !tree.text.includes(symbol.name)) return []
    return declarations.flatMap(declaration => {
      const { kind, name, node } = declaration
      if (!name || (kind !== 'feature' && kind !== 'model')) return []
      const places = readIn(project, declaration, path).filter(one => sameSymbol(one.symbol, symbol))
      if (places.length === 0) return []
      const range = { start: node.start, end: node.end }
      return [{ kind, name: name.text, path, span: name.span, range, places: places.map(one => one.span) }]
    })
  })
}

/** What a feature or a model reads, in the order of its text. */
export function calleesOf(
  project: Project,
  { kind, name, path }: { readonly kind: 'feature' | 'model'; readonly name: string; readonly path?: string },
): readonly Callee[] {
  const found = path === undefined ? project.find(kind, name) : project.names.declaredIn(path, kind, name)
  if (!found) return []
  const callees: { symbol: SymbolRef; places: Span[] }[] = []
  for (const { symbol, span } of readIn(project, found.declaration, found.path)) {
    const known = callees.find(one => sameSymbol(one.symbol, symbol) && one.symbol.version === symbol.version)
    if (known) known.places.push(span)
    else callees.push({ symbol, places: [span] })
  }
  return callees.map(callee => {
    const definition = callee.symbol.version === undefined ? definitionOf(project, callee.symbol) : undefined
    return { ...callee, ...(definition && { definition }) }
  })
}

function readIn(project: Project, declaration: AnyDeclaration, path: string) {
  const { findings } = project.analyseAny({ declaration, path })
  return findings.occurrences
    .filter(
      ({ symbol, definition }) => !definition && (symbol.kind === 'feature' || symbol.kind === 'column'),
    )
    .toSorted((a, b) => a.span.start - b.span.start)
}

/** The declarations that a declaration names, itself first, and those that they name. */
export function neededBy(project: Project, declaration: AnyDeclaration, path: string) {
  const needed = new Map<AnyDeclaration, string>([[declaration, path]])
  const kinds: readonly string[] = ['source', 'entity', 'feature'] satisfies DeclarationKind[]
  for (const [current, where] of needed) {
    const { findings } = project.analyseAny({ declaration: current, path: where })
    const file = project.file(where)!
    for (const { symbol, span } of findings.occurrences) {
      // A pinned feature is the catalog's, whatever the project declares under its name.
      if (!kinds.includes(symbol.kind) || symbol.version !== undefined) continue
      const written = writtenName(file, span)
      const kind = symbol.kind as DeclarationKind
      const found = project.resolve(where, kind, written)
      if (found && !needed.has(found.declaration)) needed.set(found.declaration, found.path)
    }
  }
  return [...needed].map(([needing, where]) => ({ declaration: needing, path: where }))
}
