/** What is said of the values that cells have declared. `slipway_variables_reply` carries these. */
import type { KnownName } from '../session/child/scope.ts'

export interface Variable {
  readonly name: string
  readonly kind: KnownName['kind']
  /** What sort of value: what `%whos table` and the filters of the variables view choose by. */
  readonly category: Category
  /** As TypeScript would write it, as far as it can be seen: `number[]`, `Map<string, number>`, `DataFrame`. */
  readonly type: string
  /** `1,000 × 3` of a table, `12` of a list; absent for what has none, or has not been counted. */
  readonly shape?: string
  /** Approximate. Absent when nobody can tell cheaply. */
  readonly sizeBytes?: number
  /** Whether only a part was looked at. */
  readonly sizeIsLowerBound?: boolean
  /** One line of at most 120 characters. */
  readonly preview: string
  /** Whether there is more to see inside. */
  readonly expandable: boolean
  /** `Cell[3]`, the cell that declared it last. */
  readonly file: string
  /** The notebook's id of that cell; absent when its client did not tell. */
  readonly cell?: string
}

export type Category =
  'value' | 'list' | 'object' | 'table' | 'model' | 'function' | 'class' | 'promise' | 'module'

/** A part of a value: a field, an element, an entry of a map. */
export interface VariablePart extends Omit<Variable, 'kind' | 'file' | 'cell' | 'name'> {
  /** What stands before its value: `length`, `0`, `"key"`. */
  readonly label: string
  /** By which it is asked for; absent for what cannot be looked into. */
  readonly key?: PartKey
}

/** A way into a value: a property, the nth entry of a map or set, the value of a promise is none. */
export type PartKey = { readonly property: string } | { readonly entry: number }

/** Argument of the question `variable`. */
export interface PartsRequest {
  readonly name: string
  readonly path: readonly PartKey[]
  /** Default 0. */
  readonly offset?: number
  /** At most 200; default 100. */
  readonly limit?: number
}

export interface PartsReply {
  readonly parts: readonly VariablePart[]
  /** How many there are altogether. */
  readonly total: number
}
