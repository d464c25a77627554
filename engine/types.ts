/** What crosses the boundary of the engine. Plain data; `FittedModel` and `Card` are JSON as they stand. */
import type {
  AlgorithmName,
  Expr,
  OutputPlan,
  Plan,
  RequirementPlan,
  Scalar,
  SplitName,
  TunePlan,
  ValueType,
} from '../language/index.ts'
import type { Trial } from './tune/tune.ts'
import type { FittedLabel, Parameters } from './estimators/estimator.ts'

export type { FittedLabel, Link } from './estimators/estimator.ts'

export interface TrainOptions {
  /** How many of the observed rows take part, drawn by a hash of their content. Default `all`. */
  readonly rows?: number | 'all'
  /** Seed of the sample. Default 0. */
  readonly seed?: number
  /** A query whose rows replace those of the observed source; windowed features still read their own sources. */
  readonly observations?: { readonly sql: string }
  /**
   * A file for the finished trials of `tune`: a search of the same plan, rows and seed that was ended before goes on with
   * the trials that are left, and comes to the same end. They are taken out when the model is done. Default: none are kept.
   */
  readonly trialsFile?: string
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: TrainProgress) => void
}

export type TrainPhase = 'read' | 'features' | 'prepare' | 'tune' | 'fit' | 'evaluate' | 'export'

