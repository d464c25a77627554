/** A project's files under analysis: what they declare, what is wrong with them, and the plans of their models. */
import type { EntityPlan } from './check/declarations.ts'
import type { Occurrence, SymbolRef } from './check/findings.ts'
import { type Diagnostic, compareDiagnostics, diagnostic } from './diagnostics.ts'
import type { AnalysisHost } from './host.ts'
import type { FeaturePlan, Plan, SourcePlan } from './plan.ts'
import { Project, type ProjectFile } from './project.ts'
import { type Scope, scopeAt } from './services/scope.ts'
import { type DocumentSymbol, documentSymbols } from './services/symbols.ts'
import {
  type Location,
  type NamedPlace,
  definitionOf,
  placesOf,
  symbolAt,
  typeAt,
} from './services/navigation.ts'
import { type AnyDeclaration, type DeclarationKind, type Expression } from './syntax/ast.ts'
import type { Span } from './syntax/tokens.ts'
import type { SyntaxTree } from './syntax/tree.ts'
import type { Type } from './type-rules.ts'

export interface ModelSymbol {
  readonly name: string
  readonly path: string
  /** Of the name. */
  readonly span: Span
  /** Of the whole declaration. */
  readonly range: Span
}

export interface FeatureSymbol {
  readonly name: string
  readonly path: string
  readonly span: Span
  readonly range: Span
  /** The three when nothing about the feature is wrong or unknown; the plan has version 0. */
  readonly plan?: FeaturePlan
  readonly source?: SourcePlan
  readonly entity?: EntityPlan
}

export interface SourceSymbol {
  readonly name: string
  readonly path: string
  readonly span: Span
  readonly range: Span
  readonly plan?: SourcePlan
}

export interface EntitySymbol {
  readonly name: string
  readonly path: string
  readonly span: Span
  readonly range: Span
  readonly plan?: EntityPlan
}

export interface PlanResult {
  /** Only when nothing that the model needs has an error. */
  readonly plan?: Plan
  /** Of the model and of everything it needs, whatever file that stands in. */
  readonly diagnostics: readonly Diagnostic[]
}

/** Paths are relative to the project's root; offsets are UTF-16. Nothing here throws on any text. */
export interface Workspace {
  setFile(path: string, text: string): void
  removeFile(path: string): void
  /** The host would answer differently now: a file's columns, the catalog. */
  refresh(): void
  /** Sorted. */
  files(): readonly string[]
  text(path: string): string | undefined
  tree(path: string): SyntaxTree | undefined
  /** By place. */
  diagnostics(path: string): readonly Diagnostic[]
  models(): readonly ModelSymbol[]
  features(): readonly FeatureSymbol[]
  sources(): readonly SourceSymbol[]
  entities(): readonly EntitySymbol[]
  /** The plan of the model with the name. Without such a model, neither plan nor diagnostics. */
  plan(model: string): PlanResult
  /** The outline of a file. */
  symbols(path: string): readonly DocumentSymbol[]
  /** What the name at the offset stands for, with its type when known. */
  symbolAt(path: string, offset: number): Occurrence | undefined
  definitionAt(path: string, offset: number): Location | undefined
  /** Every place that names the same thing, definitions included. */
  referencesAt(path: string, offset: number): readonly NamedPlace[]
  references(symbol: SymbolRef): readonly NamedPlace[]
  /** The type of the innermost expression or name at the offset. */
  typeAt(path: string, offset: number): { readonly span: Span; readonly type: Type } | undefined
  /** What may be written at the offset. */
  scopeAt(path: string, offset: number): Scope
}

/** An empty workspace that asks the host for columns and the catalog. */
export function createWorkspace(host: AnalysisHost): Workspace {
  const project = new Project(host)
  const named = (path: string, { name, node }: AnyDeclaration) => ({
    name: name!.text,
    path,
    span: name!.span,
    range: { start: node.start, end: node.end },
  })
  return {
    setFile: (path, text) => project.setFile(path, text),
    removeFile: path => project.removeFile(path),
    refresh: () => project.refresh(),
    files: () => project.files.map(({ path }) => path),
    text: path => project.file(path)?.tree.text,
    tree: path => project.file(path)?.tree,
    diagnostics: path => {
      const file = project.file(path)
      return file ? fileDiagnostics(project, file) : []
    },
    models: () => project.all('model').map(({ declaration, path }) => named(path, declaration)),
    features: () =>
      project.all('feature').map(declared => {
        const { plan, source, entity } = project.analyse<'feature'>(declared).info
        return { ...named(declared.path, declared.declaration), ...(plan && { plan, source, entity }) }
      }),
    sources: () =>
      project.all('source').map(declared => {
        const { plan } = project.analyse<'source'>(declared).info
        return { ...named(declared.path, declared.declaration), ...(plan && { plan }) }
      }),
    entities: () =>
      project.all('entity').map(declared => {
        const { plan } = project.analyse<'entity'>(declared).info
        return { ...named(declared.path, declared.declaration), ...(plan && { plan }) }
      }),
    plan: model => planOf(project, model),
    symbols: path => documentSymbols(project.file(path)),
    symbolAt: (path, offset) => symbolAt(project, path, offset),
    definitionAt: (path, offset) => {
      const found = symbolAt(project, path, offset)
      return found && definitionOf(project, found.symbol)
    },
    referencesAt: (path, offset) => {
      const found = symbolAt(project, path, offset)
      return found ? placesOf(project, found.symbol) : []
    },
    references: symbol => placesOf(project, symbol),
    typeAt: (path, offset) => typeAt(project, path, offset),
    scopeAt: (path, offset) => scopeAt(project, path, offset),
  }
}

