/**
 * What cells show, as JSON under a MIME type of ours. The renderers in web/ take their types from here. Every
 * message is bounded, whatever the size of the data.
 */

export const tableMime = 'application/vnd.slipway.table+json'
export const modelMime = 'application/vnd.slipway.model+json'
export const featuresMime = 'application/vnd.slipway.features+json'
/** Of version 5, which JupyterLab and others know; what version 6 added, our renderer draws all the same. */
export const vegaLiteMime = 'application/vnd.vegalite.v5+json'
export const vegaMime = 'application/vnd.vega.v5+json'
export const progressMime = 'application/vnd.slipway.progress+json'

/** MIME type → content; JSON types hold values, the others text. */
export type MimeBundle = Readonly<Record<string, unknown>>

/** What can be shown has a method by this name that returns (a promise of) a bundle. */
export const displayMethod: unique symbol = Symbol.for('slipway.display') as never

export interface Displayable {
  [displayMethod](): Promise<MimeBundle>
}

/** null is a missing value; NaN and the infinities, big integers, dates (ISO 8601) and bytes are text. */
export type Cell = null | boolean | number | string

export interface TableColumn {
  readonly name: string
  /**
   * `bool`, `int`, `float`, `decimal`, `string`, `timestamp`, `date`, `time`, `json` (lists, structs, objects), else
   * the database's own name in lower case.
   */
  readonly type: string
  /** The type as the library or database calls it, e.g. `DECIMAL(18,3)`. */
  readonly detail?: string
  /** Whether it holds names of rows (danfo's index) and is no column of the data. */
  readonly isLabel?: boolean
  /** The statistics below are over `statisticsRows` rows; absent when they could not be had. NaN counts as missing. */
  readonly nNull?: number
  /** Approximate. */
  readonly nDistinct?: number
  /** Equal widths from `min` to `max`. Numbers; timestamps as milliseconds since 1970. */
  readonly histogram?: { readonly min: number; readonly max: number; readonly counts: readonly number[] }
  /** Of what has a histogram, in the same unit. */
  readonly mean?: number
  /** With n − 1. */
  readonly std?: number
  /** At 5, 25, 50, 75 and 95 percent, approximate. */
  readonly quantiles?: readonly number[]
  /** Of text and booleans: the most frequent values, the most frequent first. */
  readonly top?: readonly { readonly value: string; readonly count: number }[]
}

/** Content of `application/vnd.slipway.table+json`. */
export interface TableMessage {
  readonly columns: readonly TableColumn[]
  /** The first page, cells in the order of the columns. */
  readonly rows: readonly (readonly Cell[])[]
  /** Of the whole table. */
  readonly nRows: number
  /** False when the rows were not counted yet: there are at least `nRows`. */
  readonly counted?: boolean
  /** Of the whole table, without labels; more than `columns` when there are very many. */
  readonly nColumns: number
  /** Whether the table has rows or columns that are not in this message. */
  readonly truncated: boolean
  /** How many rows the columns' statistics were computed from: all, or a sample; 0 when they are not known yet. */
  readonly statisticsRows: number
  /** By which the kernel is asked for more, over a comm of the target `tableTarget`. Absent outside of a kernel. */
  readonly handle?: string
}

/** The comm target that answers `TableRequest`s. It is opened with `{handle}`. */
export const tableTarget = 'slipway.table'

export type FilterOperator =
  | '='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'between'
  | 'in'
  | 'contains'
  | 'not contains'
  | 'starts with'
  | 'ends with'
  | 'regex'
  | 'null'
  | 'not null'

/** A condition on one column, by its place in the table. A missing value fulfils `null` only. */
export interface TableFilter {
  readonly column: number
  readonly operator: FilterOperator
  /** One; two of `between`, both included; any number of `in`; none of `null` and `not null`. */
  readonly values?: readonly Cell[]
}

export interface TableSort {
  readonly column: number
  readonly descending: boolean
}

/** Which rows, and in which order. */
export interface TableQuery {
  /** The most important first. Missing values come last in both directions, equal rows in the table's order. */
  readonly sort?: readonly TableSort[]
  /** All must hold. */
  readonly filter?: readonly TableFilter[]
  /** Text that some column contains, in upper or lower case. */
  readonly search?: string
}

interface Asked extends TableQuery {
  /** Chosen by who asks; every answer carries it. */
  readonly request: number
  /** Places of columns in the table. Default: the first 200. */
  readonly columns?: readonly number[]
}

