/** What the language asks of the world outside. Whoever analyses brings the answers; the language does no IO. */
import type { FeaturePlan, SourcePlan } from './plan.ts'
import type { ColumnSchema } from './types.ts'

export interface SourceRef {
  readonly name: string
  readonly format: SourcePlan['format']
  /** Relative to the project's root, forward slashes. */
  readonly path: string
}

export interface CatalogFeature {
  readonly plan: FeaturePlan
  readonly source: SourcePlan
  /** False for a deprecated version. */
  readonly active: boolean
  /** What to use instead of a deprecated version: `name` or `name@version`. */
  readonly replacement?: string
}

export interface CatalogView {
  /** The version asked for, else the newest active one. */
  feature(name: string, version?: number): CatalogFeature | undefined
  names(): readonly string[]
}

export interface AnalysisHost {
  /** The columns of a source's file; undefined when it cannot be read (yet). */
  columns(source: SourceRef): readonly ColumnSchema[] | undefined
  /** Absent when the catalog cannot be reached. */
  readonly catalog?: CatalogView
}
