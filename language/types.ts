/**
 * The value types of the model language and of everything downstream of it.
 *
 * One vocabulary for columns, expressions and features. Pure data: no IO, nothing of any engine.
 */

/** `category` is a string that takes few values and is encoded, not computed with. */
export type ScalarKind = 'bool' | 'int' | 'float' | 'string' | 'timestamp' | 'category'

/** `vector` is a fixed number of floats. */
export type ValueKind = ScalarKind | 'vector'

export interface ValueType {
  readonly kind: ValueKind
  /** Whether a value may be missing. NaN in a float column counts as missing everywhere. */
  readonly nullable: boolean
  /** Free text, e.g. `minutes`. Two different units never add up. */
  readonly unit?: string
  /** How many floats; of vectors only. */
  readonly size?: number
}

export interface ColumnSchema {
  readonly name: string
  readonly type: ValueType
}

/**
 * One value of a row. Timestamps are integer microseconds since 1970-01-01T00:00Z (UTC when the data has no
 * zone; safe integers until the year 2255); int and float are numbers; category and string are strings.
 */
export type Scalar = boolean | number | string | null

/** A value of any type: a vector is an array of numbers. */
export type Value = Scalar | readonly number[]

export type Row = Readonly<Record<string, Value>>