/** What can be asked of a table. `cancel` takes a request back, which is then answered with an error or not at all. */
export type TableRequest =
  | (Asked & { readonly kind?: 'rows'; readonly offset: number; readonly limit: number })
  /** Columns with their statistics over the rows that the filter leaves. */
  | (Asked & { readonly kind: 'statistics' })
  /** One value in full. */
  | (Asked & { readonly kind: 'value'; readonly row: number; readonly column: number })
  | (Asked & {
      readonly kind: 'copy'
      readonly format: 'tsv' | 'csv'
      readonly header: boolean
      readonly offset: number
      readonly limit: number
    })
  | (Asked & { readonly kind: 'save'; readonly format: 'csv' | 'parquet'; readonly path: string })
  | { readonly kind: 'cancel'; readonly request: number }

export type TableReply = { readonly request: number } & (
  | { readonly rows: readonly (readonly Cell[])[]; readonly nRows: number }
  | { readonly columns: readonly TableColumn[]; readonly statisticsRows: number; readonly nRows: number }
  | { readonly value: string; readonly truncated: boolean }
  /** `nRows` rows are in `text`; fewer than asked when there are too many to copy. */
  | { readonly text: string; readonly nRows: number; readonly truncated: boolean }
  | { readonly path: string; readonly nRows: number }
  /** A sentence for the person. */
  | { readonly error: string }
  /** Not the answer yet: the share that is done, 0 to 1. */
  | { readonly progress: number }
)

/** Content of `application/vnd.slipway.model+json`. */
export interface ModelMessage {
  readonly model: string
  readonly algorithm: string
  readonly doc?: string
  /** split → metric → value. */
  readonly metrics: Readonly<Record<string, Readonly<Record<string, number | null>>>>
  /** The same with the ends of 95 % bootstrap intervals, where there are some. */
  readonly intervals?: Readonly<Record<string, Readonly<Record<string, readonly [number, number] | null>>>>
  /** Metrics per value of a column, on the split that tells most. */
  readonly groups?: readonly {
    /** e.g. `auc per origin` */
    readonly metric: string
    readonly split: string
    /** The worst first; at most 20. */
    readonly values: readonly {
      readonly name: string
      readonly value: number | null
      readonly interval: readonly [number, number] | null
    }[]
    /** How many values are not among these. */
    readonly nLeft?: number
  }[]
  /** split → rows. */
  readonly counts: Readonly<Record<string, number>>
  readonly requirements: readonly {
    /** e.g. `auc >= 0.64 on test` */
    readonly text: string
    readonly value: number | null
    readonly met: boolean
  }[]
  readonly features: readonly { readonly name: string; readonly type: string; readonly doc?: string }[]
  /** The largest by absolute value first; at most 30. */
  readonly coefficients: readonly { readonly name: string; readonly value: number }[]
  /** Of a search for hyperparameters. */
  readonly tuning?: {
    /** e.g. `20 trials by auc on folds, 7 stopped early` */
    readonly text: string
    /** The best ones first; at most 10. */
    readonly trials: readonly {
      /** e.g. `l2 = 0.01, max_depth = 4` */
      readonly text: string
      readonly value: number
    }[]
  }
}

/** Content of `application/vnd.slipway.features+json`: hits of a catalog search, or one feature. */
export interface FeaturesMessage {
  readonly features: readonly {
    /** `name@version` */
    readonly id: string
    readonly name: string
    readonly version: number
    readonly entity: string
    readonly type: string
    readonly doc?: string
    readonly owner?: string
    readonly tags: readonly string[]
    readonly nUses: number
    readonly active: boolean
    readonly replacement?: string
  }[]
}

/** Content of `application/vnd.slipway.progress+json`: one bar and those inside it. */
export interface ProgressMessage {
  readonly bars: readonly ProgressBar[]
}

export interface ProgressBar {
  /** What is being done. */
  readonly label: string
  readonly done: number
  /** Absent when nobody knows. */
  readonly total?: number
  readonly state: 'running' | 'done' | 'failed' | 'stopped'
  /** How much is done, in words: `45 %`, or a number where nobody knows of how many. */
  readonly share: string
  /** Everything else, in words: `45 of 100 rows · 12 rows/s · 4.6 s left`. */
  readonly details: string
}
