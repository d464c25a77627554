/**
 * The plan: what a checked model asks for, complete in itself and with no syntax left in it.
 *
 * It is plain JSON, deterministic (same text and schemas, same bytes) and versioned by `planVersion`. Catalog
 * features are resolved into it, so that whoever executes a plan never asks the catalog. Three executions must
 * agree on it: SQL on DuckDB, SQL on Spark, and ONNX beside the TypeScript evaluator (engine/). The published JSON
 * schema is plan.schema.json.
 */
import type { ColumnSchema, Scalar, ScalarKind, Value, ValueType } from './types.ts'

export const planVersion = 2

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
  /**
   * How much a training row counts in the fit, over the columns of the observation; 1 when absent. Missing or ≤ 0: left
   * out of training. Neither the preparation nor a metric weighs rows.
   */
  readonly weight?: Expr
  /** Weigh each class by nRows / (nClasses × its rows), training rows counted singly, on top of `weight`. */
  readonly balance?: 'classes'
  readonly split: SplitPlan
  readonly algorithm: AlgorithmPlan
  readonly tune?: TunePlan
  readonly evaluate: readonly MetricPlan[]
  readonly outputs: readonly OutputPlan[]
  readonly require: readonly RequirementPlan[]
  readonly tests: readonly TestPlan[]
  readonly health: readonly HealthPlan[]
}

export type SourceFormat = 'parquet' | 'csv' | 'json' | 'arrow' | 'sqlite' | 'postgres'

