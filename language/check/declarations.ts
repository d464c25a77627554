/** What declarations say to others once checked, and where to find them. */
import type { CatalogView, AnalysisHost } from '../host.ts'
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
import type { Findings } from './findings.ts'

export interface EntityPlan {
  readonly name: string
  readonly keys: readonly ColumnSchema[]
  readonly doc?: string
}

export interface SourceInfo {
  readonly declaration: SourceDeclaration
  readonly path: string
  readonly name: string
  /** Undefined when nothing is known about the columns. */
  readonly columns: ReadonlyMap<string, ColumnSchema> | undefined
  /** The declared time column, whether it is right or not. */
  readonly time?: string
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

export interface FeatureInfo {
  readonly declaration: FeatureDeclaration
  readonly path: string
  readonly name: string
  readonly type: Type
  /** The types of its keys, one per key part; undefined when the entity is unknown. */
  readonly keys: readonly Type[] | undefined
  /** With version 0, only when nothing about the feature is wrong or unknown. */
  readonly plan?: FeaturePlan
  readonly source?: SourcePlan
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

/** The other declarations, as a check sees them. The workspace notes what was asked, to know what to check again. */
export interface Environment {
  readonly source: (name: string) => SourceInfo | undefined
  readonly entity: (name: string) => EntityInfo | undefined
  readonly feature: (name: string) => FeatureInfo | undefined
  readonly names: (kind: DeclarationKind) => readonly string[]
  readonly host: AnalysisHost
  readonly catalog: CatalogView | undefined
}
