/** Types while checking: the value types, and two more that no value has. Pure rules, no diagnostics. */
import type { ValueKind, ValueType } from './types.ts'

/**
 * `unknown`: nothing is known, and nothing is said about it (a column of an unreadable file, a reported mistake).
 * `missing`: of the literal `missing`, which takes the type of what stands beside it.
 */
export interface Type {
  readonly kind: ValueKind | 'unknown' | 'missing'
  readonly nullable: boolean
  readonly unit?: string
  /** How many floats a vector has. */
  readonly size?: number
}

export const unknownType: Type = { kind: 'unknown', nullable: true }
export const missingType: Type = { kind: 'missing', nullable: true }

export const isNumeric = ({ kind }: Type): boolean => kind === 'int' || kind === 'float'
export const isText = ({ kind }: Type): boolean => kind === 'string' || kind === 'category'
export const isUnknown = ({ kind }: Type): boolean => kind === 'unknown'
/** A label of classes: what is learned is which of a few values it takes. */
export const isClasses = (type: Type): boolean => type.kind === 'bool' || isText(type)

/** The type as a value has it; undefined for the two that no value has. */
export function valueType(type: Type): ValueType | undefined {
  const { kind, nullable, unit, size } = type
  if (kind === 'unknown' || kind === 'missing') return undefined
  return { kind, nullable, ...(unit !== undefined && { unit }), ...(size !== undefined && { size }) }
}

/** `int`, `float?` (may be missing), `int "minutes"`, `vector<float, 3>`. */
export function describeType({ kind, nullable, unit, size }: Type): string {
  if (kind === 'unknown' || kind === 'missing') return kind
  const name = kind === 'vector' && size !== undefined ? `vector<float, ${size}>` : kind
  return name + (nullable ? '?' : '') + (unit === undefined ? '' : ` ${JSON.stringify(unit)}`)
}

export interface Unified {
  readonly type: Type
  /** Index of the first type that does not go with those before it. */
  readonly conflict?: number
  /** Index of the first unit that does not go with those before it. */
  readonly unitConflict?: number
}

/**
 * The one type that values of all these types have: int and float meet in float, string and category in string.
 * Vectors go together when they are of one size.
 */
export function unify(types: readonly Type[]): Unified {
  let kind: Type['kind'] = 'missing'
  let unit: string | undefined
  let size: number | undefined
  let [conflict, unitConflict]: (number | undefined)[] = []
  for (const [i, type] of types.entries()) {
    const joined = joinKinds(kind, type.kind)
    const sized = size === undefined || type.size === undefined || size === type.size
    if (joined === undefined || !sized) conflict ??= i
    else kind = joined
    if (unit !== undefined && type.unit !== undefined && unit !== type.unit) unitConflict ??= i
    unit ??= type.unit
    size ??= type.size
  }
  const nullable = types.some(t => t.nullable)
  const type = {
    kind,
    nullable,
    ...(unit !== undefined && { unit }),
    ...(kind === 'vector' && size !== undefined && { size }),
  }
  return { type, conflict, unitConflict }
}

function joinKinds(a: Type['kind'], b: Type['kind']): Type['kind'] | undefined {
  if (a === b || b === 'missing') return a
  if (a === 'missing') return b
  if (a === 'unknown' || b === 'unknown') return 'unknown'
  const pair = [a, b].sort().join()
  return pair === 'float,int' ? 'float' : pair === 'category,string' ? 'string' : undefined
}
