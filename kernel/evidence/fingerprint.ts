/**
 * What a value is like: its type, its shape and a hash of a bounded part of it, taken without running any code of
 * the value's. Two looks at one value agree unless it changed where they looked.
 */
import { types } from 'node:util'
import { isSecretName, looksSecret } from '../../language/notebook/secrets.ts'
import { knownValue } from '../variables/known-values.ts'
import { constructorName, lengthOf, lookAnew, own, ownKeys, sourceOf } from '../variables/look.ts'
import { createHasher, type Hasher } from './hasher.ts'
import type { ValueEvidence } from './record.ts'

export type Fingerprint = Omit<ValueEvidence, 'name'>

const maxNodes = 300
const maxDepth = 4
const maxText = 2048
const maxItems = 32
const maxKeys = 50
const typedArrays = [
  ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array],
  ...[Float32Array, Float64Array, BigInt64Array, BigUint64Array],
]

/** Never throws. @param name what is called so may be a secret, whatever it looks like */
export function fingerprint(name: string, value: unknown): Fingerprint {
  try {
    return take(name, value)
  } catch {
    return { type: 'unknown' }
  }
}

function take(name: string, value: unknown): Fingerprint {
  lookAnew()
  const type = typeOf(value)
  const shape = shapeOf(value)
  const base = shape === undefined ? { type } : { type, shape }
  if (isSecretName(name)) return base
  const look: Look = { hasher: createHasher(), nodes: 0, secret: false, cut: false, seen: new Set() }
  add(value, look, 0)
  if (look.secret) return base
  return { ...base, hash: look.hasher.digest(), ...(look.cut ? {} : { whole: true }) }
}

interface Look {
  readonly hasher: Hasher
  nodes: number
  secret: boolean
  /** Something of it was passed over, or has a state that cannot be looked at. */
  cut: boolean
  readonly seen: Set<object>
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value !== 'object') return typeof value
  if (types.isProxy(value)) return 'Proxy'
  return knownValue(value)?.type ?? (constructorName(value) || 'Object')
}

function shapeOf(value: unknown): readonly number[] | undefined {
  if (typeof value === 'string') return [value.length]
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return undefined
  const known = knownValue(value)?.shape
  const numbers = known?.match(/[\d,]+/g)?.map(text => Number(text.replaceAll(',', '')))
  if (numbers?.length && numbers.every(Number.isFinite)) return numbers
  const length = lengthOf(value)
  return length === undefined ? undefined : [length]
}

function add(value: unknown, look: Look, depth: number): void {
  const { hasher } = look
  if (++look.nodes > maxNodes) return void (look.cut = true)
  switch (typeof value) {
    case 'string':
      if (looksSecret(value)) look.secret = true
      if (value.length > maxText) look.cut = true
      return addText(value, hasher)
    case 'number':
      return hasher.number(value)
    case 'bigint':
      if (!isSmall(value)) look.cut = true
      return hasher.text(`n${isSmall(value) ? value : 'large'}`)
    case 'boolean':
    case 'undefined':
      return hasher.text(String(value))
    case 'symbol':
      return hasher.text('symbol')
    case 'function':
      // What it closes over and what hangs on it.
      look.cut = true
      return addText(types.isProxy(value) ? 'proxy' : sourceOf(value, maxText), hasher)
    default:
      return value === null ? hasher.text('null') : addObject(value as object, look, depth)
  }
}

/** Its length, its beginning, its end, and samples between. */
function addText(text: string, hasher: Hasher): void {
  hasher.number(text.length)
  if (text.length <= maxText) return hasher.text(text)
  hasher.text(text.slice(0, maxText / 2))
  hasher.text(text.slice(-maxText / 4))
  const step = text.length / (maxText / 4)
  for (let at = 0; at < text.length; at += step) hasher.number(text.charCodeAt(Math.floor(at)))
}

function addObject(value: object, look: Look, depth: number): void {
  const { hasher, seen } = look
  const isKnown = seen.has(value)
  if (!isPlain(value) || (depth > maxDepth && !isKnown)) look.cut = true
  if (types.isProxy(value)) return hasher.text('proxy')
  if (isKnown || depth > maxDepth) return hasher.text('…')
  seen.add(value)
  hasher.text(constructorName(value))
  if (ArrayBuffer.isView(value)) return addBytes(value, look)
  if (types.isDate(value)) return hasher.number(Date.prototype.getTime.call(value))
  if (types.isRegExp(value)) return hasher.text(RegExp.prototype.toString.call(value))
  if (types.isPromise(value) || types.isWeakMap(value) || types.isWeakSet(value)) return
  if (types.isMap(value) || types.isSet(value)) return addEntries(value, look, depth)
  if (Array.isArray(value)) return addItems(value, look, depth)
  const keys = ownKeys(value, maxKeys)
  if (keys.length >= maxKeys) look.cut = true
  for (const key of keys) {
    hasher.text(key)
    const property = own(value, key)
    if (isSecretName(key) && typeof property === 'string') look.secret = true
    else add(property, look, depth + 1)
    if (property === undefined && isComputed(value, key)) look.cut = true
  }
}

function addBytes(view: ArrayBufferView, look: Look): void {
  const { hasher } = look
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
  hasher.number(bytes.length)
  const step = Math.max(1, Math.floor(bytes.length / maxText))
  if (step > 1) look.cut = true
  for (let at = 0; at < bytes.length; at += step) hasher.number(bytes[at]!)
}

function addItems(items: readonly unknown[], look: Look, depth: number): void {
  const { length } = items
  look.hasher.number(length)
  const step = Math.max(1, length / maxItems)
  if (step > 1) look.cut = true
  for (let at = 0; at < length; at += step) add(own(items, String(Math.floor(at))), look, depth + 1)
  if (length > 1) add(own(items, String(length - 1)), look, depth + 1)
}

function addEntries(entries: Map<unknown, unknown> | Set<unknown>, look: Look, depth: number): void {
  const isMap = types.isMap(entries)
  const iterator = isMap ? Map.prototype.entries.call(entries) : Set.prototype.values.call(entries)
  look.hasher.number(lengthOf(entries) ?? 0)
  if ((lengthOf(entries) ?? 0) > maxItems) look.cut = true
  for (let i = 0; i < maxItems; i++) {
    const next = iterator.next()
    if (next.done) return
    if (!isMap) add(next.value, look, depth + 1)
    else for (const part of next.value as [unknown, unknown]) add(part, look, depth + 1)
  }
}

const plainPrototypes: ReadonlySet<object | null> = new Set([
  null,
  ...[Object, Array, Map, Set, Date, RegExp, ...typedArrays].map(({ prototype }) => prototype as object),
])

/** Of the language and without a state of its own beside what is looked at, as instances of classes may have. */
function isPlain(value: object): boolean {
  return !types.isProxy(value) && plainPrototypes.has(Object.getPrototypeOf(value) as object | null)
}

function isComputed(value: object, key: string): boolean {
  return Object.getOwnPropertyDescriptor(value, key)?.get !== undefined
}

function isSmall(value: bigint): boolean {
  return value < 1n << 64n && value > -(1n << 64n)
}
