/**
 * What cells show, as JSON under a MIME type of ours. The renderers in web/ take their types from here. Every
 * message is bounded, whatever the size of the data.
 */

export const tableMime = 'application/vnd.slipway.table+json'
export const modelMime = 'application/vnd.slipway.model+json'
export const featuresMime = 'application/vnd.slipway.features+json'
export const vegaLiteMime = 'application/vnd.vegalite.v5+json'

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
  /** `bool`, `int`, `float`, `string`, `timestamp`, else the database's own name in lower case. */
  readonly type: string
  /** The statistics below are over `statisticsRows` rows; absent when they could not be had. */
  readonly nNull?: number
  /** Approximate. */
  readonly nDistinct?: number
  /** Equal widths from `min` to `max`. Numbers; timestamps as milliseconds since 1970. */
  readonly histogram?: { readonly min: number; readonly max: number; readonly counts: readonly number[] }
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
  /** Of the whole table; more than `columns` when there are very many. */
  readonly nColumns: number
  /** Whether the table has rows or columns that are not in this message. */
  readonly truncated: boolean
  /** How many rows the columns' statistics were computed from: all, or a sample. */
  readonly statisticsRows: number
}

/** Content of `application/vnd.slipway.model+json`. */
export interface ModelMessage {
  readonly model: string
  readonly algorithm: string
  readonly doc?: string
  /** split → metric → value. */
  readonly metrics: Readonly<Record<string, Readonly<Record<string, number | null>>>>
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
