/**
 * Any value as JSON for a tree: maps, sets, dates, big integers, cycles and class instances are said as well as JSON
 * can, and what is too much is left out with a note of how much.
 */

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

const maxItems = 1000
const maxDepth = 60
const maxText = 100_000
/** Values in the whole tree. */
const maxValues = 100_000

/** Never throws: a getter that does is told in its place. */
export function treeJson(value: unknown): Json {
  return convert(value, { left: maxValues, path: [] })
}

interface State {
  left: number
  readonly path: unknown[]
}

function convert(value: unknown, state: State): Json {
  state.left -= 1
  switch (typeof value) {
    case 'string':
      return value.length > maxText ? `${value.slice(0, maxText)}… (${value.length} characters)` : value
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'boolean':
      return value
    case 'bigint':
      return `${value}n`
    case 'undefined':
      return 'undefined'
    case 'symbol':
      return String(value)
    case 'function':
      return `[Function ${value.name || 'anonymous'}]`
    default:
      return value === null ? null : nested(value as object, state)
  }
}

function nested(value: object, state: State): Json {
  if (state.path.includes(value)) return '[Circular]'
  if (state.path.length >= maxDepth) return '[deeper levels are left out]'
  if (state.left <= 0) return '[left out: the value is too large]'
  state.path.push(value)
  try {
    return convertObject(value, state)
  } catch (error) {
    return `[cannot be read: ${String((error as { message?: unknown } | null)?.message ?? error)}]`
  } finally {
    state.path.pop()
  }
}

function convertObject(value: object, state: State): Json {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (value instanceof Error) return `${value.name}: ${value.message}`
  if (value instanceof RegExp) return String(value)
  if (value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`
  if (value instanceof Uint8Array) return `[${value.length} bytes]`
  if (Array.isArray(value)) return list(value, value.length, state)
  if (ArrayBuffer.isView(value))
    return list(value as unknown as Iterable<unknown>, (value as Float64Array).length, state)
  if (value instanceof Set) return list(value, value.size, state)
  if (value instanceof Map) return map(value, state)
  const { toJSON } = value as { toJSON?: unknown }
  if (typeof toJSON === 'function') return convert((toJSON as () => unknown).call(value), state)
  const keys = Object.keys(value)
  return record(
    keys.map(key => [key, () => (value as Record<string, unknown>)[key]] as const),
    state,
  )
}

function list(items: Iterable<unknown>, length: number, state: State): Json {
  const shown: Json[] = []
  for (const item of items) {
    if (shown.length >= maxItems || state.left <= 0) break
    shown.push(convert(item, state))
  }
  if (shown.length < length) shown.push(`… ${(length - shown.length).toLocaleString('en')} more`)
  return shown
}

/** Keys that are text are names; a map with other keys is a list of pairs. */
function map(value: ReadonlyMap<unknown, unknown>, state: State): Json {
  const entries = [...value]
  if (entries.every(([key]) => typeof key === 'string' || typeof key === 'number'))
    return record(
      entries.map(([key, item]) => [String(key), () => item] as const),
      state,
    )
  return list(entries, entries.length, state)
}

function record(entries: readonly (readonly [string, () => unknown])[], state: State): Json {
  const shown: [string, Json][] = []
  for (const [key, get] of entries) {
    if (shown.length >= maxItems || state.left <= 0) break
    shown.push([key, read(get, state)])
  }
  if (shown.length < entries.length)
    shown.push(['…', `${(entries.length - shown.length).toLocaleString('en')} more`])
  return Object.fromEntries(shown)
}

function read(get: () => unknown, state: State): Json {
  try {
    return convert(get(), state)
  } catch (error) {
    return `[cannot be read: ${String((error as { message?: unknown } | null)?.message ?? error)}]`
  }
}
