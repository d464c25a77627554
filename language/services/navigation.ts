/** Where names are introduced and used, and what is known about the one at an offset. */
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
}

/** What checking found in each declaration of a file. */
export function findingsOf(project: Project, file: ProjectFile): readonly Findings[] {
  return file.declarations.map(declaration => project.analyseAny({ declaration, path: file.path }).findings)
}

const holds = ({ start, end }: Span, offset: number): boolean => start <= offset && offset <= end
const narrower = (a: { readonly span: Span }, b: { readonly span: Span }): number =>
  a.span.end - a.span.start - (b.span.end - b.span.start)

/** What the name at the offset stands for. Where a name is both use and definition (a bare column), the use. */
export function symbolAt(project: Project, path: string, offset: number): Occurrence | undefined {
  const file = project.file(path)
  if (!file) return undefined
  const here = findingsOf(project, file).flatMap(findings =>
    findings.occurrences.filter(o => holds(o.span, offset)),
  )
  return here.sort((a, b) => narrower(a, b) || Number(a.definition) - Number(b.definition))[0]
}

export function sameSymbol(a: SymbolRef, b: SymbolRef): boolean {
  return a.kind === b.kind && a.name === b.name && a.container === b.container
}

/** Every place that names the symbol, by file and place. */
export function placesOf(project: Project, symbol: SymbolRef): readonly NamedPlace[] {
  return project.files.flatMap(file => {
    const found = findingsOf(project, file).flatMap(({ occurrences }) =>
      occurrences.filter(o => sameSymbol(o.symbol, symbol)),
    )
    const places = found.map(({ span, definition }) => ({ path: file.path, span, definition }))
    return places.sort((a, b) => a.span.start - b.span.start)
  })
}

const declarationKinds: readonly string[] = [
  'source',
  'entity',
  'feature',
  'model',
] satisfies DeclarationKind[]

/** Where the symbol is introduced; undefined for what no text introduces (functions, columns of files). */
export function definitionOf(project: Project, symbol: SymbolRef): Location | undefined {
  if (declarationKinds.includes(symbol.kind)) {
    const found = project.find(symbol.kind as DeclarationKind, symbol.name)
    return found?.declaration.name && { path: found.path, span: found.declaration.name.span }
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
