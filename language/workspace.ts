/** A project's files under analysis: what they declare, what is wrong with them, and the plans of their models. */
import type { Declared, EntityPlan, ImportableKind } from './check/declarations.ts'
import type { Occurrence, Resolution, SymbolRef } from './check/findings.ts'
import { ignoreFix } from './check/ignores.ts'
import { importable } from './check/imports.ts'
import { type LanguageVersion, languageVersion } from './config.ts'
import type { Diagnostic, Fix, TextEdit } from './diagnostics.ts'
import type { AnalysisHost, FeatureDefinition } from './host.ts'
import { importEdit, renameEdits } from './import-edits.ts'
import { normalPath } from './paths.ts'
import type { FeaturePlan, SourcePlan } from './plan.ts'
import { type FileOptions, Project } from './project.ts'
import { type PlanResult, createReports, hasError, planOf } from './report.ts'
import { type Callee, type Caller, calleesOf, callersOf } from './services/calls.ts'
import {
  type Location,
  type NamedPlace,
  definitionOf,
  findingsOf,
  occurrencesIn,
  placesOf,
  symbolAt,
  symbolsAt,
  typeAt,
} from './services/navigation.ts'
import { type RenameResult, type RenameTarget, rename, renameTarget } from './services/rename.ts'
import { type Scope, scopeAt } from './services/scope.ts'
import { type DocumentSymbol, documentSymbols } from './services/symbols.ts'
import type { AnyDeclaration } from './syntax/ast.ts'
import type { Span } from './syntax/tokens.ts'
import type { SyntaxTree } from './syntax/tree.ts'
import type { Type } from './type-rules.ts'

export type { FileOptions } from './project.ts'
export type { PlanResult } from './report.ts'

interface DeclaredSymbol {
  readonly name: string
  readonly path: string
  /** Of the name. */
  readonly span: Span
  /** Of the whole declaration. */
  readonly range: Span
}

export type ModelSymbol = DeclaredSymbol

export interface FeatureSymbol extends DeclaredSymbol {
  /** When nothing about the feature is wrong or unknown; the plan has version 0. */
  readonly plan?: FeaturePlan
  /** With the plan of a windowed feature. */
  readonly source?: SourcePlan
  /** With the plan of a derived feature: what its `inputs` name, under the same names. */
  readonly inputs?: Readonly<Record<string, FeatureDefinition>>
  readonly entity?: EntityPlan
}

export interface SourceSymbol extends DeclaredSymbol {
  readonly plan?: SourcePlan
}

export interface EntitySymbol extends DeclaredSymbol {
  readonly plan?: EntityPlan
}

/** A declaration that other files can import. */
export interface Export extends DeclaredSymbol {
  readonly kind: ImportableKind
  readonly doc?: string
}

/** The file that an import names. */
export interface ImportLink {
  /** Of the path in quotes. */
  readonly span: Span
  /** Undefined when the project has no such file. */
  readonly target?: string
}

export interface WorkspaceOptions {
  /** The version of the language that slipway.json asks for; the newest when not said or not known. */
  readonly language?: number
}

