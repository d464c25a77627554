/** What is said of a file, of a declaration with all it needs, and whether a plan comes of it. */
import type { Declared } from './check/declarations.ts'
import { withoutConsequences } from './check/consequences.ts'
import { applyIgnores, isIgnored, reasonless } from './check/ignores.ts'
import { unusedImports } from './check/imports.ts'
import { mentionsOf } from './check/mentions.ts'
import { type Diagnostic, compareDiagnostics, diagnostic } from './diagnostics.ts'
import type { Plan } from './plan.ts'
import type { Project, ProjectFile } from './project.ts'
import { neededBy } from './services/calls.ts'
import type { AnyDeclaration } from './syntax/ast.ts'
import type { Span } from './syntax/tokens.ts'

export interface PlanResult {
  /** Only when nothing that the model needs has an error, except those that comments ignore. */
  readonly plan?: Plan
  /** Of the model and of everything it needs, whatever file that stands in. */
  readonly diagnostics: readonly Diagnostic[]
}

/** What is to be said of files, by place; kept as long as it stays the same. */
export function createReports(project: Project): (path: string) => readonly Diagnostic[] {
  const known = new Map<string, { basis: readonly unknown[]; diagnostics: readonly Diagnostic[] }>()
  return path => {
    const file = project.file(path)
    if (!file) {
      known.delete(path)
      return []
    }
    const analyses = file.declarations.map(declaration => project.analyseAny({ declaration, path }))
    const { revision, mentionsRevision } = project.names
    const basis = [file, revision, mentionsRevision, ...analyses]
    const before = known.get(path)
    if (before?.basis.length === basis.length && before.basis.every((part, i) => part === basis[i]))
      return before.diagnostics
    const diagnostics = fileDiagnostics(project, file)
    // A place in another file may move without anything else changing.
    const pointsElsewhere = diagnostics.some(({ related }) => related?.some(place => place.path !== path))
    if (!pointsElsewhere) known.set(path, { basis, diagnostics })
    return diagnostics
  }
}

function fileDiagnostics(project: Project, file: ProjectFile): readonly Diagnostic[] {
  const { path } = file
  const declared = file.declarations.flatMap(declaration =>
    declarationDiagnostics(project, { declaration, path }),
  )
  const imports =
    file.imports.length > 0
      ? [...project.importsOf(path).diagnostics, ...unusedImports(file, project.names).diagnostics]
      : []
  const checked = withoutConsequences(file.tree, declared)
  const all = [...file.diagnostics, ...imports, ...checked, ...unusedFeatures(project, file)]
  return [...applyIgnores(file, onceAFile(all.sort(compareDiagnostics)))].sort(compareDiagnostics)
}

/** A name that is not imported is one mistake, however many declarations use it. */
function onceAFile(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>()
  return diagnostics.filter(({ code, message }) => {
    if (code !== 'SLIP116') return true
    if (seen.has(message)) return false
    seen.add(message)
    return true
  })
}

/** What checking says of one declaration, the clash of its name included; not what the syntax says. */
function declarationDiagnostics(project: Project, declared: Declared): readonly Diagnostic[] {
  const { findings } = project.analyseAny(declared)
  return [...findings.diagnostics, ...duplicateName(project, declared)]
}

/** Whether an error about the declaration is left that no comment ignores. */
export function hasError(project: Project, declared: Declared): boolean {
  const file = project.file(declared.path)!
  return declarationDiagnostics(project, declared).some(
    found => found.severity === 'error' && !isIgnored(file, found),
  )
}

