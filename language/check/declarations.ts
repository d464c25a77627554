/** What declarations say to others once checked, and where to find them. */
import type { Fix } from '../diagnostics.ts'
import type { AnalysisHost, CatalogView, FeatureDefinition } from '../host.ts'
import type { FeaturePlan, Plan, SourcePlan } from '../plan.ts'
import type {
  AnyDeclaration,
  DeclarationKind,
  EntityDeclaration,
  FeatureDeclaration,
  ModelDeclaration,
  SourceDeclaration,
} from '../syntax/ast.ts'
import type { Type } from '../type-rules.ts'
import type { ColumnSchema } from '../types.ts'
import type { Findings, SymbolRef } from './findings.ts'

export interface EntityPlan {
  readonly name: string
  readonly keys: readonly ColumnSchema[]
  readonly doc?: string
}

export interface SourceInfo {
  readonly declaration: SourceDeclaration
  /** The file that declares it. */
  readonly path: string
  /** As it is declared, whatever an import calls it. */
  readonly name: string
  /** Undefined when nothing is known about the columns. */
  readonly columns: ReadonlyMap<string, ColumnSchema> | undefined
  /** The declared time column, whether it is right or not. */
  readonly time?: string
  /** Whether the syntax of the declaration is at fault. */
  readonly broken: boolean
  /** Only when nothing about the source is wrong or unknown. */
  readonly plan?: SourcePlan
}

export interface EntityInfo {
  readonly declaration: EntityDeclaration
  readonly path: string
  readonly name: string
  readonly keys: readonly { readonly name: string; readonly type: Type }[]
  readonly plan?: EntityPlan
}

/** A column that a feature reads, of a source by its name and the file that declares it. */
export interface ColumnRead {
  readonly source: string
  /** Undefined for a source of the catalog. */
  readonly path: string | undefined
  readonly column: string
}

export interface FeatureInfo {
  readonly declaration: FeatureDeclaration
  readonly path: string
  readonly name: string
  /** Of the value that a caller gets. */
  readonly type: Type
  /** The types of its keys, one per key part; undefined when the entity is unknown. */
  readonly keys: readonly Type[] | undefined
  /** The name of its entity, as declared; undefined when unknown. */
  readonly of: string | undefined
  /** The columns that its value depends on, through inputs too; not those of the key. */
  readonly reads: readonly ColumnRead[]
  /** With version 0, only when nothing about the feature is wrong or unknown. */
  readonly plan?: FeaturePlan
  /** Of a windowed feature with a plan. */
  readonly source?: SourcePlan
  /** Of a derived feature with a plan: what the plan's `inputs` name, under the same names. */
  readonly inputs?: Readonly<Record<string, FeatureDefinition>>
  readonly entity?: EntityPlan
}

export interface ModelInfo {
  readonly declaration: ModelDeclaration
  readonly path: string
  readonly name: string
  readonly plan?: Plan
  /** What may be named in its expressions, for completion. */
  readonly features: readonly { readonly name: string; readonly type: Type; readonly declared: number }[]
}

export interface InfoOf {
  readonly source: SourceInfo
  readonly entity: EntityInfo
  readonly feature: FeatureInfo
  readonly model: ModelInfo
}

export interface Analysis<K extends DeclarationKind = DeclarationKind> {
  readonly info: InfoOf[K]
  readonly findings: Findings
}

/** A declaration with its file. */
export interface Declared<D extends AnyDeclaration = AnyDeclaration> {
  readonly declaration: D
  readonly path: string
}

/** What a file can import. */
export type ImportableKind = 'source' | 'entity' | 'feature'

/**
 * The other declarations, as a check of one in the file `path` sees them: by the names that this file has for them.
 * The project notes what was asked, to know what to check again.
 */
export interface Environment {
  readonly path: string
  readonly source: (name: string) => SourceInfo | undefined
  readonly entity: (name: string) => EntityInfo | undefined
  readonly feature: (name: string) => FeatureInfo | undefined
  /** The names of a kind that the file sees, for suggestions. */
  readonly names: (kind: DeclarationKind) => readonly string[]
  /** The files that declare a name which this one does not see, each with the fix that imports it. */
  readonly elsewhere: (kind: ImportableKind, name: string) => readonly Elsewhere[]
  /** Whether the name is imported from where it is not declared, which its import says. */
  readonly isImportBroken: (kind: ImportableKind, name: string) => boolean
  /** The circle of derived features that the feature stands in; undefined when it stands in none. */
  readonly circle: (feature: Declared<FeatureDeclaration>) => Circle | undefined
  readonly host: AnalysisHost
  readonly catalog: CatalogView | undefined
}

export interface Circle {
  /** From the feature to one that it reads, and on until one that reads the feature. */
  readonly way: readonly Declared<FeatureDeclaration>[]
  /** The names that the feature's text has for features that depend on it. */
  readonly inside: ReadonlySet<string>
}

export interface Elsewhere {
  readonly path: string
  readonly fix: Fix
}

/** What a source is to those who look for its uses: two files may each have one of the name. */
export function sourceSymbol({ name, path }: Pick<SourceInfo, 'name' | 'path'>): SymbolRef {
  return { kind: 'source', name, path }
}

export function columnSymbol(source: Pick<SourceInfo, 'name' | 'path'>, column: string): SymbolRef {
  return { kind: 'column', name: column, container: source.name, path: source.path }
}

export function entitySymbol({ name, path }: Pick<EntityInfo, 'name' | 'path'>): SymbolRef {
  return { kind: 'entity', name, path }
}
