/** What the language asks of the world outside. Whoever analyses brings the answers; the language does no IO. */
import type { FeaturePlan, SourcePlan } from './plan.ts'
import type { ColumnSchema, Scalar } from './types.ts'

/** Where a source's rows are and how they are read: what is needed to find out its columns. */
export interface SourceRef {
  readonly name: string
  readonly format: SourcePlan['format']
  /** Relative to the project's root, forward slashes; empty for a database server. */
  readonly path: string
  readonly table?: SourcePlan['table']
  readonly connection?: SourcePlan['connection']
  readonly text?: SourcePlan['text']
  readonly overrides?: SourcePlan['overrides']
}

/** What a feature computes: its plan and all that the plan refers to by name. */
export interface FeatureDefinition {
  readonly plan: FeaturePlan
  /** Of a windowed feature, and only of one. */
  readonly source?: SourcePlan
  /** Of a derived feature, and only of one: what its plan's `inputs` name, under the same names as there. */
  readonly inputs?: Readonly<Record<string, FeatureDefinition>>
}

export interface CatalogFeature extends FeatureDefinition {
  /** False for a deprecated version. */
  readonly active: boolean
  /** What to use instead of a deprecated version: `name` or `name@version`. */
  readonly replacement?: string
}

export interface CatalogView {
  /** The version asked for, else the newest active one. */
  feature(name: string, version?: number): CatalogFeature | undefined
  names(): readonly string[]
  /** Names that begin with the text, then names that have it further in, the most used first. */
  search?(text: string, limit: number): readonly string[]
  /** The source that the catalog holds under the name, for `from catalog "name"`. */
  source?(name: string): SourcePlan | undefined
  sourceNames?(): readonly string[]
}

/** Of one column's values, or of a sample of them. */
export interface ColumnStatistics {
  /** Share of rows whose value is missing, 0 to 1. */
  readonly nullShare: number
  /** How many different values, missing ones not counted; may be approximate. */
  readonly distinct?: number
  /** Of numbers, and of timestamps in microseconds. */
  readonly min?: number
  readonly max?: number
  readonly mean?: number
  /** At 5, 25, 50, 75 and 95 percent; may be approximate. */
  readonly quantiles?: readonly number[]
  /** Counts in bins of equal width from `min` to `max`. */
  readonly histogram?: readonly number[]
  /** The most frequent values with how often each is there, the most frequent first. */
  readonly top?: readonly { readonly value: Scalar; readonly count: number }[]
}

export interface SourceStatistics {
  /** Rows of the source. */
  readonly nRows: number
  /** Rows that the statistics are over: all, or a sample. */
  readonly statisticsRows: number
  /** By the name of the column. */
  readonly columns: ReadonlyMap<string, ColumnStatistics>
}

export interface AnalysisHost {
  /** The columns of a source's data; undefined when they cannot be read (yet). */
  columns(source: SourceRef): readonly ColumnSchema[] | undefined
  /** Statistics of a source's data; undefined when they are not known (yet). Checks that want them are left out then. */
  statistics?(source: SourceRef): SourceStatistics | undefined
  /** Absent when the catalog cannot be reached. */
  readonly catalog?: CatalogView
}