/** Features and models are unique in the project, sources and entities in their file. */
function duplicateName(project: Project, { declaration, path }: Declared): readonly Diagnostic[] {
  const { kind, name } = declaration
  if (!name) return []
  const isUnique =
    (kind === 'feature' || kind === 'model') &&
    !project.names.isDeclaredOnce(kind, name.text) &&
    project.names.isImportable(path)
  const here = project.names.declaredIn(path, kind, name.text)
  const first = here?.declaration === declaration && isUnique ? project.find(kind, name.text) : here
  if (!first || first.declaration === declaration) return []
  const related = [
    { path: first.path, span: first.declaration.name!.span, message: 'The first one is here.' },
  ]
  const where = first.path === path ? 'There already is' : `${JSON.stringify(first.path)} already has`
  const message = `${where} a ${kind} \`${name.text}\`.`
  return [diagnostic('SLIP109', { path, span: name.span, message, related })]
}

/** Features that no model or feature of the project reads: only a hint, since others may use them by the catalog. */
function unusedFeatures(project: Project, file: ProjectFile): readonly Diagnostic[] {
  const features = file.declarations.filter(({ kind }) => kind === 'feature')
  if (features.length === 0 || project.names.nModels === 0) return []
  // What could not be read may use them.
  if (file.declarations.some(({ kind, broken }) => kind === 'model' && broken)) return []
  return features.flatMap(({ name, broken }) => {
    if (!name || broken || project.names.isMentioned(name.text)) return []
    const message = `No model of the project uses the feature \`${name.text}\`.`
    return [diagnostic('SLIP307', { path: file.path, span: name.span, message })]
  })
}

/** The plan of the model with the name. Without such a model, neither plan nor diagnostics. */
export function planOf(project: Project, name: string): PlanResult {
  const declared = project.all('model').find(({ declaration }) => declaration.name!.text === name)
  if (!declared) return { diagnostics: [] }
  const { plan } = project.analyse<'model'>(declared).info
  const needed = neededBy(project, declared.declaration, declared.path)
  const byFile = new Map<string, AnyDeclaration[]>()
  for (const { declaration, path } of needed) byFile.set(path, [...(byFile.get(path) ?? []), declaration])
  const diagnostics = [...byFile].flatMap(([path, declarations]) =>
    neededDiagnostics(project, project.file(path)!, declarations),
  )
  const clean = !diagnostics.some(({ severity }) => severity === 'error')
  if (plan || !clean) return { ...(plan && clean && { plan }), diagnostics }
  // What the model names could not be read: then the texts of its files say why.
  const unread = [...byFile.keys()].flatMap(path => project.file(path)!.diagnostics)
  return { diagnostics: [...diagnostics, ...unread.filter(({ severity }) => severity === 'error')] }
}

/** What is said of some declarations of a file and of the imports that they use, less what is ignored. */
function neededDiagnostics(
  project: Project,
  file: ProjectFile,
  declarations: readonly AnyDeclaration[],
): readonly Diagnostic[] {
  const { path } = file
  const isInside = (span: Span): boolean =>
    declarations.some(({ node }) => node.start <= span.end && span.start <= node.end)
  const mentioned = new Set(declarations.flatMap(mentionsOf))
  const used = file.imports.filter(({ names }) =>
    names.some(one => mentioned.has((one.alias ?? one.name).text)),
  )
  const isUsed = (span: Span): boolean =>
    used.some(({ node }) => node.start <= span.end && span.start <= node.end)
  const imports =
    used.length > 0 ? project.importsOf(path).diagnostics.filter(({ span }) => isUsed(span)) : []
  const syntax = file.diagnostics.filter(({ span }) => isInside(span) || isUsed(span))
  const checked = declarations.flatMap(declaration => declarationDiagnostics(project, { declaration, path }))
  const comments = file.ignores.filter(({ covers }) => isInside(covers))
  const leftOf = (some: readonly Diagnostic[]): readonly Diagnostic[] =>
    onceAFile([...syntax, ...imports, ...some]).filter(found => !isIgnored(file, found))
  const causes = leftOf(withoutConsequences(file.tree, checked))
  // The cause may lie outside of these declarations: then there is only the consequence to show.
  const left = causes.some(({ severity }) => severity === 'error') ? causes : leftOf(checked)
  return [...left, ...reasonless({ path, ignores: comments })]
}
