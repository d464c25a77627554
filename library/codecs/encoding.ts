/**
 * The documented JSON encoding (docs/encoding.md) for what JSON cannot say. Whatever is not listed there is
 * refused with the path to it: a value must come back as what it was or not cross at all.
 */
import { types } from 'node:util'
import { LibraryError } from '../errors.ts'
import type { JsonValue } from '../steps/request.ts'

const tag = '$slipway'

const typedArrays = {
  Uint8Array,
  Uint8ClampedArray,
  Uint16Array,
  Uint32Array,
  Int8Array,
  Int16Array,
  Int32Array,
  BigInt64Array,
  BigUint64Array,
  Float32Array,
  Float64Array,
} as const

/**
 * A value as plain JSON.
 * @throws LIB201 for functions, symbols, class instances, and values that contain themselves
 */
export function encodeJson(value: unknown): JsonValue {
  return encode(value, '$', [])
}

/** The value that `encodeJson` was given. @throws LIB202 for an unknown tag */
export function decodeJson(json: JsonValue): unknown {
  if (Array.isArray(json)) return json.map(decodeJson)
  if (typeof json !== 'object' || json === null) return json
  const object = json as { readonly [name: string]: JsonValue }
  if (Object.hasOwn(object, tag)) return decodeTagged(object)
  return fromEntries(Object.entries(object).map(([name, value]) => [name, decodeJson(value)]))
}

function encode(value: unknown, path: string, parents: readonly unknown[]): JsonValue {
  switch (typeof value) {
    case 'number':
      return encodeNumber(value)
    case 'string':
    case 'boolean':
      return value
    case 'undefined':
      return { [tag]: 'undefined' }
    case 'bigint':
      return { [tag]: 'bigint', value: value.toString() }
    case 'object':
      if (value === null) return null
      if (parents.includes(value)) throw refuse(path, 'it contains itself')
      return encodeObject(value, path, [...parents, value])
    default:
      throw refuse(path, `it is a ${typeof value}`)
  }
}

/** JSON has neither NaN nor the infinities, and printing loses the sign of zero. */
function encodeNumber(value: number): JsonValue {
  return Number.isFinite(value) && !Object.is(value, -0)
    ? value
    : { [tag]: 'number', value: Object.is(value, -0) ? '-0' : String(value) }
}

function encodeObject(value: object, path: string, parents: readonly unknown[]): JsonValue {
  if (Array.isArray(value))
    return Array.from(value as unknown[], (item, i) => encode(item, `${path}[${i}]`, parents))
  if (types.isDate(value))
    return { [tag]: 'date', value: Number.isNaN(value.getTime()) ? null : value.toISOString() }
  if (types.isMap(value))
    return {
      [tag]: 'map',
      entries: Array.from(value, ([key, item], i) => [
        encode(key, `${path}.key(${i})`, parents),
        encode(item, `${path}.value(${i})`, parents),
      ]),
    }
  if (types.isSet(value))
    return {
      [tag]: 'set',
      values: Array.from(value, (item, i) => encode(item, `${path}.value(${i})`, parents)),
    }
  if (ArrayBuffer.isView(value)) return encodeBytes(value, path)
  if (!isPlain(value)) throw refuse(path, `it is a ${value.constructor?.name ?? 'class instance'}`)
  const properties = Object.entries(value).map(([name, item]) => [
    name,
    encode(item, `${path}.${name}`, parents),
  ])
  const object = fromEntries(properties as [string, JsonValue][]) as { [name: string]: JsonValue }
  return Object.hasOwn(object, tag) ? { [tag]: 'object', entries: Object.entries(object) } : object
}

function encodeBytes(view: ArrayBufferView, path: string): JsonValue {
  // A Buffer is a Uint8Array with more methods and comes back as the latter.
  const type = Buffer.isBuffer(view) ? 'Uint8Array' : view.constructor.name
  if (!Object.hasOwn(typedArrays, type)) throw refuse(path, `it is a ${type}`)
  const base64 = Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('base64')
  return { [tag]: 'bytes', type, base64 }
}

function decodeTagged(object: { readonly [name: string]: JsonValue }): unknown {
  const { value } = object
  switch (object[tag]) {
    case 'undefined':
      return undefined
    case 'number':
      return Number(value)
    case 'bigint':
      return BigInt(value as string)
    case 'date':
      return new Date(value === null ? Number.NaN : (value as string))
    case 'map':
      return new Map(
        (object['entries'] as [JsonValue, JsonValue][]).map(([key, item]) => [
          decodeJson(key),
          decodeJson(item),
        ]),
      )
    case 'set':
      return new Set((object['values'] as JsonValue[]).map(decodeJson))
    case 'object':
      return fromEntries(
        (object['entries'] as [string, JsonValue][]).map(([name, item]) => [name, decodeJson(item)]),
      )
    case 'bytes':
      return decodeBytes(object['type'] as string, object['base64'] as string)
    default:
      throw new LibraryError(
        'LIB202',
        `Expected a tag of the JSON encoding, got ${JSON.stringify(object[tag])}. The value was written by a newer version, or by hand.`,
      )
  }
}

function decodeBytes(type: string, base64: string): ArrayBufferView {
  const bytes = Uint8Array.from(Buffer.from(base64, 'base64'))
  const Type = Object.hasOwn(typedArrays, type) ? typedArrays[type as keyof typeof typedArrays] : undefined
  if (!Type) throw new LibraryError('LIB202', `Expected a typed array's name, got ${JSON.stringify(type)}.`)
  return new Type(bytes.buffer)
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null
  return (
    prototype === null ||
    (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf'))
  )
}

/** `Object.fromEntries` that keeps a property called `__proto__` a property. */
function fromEntries(entries: readonly (readonly [string, unknown])[]): object {
  const object: object = {}
  for (const [name, value] of entries)
    Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true })
  return object
}

function refuse(path: string, why: string): LibraryError {
  return new LibraryError(
    'LIB201',
    `The value at ${path} cannot cross from one step to another: ${why}. ` +
      'Expected JSON values, dates, maps, sets, bigints, typed arrays, tables or models.',
  )
}
