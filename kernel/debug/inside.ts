/**
 * What runs inside the process that is being debugged. These functions are sent as text, so each uses nothing but
 * its arguments and globals, and none of them changes anything of the user's or runs getters of objects that it
 * does not know.
 */

type Loose = Record<PropertyKey, unknown>

/** Puts what breakpoints need in its place. */
export function install(logName: string): void {
  const symbol = Symbol.for('slipway.debug')
  const global = globalThis as unknown as Record<PropertyKey, unknown>
  const send = global[logName] as (text: string) => void
  delete global[logName]
  const { inspect } = process.getBuiltinModule('node:util')
  const hits = new Map<number, number>()
  const value = {
    hit(id: number) {
      hits.set(id, (hits.get(id) ?? 0) + 1)
      return hits.get(id)
    },
    log(id: number, parts: readonly (string | { value: unknown })[]) {
      const texts = parts.map(part => {
        if (typeof part === 'string') return part
        return typeof part.value === 'string' ? part.value : inspect(part.value, { depth: 1 })
      })
      send(JSON.stringify({ id, text: texts.join('') }))
      return false
    },
  }
  Object.defineProperty(globalThis, symbol, { value, configurable: true })
}

/** Takes it away again. */
export function uninstall(): void {
  delete (globalThis as unknown as Record<symbol, unknown>)[Symbol.for('slipway.debug')]
}

/**
 * The names of cells with their values: an object that holds them, `shadow` being the scope before the globals.
 * A name that has no value yet is left out.
 */
export function cellValues(names: readonly string[], withFunctions: boolean): object {
  const hook = (globalThis as unknown as Loose)[Symbol.for('slipway.kernel')] as
    { debug?: { shadow?: object } } | undefined
  const result = Object.create(null) as Loose
  for (const name of names) {
    const place = [hook?.debug?.shadow, globalThis].find(
      p => p && Object.getOwnPropertyDescriptor(p, name),
    ) as Loose
    if (!place) continue
    try {
      // What has a getter here is an import, or a name before its declaration, which throws.
      const value = place[name]
      if (withFunctions || typeof value !== 'function') result[name] = value
    } catch {
      continue
    }
  }
  return result
}

/** Gives a name of the cells another value. @returns whether there is such a name */
export function assignCell(name: string, value: unknown): boolean {
  const hook = (globalThis as unknown as Loose)[Symbol.for('slipway.kernel')] as
    { debug?: { shadow?: object } } | undefined
  const place = [hook?.debug?.shadow, globalThis].find(
    p => p && Object.getOwnPropertyDescriptor(p, name),
  ) as Loose
  if (!place) return false
  const descriptor = Object.getOwnPropertyDescriptor(place, name)!
  if (descriptor.writable === false) throw new TypeError(`Assignment to constant variable '${name}'.`)
  place[name] = value
  return true
}

/** A name that cells can see, made or given another value. */
export function defineGlobal(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: true })
}

export function assignProperty(this: Loose, name: string, value: unknown): unknown {
  const target = this as unknown
  if (target instanceof Map) {
    for (const key of target.keys()) if (String(key) === name) return (target.set(key, value), value)
  }
  if (!Reflect.set(this, name, value)) throw new TypeError(`'${name}' cannot be changed.`)
  return value
}

/** Items of a list, from `start` on. */
export function slice(this: ArrayLike<unknown>, start: number, count: number): object {
  const items = Object.create(null) as Record<number, unknown>
  for (let i = start; i < Math.min(start + count, this.length); i++) {
    const descriptor = Object.getOwnPropertyDescriptor(this, i)
    if (!descriptor) continue
    items[i] = 'value' in descriptor ? descriptor.value : undefined
  }
  return items
}

/** Entries of a map or set, from `start` on: their names, then their values. */
export function entries(this: unknown, start: number, count: number): unknown[] {
  const show = (value: unknown) => {
    if (typeof value === 'string') return JSON.stringify(value)
    return typeof value === 'object' && value !== null ? Object.prototype.toString.call(value) : String(value)
  }
  const isMap = Object.prototype.toString.call(this) === '[object Map]'
  const iterate = isMap ? Map.prototype.entries : Set.prototype.values
  const names: string[] = []
  const values: unknown[] = []
  let index = 0
  for (const item of (iterate as () => Iterable<unknown>).call(this)) {
    if (index >= start + count) break
    if (index >= start) {
      names.push(isMap ? show((item as unknown[])[0]) : String(index))
      values.push(isMap ? (item as unknown[])[1] : item)
    }
    index += 1
  }
  return [names, ...values]
}

/** A line on each value of which V8's own description says little; undefined for the others. */
export function summaries(...values: unknown[]): (string | null)[] {
  const own = (value: object, name: string): unknown => {
    for (let at: object | null = value; at; at = Object.getPrototypeOf(at) as object | null) {
      const found = Object.getOwnPropertyDescriptor(at, name)
      if (found) return 'value' in found ? found.value : found.get?.call(value)
    }
    return undefined
  }
  const names = (list: unknown) =>
    Array.isArray(list) ? list.slice(0, 6).map(String).join(', ') + (list.length > 6 ? ', …' : '') : ''
  const summary = (value: unknown): string | null => {
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
    if (value instanceof Error) return `${value.name}: ${value.message}`
    if (value instanceof URL) return value.href
    if (typeof value !== 'object' || value === null) return null
    const maker = own(value, 'constructor')
    const kind = typeof maker === 'function' ? maker.name : ''
    if (/DataFrame$|^Series$/.test(kind)) {
      const shape = own(value, 'shape')
      const size = Array.isArray(shape) ? shape.join(' × ') : ''
      return `${kind} ${size} (${names(own(value, kind === 'Series' ? 'dtypes' : 'columns'))})`
    }
    const schema = own(value, 'schema') as { fields?: readonly { name: string }[] } | undefined
    if (kind === 'Table' && Array.isArray(schema?.fields))
      return `Table ${String(own(value, 'numRows'))} × ${schema.fields.length} (${names(schema.fields.map(f => f.name))})`
    if (kind === 'Vector' && typeof own(value, 'length') === 'number')
      return `Vector ${String(own(value, 'length'))} (${String(own(value, 'type'))})`
    return null
  }
  return values.map(value => {
    try {
      return summary(value)
    } catch {
      return null
    }
  })
}

/** A value as a client shows it: a MIME bundle, at once where the value allows it. */
export function rich(value: unknown): unknown {
  const hook = (globalThis as unknown as Loose)[Symbol.for('slipway.kernel')] as
    { debug?: { bundle?: (value: unknown) => unknown } } | undefined
  const plain = () => ({
    data: { 'text/plain': process.getBuiltinModule('node:util').inspect(value, { depth: 2 }) },
    metadata: {},
  })
  const found = hook?.debug?.bundle?.(value)
  return found ?? plain()
}

/** The functions that wait for the one that runs: V8 knows them without following every promise. */
export function awaiting(): string {
  const { prepareStackTrace, stackTraceLimit } = Error
  try {
    Error.stackTraceLimit = 100
    Error.prepareStackTrace = (_, sites) =>
      sites
        .filter(site => site.isAsync() && site.getScriptNameOrSourceURL())
        .map(site => ({
          name: site.getFunctionName() ?? '',
          url: site.getScriptNameOrSourceURL(),
          line: site.getLineNumber(),
          column: site.getColumnNumber(),
        }))
    return JSON.stringify(new Error().stack)
  } finally {
    Error.prepareStackTrace = prepareStackTrace
    Error.stackTraceLimit = stackTraceLimit
  }
}
