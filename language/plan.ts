/**
 * The plan: what a checked model asks for, complete in itself and with no syntax left in it.
 *
 * It is plain JSON, deterministic (same text and schemas, same bytes) and versioned by `planVersion`. Catalog
 * features are resolved into it, so that whoever executes a plan never asks the catalog. Three executions must
 * agree on it: SQL on DuckDB, SQL on Spark, and ONNX beside the TypeScript evaluator (engine/).
 */
import type { ColumnSchema, Scalar, ValueType } from './types.ts'

export const planVersion = 1

export interface Plan {
  readonly planVersion: typeof planVersion
  /** Name of the model, e.g. `late_departure`. */
  readonly model: string
  readonly doc?: string
  /** Every source that `observe` or a feature reads, by name. */
  readonly sources: Readonly<Record<string, SourcePlan>>
  readonly observe: ObservePlan
  /** Every catalog feature used, by `name@version` (`name@0` when it is the project's own, not yet registered). */
  readonly catalogFeatures: Readonly<Record<string, FeaturePlan>>
  /** In the order of the text; an expression may refer to features above it. */
  readonly features: readonly ModelFeature[]
  readonly label: LabelPlan
  readonly split: SplitPlan
  readonly algorithm: AlgorithmPlan
  readonly evaluate: readonly MetricPlan[]
  readonly outputs: readonly OutputPlan[]
  readonly require: readonly RequirementPlan[]
}

export interface SourcePlan {
  readonly name: string
  readonly format: 'parquet' | 'csv' | 'json' | 'arrow'
  /** Relative to the project's root, forward slashes. */
  readonly path: string
  /** The timestamp column that says when a row happened. */
  readonly time?: string
  /** How long after `time` a row's values may be used by others. Microseconds, 0 when not said. */
  readonly knownAfterUs: number
  /** All columns of the source, in the file's order. */
  readonly columns: readonly ColumnSchema[]
}

export interface ObservePlan {
  /** Key into `sources`. */
  readonly source: string
  /** Rows for which this is not true (false or missing) are not observed. */
  readonly where?: Expr
}

/** A windowed aggregate over a source, per key. */
export interface FeaturePlan {
  readonly name: string
  /** 0: declared in the project and not yet registered. */
  readonly version: number
  readonly entity: string
  /** Key into `sources`. */
  readonly source: string
  /** The columns of the source that carry the entity's key, one per key part. */
  readonly by: readonly string[]
  readonly aggregate: {
    readonly function: 'sum' | 'count' | 'mean' | 'min' | 'max' | 'stddev' | 'last' | 'distinct'
    /** Of a row of the source; absent for `count` without argument. */
    readonly of?: Expr
    readonly where?: Expr
  }
  /**
   * The window at time t covers source rows with t − windowUs ≤ time < t that are known at t
   * (time + knownAfterUs ≤ t). Never the row itself nor another of the same instant.
   */
  readonly windowUs: number
  /** What an empty window gives; null when not said. */
  readonly default: Scalar
  readonly type: ValueType
  readonly doc?: string
  readonly owner?: string
  readonly tags: readonly string[]
}

export interface ModelFeature {
  readonly name: string
  readonly doc?: string
  readonly type: ValueType
  readonly value:
    | { readonly kind: 'row'; readonly expr: Expr }
    /** `feature` is a key into `catalogFeatures`; `keys` are columns of the observation, one per key part. */
    | { readonly kind: 'catalog'; readonly feature: string; readonly keys: readonly Expr[] }
  readonly prepare: Preparation
}

/** Fitted on the training rows only. */
export type Preparation =
  | {
      readonly kind: 'numeric'
      /** What stands in for a missing value; `none` makes a missing value an error at training. */
      readonly impute: 'median' | 'mean' | 'zero' | 'none'
      readonly scale: 'standardize' | 'none'
    }
  | {
      readonly kind: 'one_hot'
      /** The `max` most frequent values of the training rows get a column each (ties: by code point); the rest, missing included, is `other`. */
      readonly max: number
    }

export interface LabelPlan {
  readonly name: string
  /** Over the columns of the observation. Rows whose label is missing are dropped and counted. */
  readonly expr: Expr
  readonly type: ValueType
}

export type SplitName = 'train' | 'validation' | 'test'

export type SplitPlan =
  | {
      readonly kind: 'time'
      /** The observation's time column. */
      readonly column: string
      /** Half-open, microseconds: a row is in a part when from ≤ time < until. Parts never overlap. */
      readonly parts: readonly {
        readonly name: SplitName
        readonly fromUs?: number
        readonly untilUs?: number
      }[]
    }
  | {
      readonly kind: 'random'
      readonly seed: number
      /** Fractions, summing to 1. A row's part depends on its content and the seed alone. */
      readonly parts: readonly { readonly name: SplitName; readonly fraction: number }[]
    }

export interface AlgorithmPlan {
  readonly name: 'logistic_regression'
  /** Every hyperparameter, defaults filled in. */
  readonly hyperparameters: Readonly<Record<string, Scalar>>
}

export interface MetricPlan {
  readonly metric: 'auc' | 'log_loss' | 'accuracy' | 'calibration_error'
  /** A column of the observation or a feature: the metric is also given per value of it. */
  readonly per?: string
}

export interface OutputPlan {
  readonly name: string
  /** The probability that the label is true, a float in [0, 1]. */
  readonly kind: 'probability'
}

export interface RequirementPlan extends MetricPlan {
  readonly split: SplitName
  readonly op: '>=' | '<=' | '>' | '<'
  readonly value: number
}

/** An expression over one row. Functions and their null behaviour: functions.ts. */
export type Expr =
  | { readonly op: 'literal'; readonly type: ValueType; readonly value: Scalar }
  | { readonly op: 'column'; readonly name: string; readonly type: ValueType }
  /** An earlier feature of the same model. */
  | { readonly op: 'feature'; readonly name: string; readonly type: ValueType }
  | {
      readonly op: 'call'
      readonly function: FunctionName
      readonly args: readonly Expr[]
      readonly type: ValueType
    }

/** Operators are functions too. The table with signatures and documentation is functions.ts. */
export type FunctionName =
  // arithmetic: missing if any argument is
  | 'add'
  | 'subtract'
  | 'multiply' // int with int stays int, else float
  | 'divide' // always float; missing when the divisor is 0
  | 'negate'
  | 'abs' // type of the argument
  | 'log'
  | 'log1p'
  | 'sqrt' // float; missing outside the domain (log x ≤ 0, log1p x ≤ −1, sqrt x < 0)
  | 'exp' // float
  | 'floor'
  | 'ceil'
  | 'round' // int; round is half away from zero
  | 'clip' // clip(x, low, high)
  // comparison: missing if any argument is; strings compare by code point
  | 'equal'
  | 'not_equal'
  | 'less'
  | 'less_equal'
  | 'greater'
  | 'greater_equal'
  // logic: three-valued (Kleene)
  | 'and'
  | 'or'
  | 'not'
  | 'if' // if(condition, then, else); a missing condition takes `else`
  | 'is_missing' // never missing
  | 'coalesce' // the first argument that is not missing
  // conversion
  | 'category' // of bool, int or string: the value as text (true, 17, BOI)
  | 'float' // of bool, int
  // text: code points; lower and upper map ASCII letters only, so that every engine agrees
  | 'lower'
  | 'upper'
  | 'length'
  // dates, UTC: year, month 1–12, day 1–31, hour 0–23, minute 0–59, weekday 1–7 (Monday is 1, ISO 8601)
  | 'year'
  | 'month'
  | 'day'
  | 'hour'
  | 'minute'
  | 'weekday'
