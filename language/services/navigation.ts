/** Where names are introduced and used, and what is known about the one at an offset. */
import type { Declared } from '../check/declarations.ts'
import type { Findings, Occurrence, SymbolRef } from '../check/findings.ts'
import type { Project, ProjectFile } from '../project.ts'
import type { DeclarationKind } from '../syntax/ast.ts'
import type { Span } from '../syntax/tokens.ts'
import type { Type } from '../type-rules.ts'

export interface Location {
  readonly path: string
  readonly span: Span
}

export interface NamedPlace extends Location {
  readonly definition: boolean
  /** Whether the place has the name that an import gives (`airport as place`), not the declared one. */
  readonly alias: boolean
  /** Of a feature: the version of the catalog that the text pins. */
  readonly version?: number
}

/** What checking found in the imports and in each declaration of a file. */
export function findingsOf(project: Project, file: ProjectFile): readonly Findings[] {
  const declared = file.declarations.map(
    declaration => project.analyseAny({ declaration, path: file.path }).findings,
  )
  return file.imports.length > 0 ? [project.importsOf(file.path), ...declared] : declared
}

const holds = ({ start, end }: Span, offset: number): boolean => start <= offset && offset <= end
const narrower = (a: { readonly span: Span }, b: { readonly span: Span }): number =>
  a.span.end - a.span.start - (b.span.end - b.span.start)

/** Every name of a file that stands for something, by place. Where one is use and definition, the use is first. */
export function occurrencesIn(project: Project, path: string): readonly Occurrence[] {
  const file = project.file(path)
  if (!file) return []
  const found = findingsOf(project, file).flatMap(({ occurrences }) => occurrences)
  return found.sort(
    (a, b) => a.span.start - b.span.start || narrower(a, b) || Number(a.definition) - Number(b.definition),
  )
}

/** What the name at the offset stands for. Where a name is both use and definition (a bare column), the use. */
export function symbolAt(project: Project, path: string, offset: number): Occurrence | undefined {
  return symbolsAt(project, path, offset)[0]
}

/** All that the name at the offset stands for: a bare column in `features` is a column and a feature. */
export function symbolsAt(project: Project, path: string, offset: number): readonly Occurrence[] {
  const file = project.file(path)
  if (!file) return []
  const here = findingsOf(project, file).flatMap(findings =>
    findings.occurrences.filter(o => holds(o.span, offset)),
  )
  return here.sort((a, b) => narrower(a, b) || Number(a.definition) - Number(b.definition))
}

export function sameSymbol(a: SymbolRef, b: SymbolRef): boolean {
  return a.kind === b.kind && a.name === b.name && a.container === b.container && a.path === b.path
}

/** The name as the text has it, without backticks. */
export function writtenName({ tree }: ProjectFile, { start, end }: Span): string {
  return tree.text.slice(start, end).replace(/^`|`$/g, '')
}

/** Every place that names the symbol, by file and place. */
export function placesOf(project: Project, symbol: SymbolRef): readonly NamedPlace[] {
  return project.files.flatMap(file => {
    // A file that does not contain the name at all can hold it only by an alias, and an alias needs the name.
    if (!file.tree.text.includes(symbol.name) && !isCell(file)) return []
    const found = findingsOf(project, file).flatMap(({ occurrences }) =>
      occurrences.filter(o => sameSymbol(o.symbol, symbol)),
    )
    const places = found.map(({ span, definition, symbol: { version } }) => ({
      path: file.path,
      span,
      definition,
      alias: writtenName(file, span) !== symbol.name,
      ...(version !== undefined && { version }),
    }))
    return places.sort((a, b) => a.span.start - b.span.start)
  })
}

/** An alias of a cell above needs no mention of the name here. */
const isCell = ({ above }: ProjectFile): boolean => above !== undefined

const declarationKinds: readonly string[] = [
  'source',
  'entity',
  'feature',
  'model',
] satisfies DeclarationKind[]

/** The declaration that a symbol stands for; undefined for symbols of other kinds and features of the catalog alone. */
export function declarationOf(project: Project, { kind, name, path }: SymbolRef): Declared | undefined {
  if (!declarationKinds.includes(kind)) return undefined
  const declared = kind as DeclarationKind
  return path === undefined ? project.find(declared, name) : project.names.declaredIn(path, declared, name)
}

/** Where the symbol is introduced; undefined for what no text introduces (functions, columns of files). */
export function definitionOf(project: Project, symbol: SymbolRef): Location | undefined {
  if (declarationKinds.includes(symbol.kind)) {
    const found = declarationOf(project, symbol)
    return found && { path: found.path, span: found.declaration.name!.span }
  }
  if (symbol.kind === 'column' && symbol.path !== undefined) {
    // Declared, if anywhere, in its source.
    const source = project.names.declaredIn(symbol.path, 'source', symbol.container ?? '')
    const place =
      source &&
      project.analyseAny(source).findings.occurrences.find(o => o.definition && sameSymbol(o.symbol, symbol))
    return place && { path: symbol.path, span: place.span }
  }
  const place = placesOf(project, symbol).find(({ definition }) => definition)
  return place && { path: place.path, span: place.span }
}

/** The type of the innermost expression or name at the offset. */
export function typeAt(
  project: Project,
  path: string,
  offset: number,
): { span: Span; type: Type } | undefined {
  const file = project.file(path)
  if (!file) return undefined
  const typed = findingsOf(project, file).flatMap(({ types, occurrences }) => [
    ...types,
    ...occurrences.flatMap(({ span, type }) => (type ? [{ span, type }] : [])),
  ])
  return typed.filter(({ span }) => holds(span, offset)).sort(narrower)[0]
}
