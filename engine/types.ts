/** What crosses the boundary of the engine. Plain data; `FittedModel` and `Card` are JSON as they stand. */
import type {
  Expr,
  OutputPlan,
  Plan,
  RequirementPlan,
  Scalar,
  SplitName,
  ValueType,
} from '../language/index.ts'

export interface TrainOptions {
  /** How many of the observed rows take part, drawn by a hash of their content. Default `all`. */
  readonly rows?: number | 'all'
  /** Seed of the sample. Default 0. */
  readonly seed?: number
  /** A query whose rows replace those of the observed source; windowed features still read their own sources. */
  readonly observations?: { readonly sql: string }
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: TrainProgress) => void
}

export type TrainPhase = 'read' | 'features' | 'prepare' | 'fit' | 'evaluate' | 'export'

export interface TrainProgress {
  readonly phase: TrainPhase
  /** Units done in this phase: percent of a query, iterations of a fit. */
  readonly done: number
  readonly total?: number
  /** One sentence for a person. */
  readonly message: string
}

export interface Training {
  readonly model: FittedModel
  readonly onnx: Uint8Array
  readonly card: Card
}

/** Everything learned: preparation parameters, coefficients, intercept. */
export interface FittedModel {
  readonly fittedVersion: 1
  readonly model: string
  readonly algorithm: 'logistic_regression'
  readonly intercept: number
  /** One per feature of the plan, in its order. */
  readonly features: readonly FittedFeature[]
}

/** The prepared value is (x − center) / scale. */
export interface FittedColumn {
  /** Stands in for a missing value; null: a missing value has no score (`impute none`). */
  readonly impute: number | null
  readonly center: number
  readonly scale: number
  readonly weight: number
}

export type FittedFeature =
  | (FittedColumn & {
      readonly kind: 'numeric'
      readonly name: string
      /** Weight of the column that is 1 where the value is missing, else 0. */
      readonly indicator?: number
    })
  | {
      readonly kind: 'vector'
      readonly name: string
      /** One per element, in order. */
      readonly elements: readonly FittedColumn[]
      readonly indicator?: number
    }
  | {
      readonly kind: 'one_hot'
      readonly name: string
      /** By falling frequency on the training rows, ties by code point. */
      readonly categories: readonly string[]
      /** One per category. */
      readonly weights: readonly number[]
      /** Weight of every other value, missing included. */
      readonly other: number
    }

export interface CardInput {
  /** The key in a row that is sent for scoring. */
  readonly name: string
  /** `column`: of the observation. `catalog`: a catalog feature, named like the model's feature. */
  readonly kind: 'column' | 'catalog'
  readonly type: ValueType
  /** Key into the plan's `catalogFeatures`. */
  readonly feature?: string
}

/** A tensor of the ONNX graph and what fills it. A value tensor has shape (nRows), a vector's (nRows, size). */
export interface CardTensor {
  readonly tensor: string
  /** Boolean tensor, true where the value is missing. Absent when the value is never missing. */
  readonly missingTensor?: string
  readonly dtype: 'float64' | 'bool' | 'string' | 'int64'
  readonly size?: number
  readonly source:
    | { readonly kind: 'input'; readonly name: string }
    /** Computed by the TypeScript evaluator, because ONNX has no operator for it. */
    | { readonly kind: 'derived'; readonly expr: Expr }
}

export interface ColumnStatistics {
  readonly kind: ValueType['kind']
  readonly count: number
  readonly missing: number
  readonly distinct: number
  /** Numbers (bool as 0 and 1, timestamps in microseconds). */
  readonly mean?: number
  readonly stddev?: number
  /** At 0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1. */
  readonly quantiles?: readonly number[]
  /** Text: the 20 most frequent values with their counts. */
  readonly top?: readonly { readonly value: string; readonly count: number }[]
}

/**
 * Metric by its name as written (`auc`, `ndcg@10 per query`); null when it is not defined there, e.g. the AUC of one class.
 */
export type MetricValues = Readonly<Record<string, number | null>>

export interface JudgedRequirement extends RequirementPlan {
  readonly actual: number | null
  readonly met: boolean
}

export interface Card {
  readonly cardVersion: 1
  readonly model: string
  readonly doc?: string
  readonly plan: Plan
  readonly inputs: readonly CardInput[]
  readonly tensors: readonly CardTensor[]
  /**
   * `tensor`: the output of the ONNX graph, shape (nRows): float64 of a probability, bool of a prediction of a bool label.
   * Of a rank it is what is ranked by: ranks are given by whoever scores rows together.
   */
  readonly outputs: readonly (OutputPlan & { readonly tensor: string })[]
  readonly sample: { readonly rows: number | 'all'; readonly seed: number }
  readonly rows: RowCounts
  readonly metrics: Readonly<Partial<Record<SplitName, MetricValues>>>
  /** Metrics per value of a column: split → `auc per origin` → value → metric. */
  readonly groups: Readonly<Partial<Record<SplitName, Readonly<Record<string, MetricValues>>>>>
  /** Where the split has folds: the metrics of each, fitted without it, and their means. */
  readonly crossValidation?: CrossValidation
  readonly requirements: readonly JudgedRequirement[]
  /** Of the training rows: every input and every feature, by name. */
  readonly statistics: {
    readonly inputs: Readonly<Record<string, ColumnStatistics>>
    readonly features: Readonly<Record<string, ColumnStatistics>>
  }
  /** `origin=BOI`, `log_distance`, `embedding[1]`, `delay: missing`, in the order of the features; the intercept first. */
  readonly coefficients: readonly { readonly name: string; readonly value: number }[]
  readonly fit: {
    readonly iterations: number
    readonly converged: boolean
    /** Sum of weighted log losses over the training rows plus the penalty. */
    readonly objective: number
    readonly nParameters: number
  }
}

export interface CrossValidation {
  /** Over the folds where the metric is defined; null where it is defined on none. */
  readonly mean: MetricValues
  readonly folds: readonly {
    /** Rows that the fold's model was fitted on. */
    readonly train: number
    /** Rows that it was judged on. */
    readonly heldOut: number
    readonly metrics: MetricValues
  }[]
}

export interface RowCounts {
  /** Rows of the observation that its `where` keeps. */
  readonly observed: number
  /** Of those, drawn into the sample. */
  readonly sampled: number
  /** Dropped, because their label is missing. */
  readonly labelMissing: number
  /** Dropped, because no part of the split holds them. */
  readonly outsideSplit: number
  /** Left out of training, because their weight is missing or not above 0. */
  readonly withoutWeight: number
  readonly train: number
  readonly validation: number
  readonly test: number
  /** Rows whose label is true. */
  readonly positives: { readonly train: number; readonly validation: number; readonly test: number }
}

export type Scored = Readonly<Record<string, Scalar>>