/** Paths are relative to the project's root; offsets are UTF-16. Nothing here throws on any text. */
export interface Workspace {
  /** The version of the language in use. */
  readonly language: LanguageVersion
  setFile(path: string, text: string, options?: FileOptions): void
  removeFile(path: string): void
  /** The host would answer differently now: a file's columns, the catalog. */
  refresh(): void
  /** Sorted. */
  files(): readonly string[]
  text(path: string): string | undefined
  tree(path: string): SyntaxTree | undefined
  /** By place, without what comments of the file ignore. */
  diagnostics(path: string): readonly Diagnostic[]
  /** The edit that ignores the diagnostic with a comment, whose reason is left to write; undefined when it cannot be. */
  ignoreFix(diagnostic: Diagnostic): Fix | undefined
  /** One for each name, like features: both are unique in a project. */
  models(): readonly ModelSymbol[]
  features(): readonly FeatureSymbol[]
  /** Of every file; two files may each have one of a name, like entities. */
  sources(): readonly SourceSymbol[]
  entities(): readonly EntitySymbol[]
  /** What a file means by a name: its own declaration, an imported one, or one of the cells above. */
  resolve(path: string, kind: ImportableKind | 'model', name: string): DeclaredSymbol | undefined
  /** Every declaration that files can import, by file and place. */
  exports(): readonly Export[]
  /** The edits that import a name which other files declare and this one does not see, one for each such file. */
  importFor(path: string, kind: ImportableKind, name: string): readonly Fix[]
  /** The files that a file's imports name. */
  imports(path: string): readonly ImportLink[]
  /** The files that import from a file. */
  importers(path: string): readonly string[]
  /** The edits of imports that go with moving a file, or a folder, to another path. */
  renameFile(from: string, to: string): readonly TextEdit[]
  /** The plan of the model with the name. Without such a model, neither plan nor diagnostics. */
  plan(model: string): PlanResult
  /** The outline of a file. */
  symbols(path: string): readonly DocumentSymbol[]
  /** What the name at the offset stands for, with its type when known. */
  symbolAt(path: string, offset: number): Occurrence | undefined
  /** All that it stands for: a bare column in `features` is a column, then a feature. */
  symbolsAt(path: string, offset: number): readonly Occurrence[]
  /** Every name of the file that stands for something, by place. */
  occurrences(path: string): readonly Occurrence[]
  /** Which version each call of a feature takes. */
  resolutions(path: string): readonly Resolution[]
  definitionAt(path: string, offset: number): Location | undefined
  /** Every place that names the same thing, definitions included. */
  referencesAt(path: string, offset: number): readonly NamedPlace[]
  references(symbol: SymbolRef): readonly NamedPlace[]
  definition(symbol: SymbolRef): Location | undefined
  /** What would be renamed at the offset; undefined when that is nothing of the project's. */
  renameTarget(path: string, offset: number): RenameTarget | undefined
  /** Renames it in every file; an alias only where it is one. */
  rename(path: string, offset: number, newName: string): RenameResult | undefined
  /** The features and models that read a feature or a column. */
  callers(symbol: SymbolRef): readonly Caller[]
  /** What a feature or a model reads: features and columns. */
  callees(caller: {
    readonly kind: 'feature' | 'model'
    readonly name: string
    readonly path?: string
  }): readonly Callee[]
  /** The type of the innermost expression or name at the offset. */
  typeAt(path: string, offset: number): { readonly span: Span; readonly type: Type } | undefined
  /** What may be written at the offset. */
  scopeAt(path: string, offset: number): Scope
}

/** An empty workspace that asks the host for columns and the catalog. */
export function createWorkspace(host: AnalysisHost, options: WorkspaceOptions = {}): Workspace {
  const project = new Project(host)
  return {
    language: languageVersion(options.language),
    setFile: (path, text, given) => project.setFile(path, text, given),
    removeFile: path => project.removeFile(path),
    refresh: () => project.refresh(),
    files: () => project.names.paths,
    text: path => project.file(path)?.tree.text,
    tree: path => project.file(path)?.tree,
    diagnostics: createReports(project),
    ignoreFix: diagnostic => {
      const file = project.file(diagnostic.path)
      return file && ignoreFix(file, diagnostic)
    },
    plan: model => planOf(project, model),
    symbols: path => documentSymbols(project.file(path)),
    scopeAt: (path, offset) => scopeAt(project, path, offset),
    ...declarationsIn(project),
    ...importsIn(project),
    ...namesIn(project),
  }
}

function symbolOf(path: string, { name, node }: AnyDeclaration): DeclaredSymbol {
  return { name: name!.text, path, span: name!.span, range: { start: node.start, end: node.end } }
}