export interface TrainProgress {
  readonly phase: TrainPhase
  /** Units done in this phase: percent of a query, trials of a search, iterations of a fit. */
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

export const fittedVersion = 2

/** Everything learned: how features are prepared, and the algorithm's parameters over the prepared columns. */
export interface FittedModel {
  readonly fittedVersion: typeof fittedVersion
  readonly model: string
  readonly algorithm: AlgorithmName
  readonly label: FittedLabel
  /** One per feature of the plan, in its order. */
  readonly features: readonly FittedFeature[]
  /** What the parameters are over. */
  readonly columns: FittedColumns
  readonly parameters: FittedParameters
  /** Of `mixed_effects`: per random effect, in the order of `parameters.random`. Empty for all other algorithms. */
  readonly keys: readonly FittedKey[]
}

/** The prepared columns. In `parameters`, number j is `numbers[j]` and category k is `codes[k]`. */
export interface FittedColumns {
  readonly numbers: readonly NumberSource[]
  /** Indices into `features`, of those that are categories. */
  readonly codes: readonly number[]
}

/** What a prepared number comes from. */
export interface NumberSource {
  /** Index into `features`. */
  readonly feature: number
  /** Of a vector: which element, from 0. */
  readonly element?: number
  /** It is 1 where the feature is missing, else 0, and nothing else. */
  readonly indicator?: true
}

/** The prepared value is (x − center) / scale. */
export interface FittedNumber {
  /** Stands in for a missing value; null (`impute none`): trees send it by `missingLeft`, of others there is no score. */
  readonly impute: number | null
  readonly center: number
  readonly scale: number
}

export type FittedFeature =
  | (FittedNumber & {
      readonly kind: 'numeric'
      readonly name: string
      readonly indicator?: true
    })
  | {
      readonly kind: 'vector'
      readonly name: string
      /** One per element, in order. */
      readonly elements: readonly FittedNumber[]
      readonly indicator?: true
    }
  | {
      readonly kind: 'category'
      readonly name: string
      /** `one_hot`: a 0/1 column per category, and one for every other value, missing included. */
      readonly encoding: 'one_hot' | 'native'
      /** By falling frequency on the training rows, ties by code point. A value's code is its index, −1 for every other. */
      readonly categories: readonly string[]
    }

/**
 * The values of a random effect's key that have effects, as texts; all others, missing included, have none. What varies is
 * said in `parameters.random`; its slopes are indices into `columns.numbers`.
 */
export interface FittedKey {
  readonly source: { readonly kind: 'column' | 'feature'; readonly name: string }
  /** By code point. Key i has the coefficients from i · nCoefficients on. */
  readonly values: readonly string[]
}

/** As estimators give them, in plain arrays of finite numbers. */
export type FittedParameters = Plain<Parameters>

export type Plain<T> =
  T extends ArrayLike<number>
    ? readonly number[]
    : T extends readonly (infer Item)[]
      ? readonly Plain<Item>[]
      : T extends object
        ? { readonly [Key in keyof T]: Plain<T[Key]> }
        : T

export interface CardInput {
  /** The key in a row that is sent for scoring. */
  readonly name: string
  /** `column`: of the observation. `catalog`: a catalog feature, named like the model's feature. */
  readonly kind: 'column' | 'catalog'
  readonly type: ValueType
  /** Key into the plan's `catalogFeatures`. */
  readonly feature?: string
}

/** A tensor of the ONNX graph and what fills it. A value tensor has shape (nRows, 1), a vector's (nRows, size). */
export interface CardTensor {
  readonly tensor: string
  /** Boolean tensor, true where the value is missing. Absent for a number, which is NaN then, and what is never missing. */
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

/** From the lower to the upper end, both included, of a 95 % bootstrap interval. */
export type Interval = readonly [low: number, high: number]

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
   * `tensor`: the output of the ONNX graph, shape (nRows): float64 of a probability and of a prediction of a number, bool of
   * a prediction of a bool, string of one of classes.
   * Of a rank it is what is ranked by: ranks are given by whoever scores rows together.
   */
  readonly outputs: readonly (OutputPlan & { readonly tensor: string })[]
  readonly sample: { readonly rows: number | 'all'; readonly seed: number }
  readonly rows: RowCounts
  readonly metrics: Readonly<Partial<Record<SplitName, MetricValues>>>
  /** Metrics per value of a column: split → `auc per origin` → value → metric. */
  readonly groups: Readonly<Partial<Record<SplitName, Readonly<Record<string, MetricValues>>>>>
  /** How far the metrics may be chance: named like `metrics`; null where none could be had. */
  readonly intervals?: Readonly<Partial<Record<SplitName, Readonly<Record<string, Interval | null>>>>>
  /** Named like `groups`; absent of rankings. */
  readonly groupIntervals?: Readonly<
    Partial<Record<SplitName, Readonly<Record<string, Readonly<Record<string, Interval | null>>>>>>
  >
  /** Where the split has folds: the metrics of each, fitted without it, and their means. */
  readonly crossValidation?: CrossValidation
  /** Where the plan tunes: what was tried. The model has the hyperparameters of the best. */
  readonly tuning?: Tuning
  readonly requirements: readonly JudgedRequirement[]
  /** Of the training rows: every input and every feature, by name. */
  readonly statistics: {
    readonly inputs: Readonly<Record<string, ColumnStatistics>>
    readonly features: Readonly<Record<string, ColumnStatistics>>
  }
  /**
   * `origin=BOI`, `log_distance`, `embedding[1]`, `delay: missing`, in the order of the features; the intercept first. Of more
   * than two classes, class after class. Fixed effects only; empty for trees and networks.
   */
  readonly coefficients: readonly Coefficient[]
  readonly background?: Background
  readonly fit: {
    readonly iterations: number
    readonly converged: boolean
    /** What was minimized: the sum of weighted losses over the training rows plus the penalty. */
    readonly objective: number
    readonly nParameters: number
  }
}

/** What contributions of a row's features are told against. Of the training rows, over the prepared columns. */
export interface Background {
  /** Per column of numbers, the mean of those that are there. */
  readonly numbers: readonly number[]
  /** Per column of codes: the share of rows of each category, then of every other value. */
  readonly categories: readonly (readonly number[])[]
  /** Per random effect, the mean of what it adds to the score. */
  readonly random: readonly number[]
}

export interface Coefficient {
  readonly name: string
  /** Of more than two classes: whose score it is of. */
  readonly class?: string
  readonly value: number
}

export interface Tuning {
  /** As it is written, e.g. `ndcg@10 per query`. */
  readonly metric: string
  readonly direction: TunePlan['direction']
  readonly on: TunePlan['on']
  readonly search: TunePlan['search']
  /** In their order. */
  readonly trials: readonly Trial[]
  /** Index of the best finished trial. */
  readonly best: number
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
  /** Of a bool label: rows where it is true. */
  readonly positives?: PartCounts
  /** Of a label of classes: rows of each. */
  readonly classes?: Readonly<Record<string, PartCounts>>
}

export interface PartCounts {
  readonly train: number
  readonly validation: number
  readonly test: number
}

export type Scored = Readonly<Record<string, Scalar>>
