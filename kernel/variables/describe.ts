/** What is said of one value. Bounded, and never throws. */
import { types } from 'node:util'
import { knownValue, type KnownValue } from './known-values.ts'
import { isClass, lengthOf, lookAnew, ownKeys } from './look.ts'
import { preview } from './preview.ts'
import { sizeOf } from './size.ts'
import { typeName } from './type-name.ts'
import type { Category, Variable } from './variable.ts'

export type Description = Pick<
  Variable,
  'category' | 'type' | 'shape' | 'sizeBytes' | 'sizeIsLowerBound' | 'preview' | 'expandable'
>

/** @param maxNodes of the estimate of its size */
export function describe(value: unknown, maxNodes?: number): Description {
  lookAnew()
  const known = tryKnown(value)
  const size =
    known?.sizeBytes ??
    (known?.category === 'table' && known.shape === undefined ? undefined : sizeFor(value, maxNodes))
  const bytes = typeof size === 'object' ? size.bytes : size
  const shape = known ? known.shape : shapeOf(value)
  return {
    category: known?.category ?? categoryOf(value),
    type: known?.type ?? attempt(() => typeName(value), 'unknown'),
    ...(shape === undefined ? {} : { shape }),
    ...(bytes === undefined ? {} : { sizeBytes: bytes }),
    ...(typeof size === 'object' && size.isLowerBound ? { sizeIsLowerBound: true } : {}),
    preview: oneLine(known?.preview) ?? attempt(() => preview(value), 'cannot be shown'),
    expandable: attempt(() => hasParts(value), false),
  }
}

function oneLine(text: string | undefined): string | undefined {
  const line = text?.replace(/\s+/g, ' ')
  return line !== undefined && line.length > 120 ? `${line.slice(0, 119)}…` : line
}

function attempt<T>(look: () => T, otherwise: T): T {
  try {
    return look()
  } catch {
    return otherwise
  }
}

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function'

function tryKnown(value: unknown): KnownValue | undefined {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return undefined
  return attempt(() => knownValue(value), undefined)
}

/** A function's or module's own size says nothing. */
function sizeFor(value: unknown, maxNodes: number | undefined) {
  if (typeof value === 'function' || types.isModuleNamespaceObject(value)) return undefined
  return sizeOf(value, maxNodes)
}

function shapeOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value.length.toLocaleString('en')
  if (typeof value !== 'object' || value === null) return undefined
  return attempt(() => lengthOf(value), undefined)?.toLocaleString('en')
}

function categoryOf(value: unknown): Category {
  if (!isObject(value)) return 'value'
  if (types.isProxy(value)) return 'object'
  if (typeof value === 'function') return isClass(value) ? 'class' : 'function'
  if (types.isPromise(value)) return 'promise'
  if (types.isModuleNamespaceObject(value)) return 'module'
  return lengthOf(value) === undefined ? 'object' : 'list'
}

function hasParts(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return false
  const length = lengthOf(value)
  return length === undefined ? ownKeys(value, 1).length > 0 : length > 0
}