function fileDiagnostics(project: Project, file: ProjectFile): readonly Diagnostic[] {
  const checked = file.declarations.flatMap(declaration =>
    declarationDiagnostics(project, declaration, file.path),
  )
  return [...file.diagnostics, ...checked, ...unusedFeatures(project, file)].sort(compareDiagnostics)
}

/** What checking says of one declaration, the clash of its name included; not what the syntax says. */
function declarationDiagnostics(
  project: Project,
  declaration: AnyDeclaration,
  path: string,
): readonly Diagnostic[] {
  const found = project.analyseAny({ declaration, path })
  return [...found.findings.diagnostics, ...duplicateName(project, declaration, path)]
}

function duplicateName(project: Project, declaration: AnyDeclaration, path: string): readonly Diagnostic[] {
  const { kind, name } = declaration
  const first = name && project.find(kind, name.text)
  if (!name || !first || first.declaration === declaration) return []
  const related = [
    { path: first.path, span: first.declaration.name!.span, message: 'The first one is here.' },
  ]
  const message = `There is already a ${kind} \`${name.text}\`.`
  return [diagnostic('SLIP109', { path, span: name.span, message, related })]
}

/** Windowed features that no model of the project calls: only a hint, since others may use them by the catalog. */
function unusedFeatures(project: Project, file: ProjectFile): readonly Diagnostic[] {
  const declared = file.declarations.filter(({ kind }) => kind === 'feature')
  if (declared.length === 0) return []
  const used = new Set(project.all('model').flatMap(({ declaration }) => calledFeatures(declaration)))
  if (project.all('model').length === 0) return []
  return declared.flatMap(({ name, broken }) => {
    if (!name || broken || used.has(name.text)) return []
    const message = `No model of the project uses the feature \`${name.text}\`.`
    return [diagnostic('SLIP307', { path: file.path, span: name.span, message })]
  })
}

function calledFeatures(declaration: AnyDeclaration): readonly string[] {
  if (declaration.kind !== 'model') return []
  return (declaration.features?.items ?? []).flatMap(({ value }) => (value ? callsIn(value) : []))
}

function callsIn(expression: Expression): string[] {
  switch (expression.kind) {
    case 'call':
      return [expression.callee.text, ...expression.args.flatMap(callsIn)]
    case 'unary':
      return callsIn(expression.operand)
    case 'binary':
      return [...callsIn(expression.left), ...callsIn(expression.right)]
    default:
      return []
  }
}

function planOf(project: Project, name: string): PlanResult {
  const declared = project.all('model').find(({ declaration }) => declaration.name!.text === name)
  if (!declared) return { diagnostics: [] }
  const { plan } = project.analyse<'model'>(declared).info
  const diagnostics = neededBy(project, declared.declaration, declared.path).flatMap(
    ({ declaration, path }) => {
      const { start, end } = declaration.node
      const file = project.file(path)!
      const syntax = file.diagnostics.filter(({ span }) => span.start <= end && start <= span.end)
      return [...syntax, ...declarationDiagnostics(project, declaration, path)]
    },
  )
  const clean = !diagnostics.some(({ severity }) => severity === 'error')
  return { ...(plan && clean && { plan }), diagnostics }
}

/** The model itself, then every declaration of the project that it refers to, directly or not. */
function neededBy(project: Project, declaration: AnyDeclaration, path: string) {
  const needed = new Map<AnyDeclaration, string>([[declaration, path]])
  const kinds: readonly string[] = ['source', 'entity', 'feature'] satisfies DeclarationKind[]
  for (const [current, where] of needed) {
    const { findings } = project.analyseAny({ declaration: current, path: where })
    for (const { symbol } of findings.occurrences) {
      // A pinned feature is the catalog's, whatever the project declares under its name.
      if (!kinds.includes(symbol.kind) || symbol.version !== undefined) continue
      const found = project.find(symbol.kind as DeclarationKind, symbol.name)
      if (found && !needed.has(found.declaration)) needed.set(found.declaration, found.path)
    }
  }
  return [...needed].map(([needing, where]) => ({ declaration: needing, path: where }))
}
