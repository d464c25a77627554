/** A table in memory as random access to its values: what danfo, Arrow and arrays of objects are reduced to. */
import { isTime, numberOf, type Scalar } from '../query/values.ts'
import type { TableColumn } from '../messages.ts'

export type ColumnHead = Pick<TableColumn, 'name' | 'type' | 'detail' | 'isLabel'>

export interface TableView {
  readonly columns: readonly ViewColumn[]
  readonly nRows: number
}

export interface ViewColumn extends ColumnHead {
  /** Null, undefined or whatever the library gives; a timestamp is a Date or milliseconds. */
  value(row: number): unknown
  /** All values in a form that is fast to go through. Default: `value` is asked for each. */
  readonly bulk?: () => Bulk | undefined
}

export type Bulk =
  /** Missing values are NaN. */
  | { readonly kind: 'numbers'; readonly values: Float64Array }
  /** Few different values: the place of each row's in `values`, -1 where it is missing. */
  | { readonly kind: 'codes'; readonly codes: Int32Array; readonly values: readonly string[] }

/** A value reduced to what can be ordered and compared. */
export function scalarOf(value: unknown, type: string): Scalar {
  switch (typeof value) {
    case 'undefined':
      return null
    case 'number':
    case 'bigint':
    case 'boolean':
      return value
    case 'string':
      // Decimals are text, so that they stay exact.
      return type === 'decimal' ? (numberOf(value) ?? value) : value
    case 'object':
      if (value === null) return null
      if (value instanceof Date) return isTime(type) ? value.getTime() : value.toISOString()
      return objectText(value)
    default:
      return String(value)
  }
}

/** Bytes are hexadecimal, everything else JSON. */
export function objectText(value: object): string {
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString('hex')}`
  try {
    return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item)) ?? ''
  } catch {
    return String(value)
  }
}