type Declarations = Pick<Workspace, 'models' | 'features' | 'sources' | 'entities' | 'resolve' | 'exports'>

function declarationsIn(project: Project): Declarations {
  const planned = (kind: 'source' | 'entity') => () =>
    project.all(kind).map((declared: Declared) => {
      const { plan } = project.analyse<'source' | 'entity'>(declared as never).info
      return { ...symbolOf(declared.path, declared.declaration), ...(plan && { plan }) }
    })
  return {
    models: () => project.all('model').map(({ declaration, path }) => symbolOf(path, declaration)),
    features: () =>
      project.all('feature').map(declared => {
        const { plan, source, inputs, entity } = project.analyse<'feature'>(declared).info
        const symbol = symbolOf(declared.path, declared.declaration)
        if (!plan || hasError(project, declared)) return symbol
        return { ...symbol, plan, entity, ...(source && { source }), ...(inputs && { inputs }) }
      }),
    sources: planned('source') as () => readonly SourceSymbol[],
    entities: planned('entity') as () => readonly EntitySymbol[],
    resolve: (path, kind, name) => {
      const found = project.resolve(path, kind, name)
      return found && symbolOf(found.path, found.declaration)
    },
    exports: () =>
      project.names.paths.flatMap(path => {
        if (!project.names.isImportable(path)) return []
        return project.names.own(path).flatMap(declaration => {
          const { kind, doc } = declaration
          if (kind === 'model') return []
          return [{ kind, ...symbolOf(path, declaration), ...(doc !== undefined && { doc }) }]
        })
      }),
  }
}

type Imports = Pick<Workspace, 'importFor' | 'imports' | 'importers' | 'renameFile'>

function importsIn(project: Project): Imports {
  return {
    importFor: (path, kind, name) => {
      const file = project.file(path)
      if (!file || !importable.includes(kind)) return []
      return project.names.elsewhere(path, kind, name).map(from => importEdit(file, { from, name }))
    },
    imports: path =>
      (project.file(path)?.imports ?? []).flatMap(({ from }): ImportLink[] => {
        if (!from) return []
        const target = normalPath(from.value)
        const isThere = target !== undefined && project.names.isImportable(target)
        return [{ span: from.span, ...(isThere && { target }) }]
      }),
    importers: path =>
      project.files
        .filter(({ imports }) => imports.some(({ from }) => from && normalPath(from.value) === path))
        .map(file => file.path),
    renameFile: (from, to) => renameEdits(project.files, from, to),
  }
}

type Names = Pick<
  Workspace,
  | 'symbolAt'
  | 'symbolsAt'
  | 'occurrences'
  | 'resolutions'
  | 'definitionAt'
  | 'definition'
  | 'referencesAt'
  | 'references'
  | 'renameTarget'
  | 'rename'
  | 'callers'
  | 'callees'
  | 'typeAt'
>

function namesIn(project: Project): Names {
  return {
    symbolAt: (path, offset) => symbolAt(project, path, offset),
    symbolsAt: (path, offset) => symbolsAt(project, path, offset),
    occurrences: path => occurrencesIn(project, path),
    resolutions: path => {
      const file = project.file(path)
      return file ? findingsOf(project, file).flatMap(({ resolutions }) => resolutions) : []
    },
    definitionAt: (path, offset) => {
      const found = symbolAt(project, path, offset)
      return found && definitionOf(project, found.symbol)
    },
    definition: symbol => definitionOf(project, symbol),
    referencesAt: (path, offset) => {
      const found = symbolAt(project, path, offset)
      return found ? placesOf(project, found.symbol) : []
    },
    references: symbol => placesOf(project, symbol),
    renameTarget: (path, offset) => renameTarget(project, path, offset),
    rename: (path, offset, newName) => rename(project, { path, offset }, newName),
    callers: symbol => callersOf(project, symbol),
    callees: caller => calleesOf(project, caller),
    typeAt: (path, offset) => typeAt(project, path, offset),
  }
}
