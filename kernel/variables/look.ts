/**
 * Looks at values without running anything of theirs: no getter, no trap of a proxy, no method. Everything here is
 * bounded and never throws; what cannot be seen this way is not there.
 */
import { types } from 'node:util'

/** The value of an own property that is no accessor; undefined when there is none. */
export function own(value: object, key: PropertyKey): unknown {
  if (types.isProxy(value)) return undefined
  return Object.getOwnPropertyDescriptor(value, key)?.value
}

/** The same, on the prototypes too. */
export function inherited(value: object, key: PropertyKey): unknown {
  for (let at: object | null = value, i = 0; at !== null && i < 20; i++) {
    if (types.isProxy(at)) return undefined
    const found = Object.getOwnPropertyDescriptor(at, key)
    if (found) return found.value
    at = Object.getPrototypeOf(at) as object | null
  }
  return undefined
}

/** Name of the class it is an instance of; empty without one. */
export function constructorName(value: object): string {
  if (types.isProxy(value)) return 'Proxy'
  const prototype = Object.getPrototypeOf(value) as object | null
  const constructor = prototype === null ? undefined : inherited(prototype, 'constructor')
  if (typeof constructor !== 'function' || types.isProxy(constructor)) return ''
  const name = own(constructor, 'name')
  return typeof name === 'string' ? name : ''
}

/** Names of own enumerable properties, at most so many. */
export function ownKeys(value: object, limit: number): readonly string[] {
  if (types.isProxy(value)) return []
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const length = lengthOf(value) ?? 0
    return Array.from({ length: Math.min(length, limit) }, (_, i) => String(i))
  }
  if (limit > maxKept) return Object.keys(value).slice(0, limit)
  if (last?.value !== value) last = { value, keys: Object.keys(value).slice(0, maxKept) }
  return last.keys.slice(0, limit)
}

/** V8 lists all names before the first one can be had: the list is kept while one value is looked at. */
const maxKept = 1000
let last: { readonly value: object; readonly keys: readonly string[] } | undefined

/** Another value is looked at, or the same one later. */
export function lookAnew(): void {
  last = undefined
}

const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object
const intrinsic = (prototype: object, key: PropertyKey) =>
  Object.getOwnPropertyDescriptor(prototype, key)!.get!
const typedLength = intrinsic(typedArray, 'length')
const typedBytes = intrinsic(typedArray, 'byteLength')
const viewBytes = intrinsic(DataView.prototype, 'byteLength')
const bufferBytes = intrinsic(ArrayBuffer.prototype, 'byteLength')
const sharedBytes = intrinsic(SharedArrayBuffer.prototype, 'byteLength')
const mapSize = intrinsic(Map.prototype, 'size')
const setSize = intrinsic(Set.prototype, 'size')

/** Elements of arrays, typed arrays, maps and sets, by what the language itself counts. */
export function lengthOf(value: object): number | undefined {
  if (types.isProxy(value)) return undefined
  if (Array.isArray(value)) return own(value, 'length') as number
  if (types.isTypedArray(value)) return typedLength.call(value) as number
  if (types.isMap(value)) return mapSize.call(value) as number
  if (types.isSet(value)) return setSize.call(value) as number
  return undefined
}

/** Bytes of what holds bytes. */
export function byteLengthOf(value: object): number | undefined {
  if (types.isTypedArray(value)) return typedBytes.call(value) as number
  if (types.isDataView(value)) return viewBytes.call(value) as number
  if (types.isArrayBuffer(value)) return bufferBytes.call(value) as number
  if (types.isSharedArrayBuffer(value)) return sharedBytes.call(value) as number
  return undefined
}

/** Entries of a map, or values of a set under themselves, from one place on. */
export function entriesOf(
  value: object,
  from: number,
  limit: number,
): readonly (readonly [unknown, unknown])[] {
  const entries = types.isMap(value)
    ? Map.prototype.entries.call(value)
    : Set.prototype.entries.call(value as Set<unknown>)
  const found: (readonly [unknown, unknown])[] = []
  for (let i = 0; found.length < limit; i++) {
    const { done, value: entry } = entries.next()
    if (done) break
    if (i >= from) found.push(entry as [unknown, unknown])
  }
  return found
}

/** The text of a function, at most so many characters. */
export function sourceOf(value: object, length: number): string {
  if (types.isProxy(value)) return ''
  return Function.prototype.toString.call(value).slice(0, length)
}

export const isClass = (value: object) => /^class\b/.test(sourceOf(value, 6))