export interface SourcePlan {
  readonly name: string
  readonly format: SourceFormat
  /** The file or, for SQLite, the database file; relative to the project's root, forward slashes. Empty for a server. */
  readonly path: string
  /** The table of a database, e.g. `public.orders`. */
  readonly table?: string
  /** The environment variable that holds a database server's connection string. Never the string itself. */
  readonly connection?: string
  /** How a text file is read, where that is not found out from the file. */
  readonly text?: {
    readonly delimiter?: string
    readonly header?: boolean
    /** Texts that stand for a missing value. */
    readonly missing?: readonly string[]
  }
  /** Columns whose declared type replaces the one found in a text format; `format` is strptime's, for timestamps. */
  readonly overrides?: Readonly<Record<string, { readonly kind: ScalarKind; readonly format?: string }>>
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

/** A feature of an entity that models call with keys. */
export type FeaturePlan = WindowFeaturePlan | DerivedFeaturePlan

interface EntityFeature {
  readonly name: string
  /** 0: declared in the project and not yet registered. */
  readonly version: number
  readonly entity: string
  readonly type: ValueType
  readonly doc?: string
  readonly owner?: string
  readonly tags: readonly string[]
}

/** An expression over other features of the same entity, with the same key and at the same time. */
export interface DerivedFeaturePlan extends EntityFeature {
  readonly kind: 'derived'
  /** The features read, by the name that `expr` uses: keys into `catalogFeatures`, `name@version`. */
  readonly inputs: Readonly<Record<string, string>>
  /** Over `{ op: 'feature', name }` with names of `inputs`. */
  readonly expr: Expr
  /** What stands for a missing result; null when not said. */
  readonly default: Scalar
}

/** A windowed aggregate over a source, per key. */
export interface WindowFeaturePlan extends EntityFeature {
  readonly kind: 'window'
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
      /**
       * What stands in for a missing value. `none`: trees split on what is missing; for other algorithms a missing value
       * is an error at training.
       */
      readonly impute: 'median' | 'mean' | 'zero' | 'none'
      /**
       * Fitted after imputing. `min_max` maps the training rows' least and greatest value to 0 and 1 (a constant to 0). Of a
       * vector every element is prepared by itself.
       */
      readonly scale: 'standardize' | 'min_max' | 'none'
      /** Whether a column says, as 1 or 0, that the value was missing. */
      readonly indicator?: true
    }
  | {
      readonly kind: 'one_hot'
      /** The `max` most frequent values of the training rows get a column each (ties: by code point); the rest, missing included, is `other`. */
      readonly max: number
    }
  | {
      /** One column of codes, for algorithms that split on categories themselves. */
      readonly kind: 'native'
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
      readonly folds?: number
    }
  | {
      readonly kind: 'random'
      readonly seed: number
      /** Fractions, summing to 1. A row's part depends on its content and the seed alone. */
      readonly parts: readonly { readonly name: SplitName; readonly fraction: number }[]
      readonly folds?: number
    }
  | {
      readonly kind: 'key'
      /** Columns of the observation: rows that agree in all of them are in one part, and in one fold. */
      readonly columns: readonly string[]
      readonly seed: number
      /** Fractions of the keys, summing to 1. */
      readonly parts: readonly { readonly name: SplitName; readonly fraction: number }[]
      readonly folds?: number
    }
// `folds`: the training part is also cut into so many folds, each once held out while the others train: by time, each
// fold follows those that train for it (one block more than folds, of about as many rows; the first is never held out).

export type AlgorithmName =
  | 'linear_regression'
  | 'logistic_regression'
  | 'poisson_regression'
  | 'mixed_effects'
  | 'gradient_boosted_trees'
  | 'neural_network'

export interface AlgorithmPlan {
  readonly name: AlgorithmName
  /** Every hyperparameter, defaults filled in. A choice is its name, a list of numbers an array. */
  readonly hyperparameters: Readonly<Record<string, Scalar | readonly number[]>>
  /** Of `mixed_effects`: what varies from one value of a key to another. */
  readonly random?: readonly RandomEffectPlan[]
}

export interface RandomEffectPlan {
  /** A column of the observation or a feature above. */
  readonly per: string
  readonly intercept: boolean
  /** Numeric features whose slopes vary. */
  readonly slopes: readonly string[]
  readonly hyperparameters: Readonly<Record<string, Scalar>>
}

export interface TunePlan {
  readonly trials: number
  readonly search: 'random' | 'sobol' | 'bayesian'
  readonly seed: number
  readonly direction: 'maximize' | 'minimize'
  readonly metric: MetricPlan
  /** Where a trial is judged: on the validation part, or over the folds of the split. */
  readonly on: 'validation' | 'folds'
  readonly space: readonly TuneDimension[]
}

export type TuneDimension =
  | {
      readonly hyperparameter: string
      readonly kind: 'int' | 'float'
      readonly low: number
      /** Included. */
      readonly high: number
      readonly scale: 'linear' | 'log'
    }
  | { readonly hyperparameter: string; readonly kind: 'choice'; readonly values: readonly Scalar[] }

export type MetricName =
  | 'auc'
  | 'pr_auc'
  | 'log_loss'
  | 'accuracy'
  | 'f1'
  | 'calibration_error'
  | 'rmse'
  | 'mae'
  | 'r2'
  | 'poisson_deviance'
  | 'ndcg'
  | 'precision'

export interface MetricPlan {
  readonly metric: MetricName
  /** Of ranking metrics: how many of the best-ranked rows count, the 10 of `ndcg@10`. */
  readonly k?: number
  /**
   * A column of the observation or a feature. The metric is also given per value of it; a ranking metric is the mean
   * over its values.
   */
  readonly per?: string
}

export type OutputPlan =
  /** The probability that the label is true or, for a label of more classes, `class`; a float in [0, 1]. */
  | { readonly name: string; readonly kind: 'probability'; readonly class?: string }
  /** The expected value of a number, the likeliest class of a category, whether a bool is likelier true. */
  | { readonly name: string; readonly kind: 'prediction' }
  /** 1 for the greatest `by` among the rows that are scored together and agree in `per`; missing beyond `top`. */
  | {
      readonly name: string
      readonly kind: 'rank'
      /** The name of another output. */
      readonly by: string
      readonly per: readonly string[]
      readonly top?: number
    }

export type ComparisonOperator = '>=' | '<=' | '>' | '<'

export interface RequirementPlan extends MetricPlan {
  readonly split: SplitName
  readonly op: ComparisonOperator
  readonly value: number
}

/** What a fitted model must answer. */
export interface TestPlan {
  readonly name: string
  /** The rows, by name; the only row of a test without names is called `row`. */
  readonly given: readonly {
    readonly name: string
    /** Observed columns, and catalog features of the model in place of their looked-up values. What is absent is missing. */
    readonly values: Readonly<Record<string, Value>>
  }[]
  readonly expect: readonly ExpectationPlan[]
}

export interface ExpectationPlan {
  readonly left: TestOperand
  readonly op: ComparisonOperator | '==' | '!='
  readonly right: TestOperand
  /** As it was written, for the report. */
  readonly text: string
}

export type TestOperand =
  | { readonly kind: 'output'; readonly row: string; readonly output: string }
  | { readonly kind: 'value'; readonly value: Scalar }

/** A threshold that the serving of a model is watched by. */
export interface HealthPlan {
  readonly monitor: HealthMonitor | MetricName
  readonly k?: number
  /** A feature; absent for what is not of a feature, or to mean each feature. */
  readonly of?: string
  readonly op: ComparisonOperator
  readonly value: number
  /** Over the time before. */
  readonly windowUs: number
}

/** What they measure: health.ts. */
export type HealthMonitor =
  'drift' | 'missing' | 'unseen' | 'requests' | 'error_rate' | 'latency_p50' | 'latency_p99'

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
  | 'modulo' // of the divisor's sign (floored), int of ints; missing when the divisor is 0
  | 'power' // float; missing where the result is not a finite number
  | 'negate'
  | 'sign' // int: −1, 0 or 1
  | 'sin'
  | 'cos' // float, of radians
  | 'least'
  | 'greatest' // of one or more
  | 'abs' // type of the argument
  | 'log'
  | 'log10'
  | 'log1p'
  | 'sqrt' // float; missing outside the domain (log x ≤ 0, log1p x ≤ −1, sqrt x < 0); log10 of a power of ten is whole
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
  | 'one_of' // whether the first argument equals one of the others, as `x == a or x == b or …`
  // conversion
  | 'category' // of bool, int or string: the value as text (true, 17, BOI)
  | 'float' // of bool, int
  | 'int' // of bool, float (towards zero)
  | 'string' // of bool, int, category
  // categories
  | 'bucket' // bucket(x, b1, …, bn) with ascending literals: category `< b1`, `b1 .. b2`, …, `>= bn`
  | 'cross' // category: the texts joined by `|`; `\\` and `|` inside them are preceded by `\\`
  | 'hash' // hash(x, n): int from 0 to n − 1, the remainder of the first 13 hexadecimal digits of the MD5 of the text in UTF-8
  // text: code points; lower and upper map ASCII letters only, so that every engine agrees
  | 'lower'
  | 'upper'
  | 'length'
  | 'trim' // blanks, tabs and line ends at both ends
  | 'starts_with'
  | 'ends_with'
  | 'contains'
  | 'replace' // replace(x, from, to): every occurrence; an empty `from` changes nothing
  | 'substring' // substring(x, start, length): start counts from 1; places outside of the text are empty
  | 'concat' // of one or more
  // dates, UTC: year, month 1–12, day 1–31, hour 0–23, minute 0–59, weekday 1–7 (Monday is 1, ISO 8601)
  | 'year'
  | 'month'
  | 'day'
  | 'hour'
  | 'minute'
  | 'weekday'
  // second 0–59, quarter 1–4, week 1–53 (ISO 8601), day_of_year 1–366
  | 'second'
  | 'quarter'
  | 'week'
  | 'day_of_year'
  | 'start_of_day' // timestamps
  | 'start_of_week'
  | 'start_of_month'
  | 'days_between' // from a to b: float, negative when b is earlier
  | 'hours_between'
  | 'minutes_between'
  // vectors: float; missing if any argument is. A vector with an element that is missing or not finite is missing
  | 'element' // element(v, i): i is a literal that counts from 1
  | 'dot'
  | 'norm'
  | 'cosine' // missing when a norm is 0
