/** A value in one line. Runs nothing of the value's; what it would have to run for is named instead. */
import { inspect, types } from 'node:util'
import { constructorName, entriesOf, inherited, isClass, lengthOf, own, ownKeys, sourceOf } from './look.ts'

const maxLength = 120
const maxItems = 20

/** At most 120 characters, without line ends. */
export function preview(value: unknown): string {
  const text = write(value, 2).replace(/\s+/g, ' ')
  return text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text
}

function write(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > maxLength ? value.slice(0, maxLength) : value)
    case 'bigint':
      return inBounds(value)
    case 'symbol':
      return String(value)
    case 'function':
      return writeFunction(value)
    case 'object':
      return value === null ? 'null' : writeObject(value, depth)
    default:
      return Object.is(value, -0) ? '-0' : String(value)
  }
}

/** Writing a big integer of a million digits takes seconds. */
function inBounds(value: bigint): string {
  const bound = 10n ** 100n
  if (value < bound && value > -bound) return `${value}n`
  return `${value < 0n ? '-' : ''}(more than 100 digits)`
}

function writeFunction(value: object): string {
  if (types.isProxy(value)) return 'a proxy of a function'
  return isClass(value) ? `class ${String(own(value, 'name') ?? '')}`.trim() : sourceOf(value, maxLength + 1)
}

function writeObject(value: object, depth: number): string {
  if (types.isProxy(value)) return 'a proxy, which is not looked into'
  const special = writeSpecial(value)
  if (special !== undefined) return special
  const name = constructorName(value)
  const length = lengthOf(value)
  const isList = Array.isArray(value) || types.isTypedArray(value)
  const head = name === 'Object' || (name === 'Array' && Array.isArray(value)) ? '' : `${name || 'null'} `
  if (depth <= 0) return isList || length !== undefined ? `${head}[${length}]` : `${head}{…}`
  if (isList) return `${head}[${listed(itemsOf(value, depth), length ?? 0)}]`
  if (types.isMap(value) || types.isSet(value))
    return `${head}{${listed(entryTexts(value, depth), length ?? 0)}}`
  const keys = ownKeys(value, maxItems + 1)
  const fields = keys.slice(0, maxItems).map(key => `${keyText(key)}: ${fieldText(value, key, depth)}`)
  return fields.length === 0 ? `${head}{}` : `${head}{${listed(fields, keys.length)}}`
}

const keyText = (key: string) =>
  /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? key : JSON.stringify(key)

function fieldText(value: object, key: string, depth: number): string {
  const property = Object.getOwnPropertyDescriptor(value, key)
  if (property === undefined) return 'nothing'
  return property.get || property.set ? '(computed)' : write(property.value, depth - 1)
}

function itemsOf(value: object, depth: number): string[] {
  return ownKeys(value, maxItems).map(key =>
    Object.getOwnPropertyDescriptor(value, key) ? fieldText(value, key, depth) : '',
  )
}

const entryTexts = (value: object, depth: number) =>
  entriesOf(value, 0, maxItems).map(([key, item]) =>
    types.isMap(value) ? `${write(key, depth - 1)} => ${write(item, depth - 1)}` : write(item, depth - 1),
  )

function listed(texts: readonly string[], total: number): string {
  const inner = texts.join(', ')
  return total > texts.length ? `${inner}, …` : inner
}

function writeSpecial(value: object): string | undefined {
  if (types.isDate(value)) {
    const time = Date.prototype.getTime.call(value)
    return Number.isNaN(time) ? 'Invalid Date' : new Date(time).toISOString()
  }
  if (types.isRegExp(value))
    return RegExp.prototype.toString === inherited(value, 'toString') ? regexText(value) : 'RegExp'
  if (types.isNativeError(value)) {
    const message = inherited(value, 'message')
    return `${constructorName(value) || 'Error'}: ${typeof message === 'string' ? message : ''}`
  }
  if (types.isPromise(value)) return promiseText(value)
  if (types.isModuleNamespaceObject(value))
    return `module {${Object.getOwnPropertyNames(value).slice(0, maxItems).join(', ')}}`
  if (types.isBoxedPrimitive(value)) return `${constructorName(value)} object`
  if (types.isAnyArrayBuffer(value) || types.isDataView(value)) return constructorName(value)
  return undefined
}

const regexSource = Object.getOwnPropertyDescriptor(RegExp.prototype, 'source')!.get!
const regexFlags = Object.getOwnPropertyDescriptor(RegExp.prototype, 'flags')!.get!
const regexText = (value: RegExp) => `/${String(regexSource.call(value))}/${String(regexFlags.call(value))}`

/** Only Node's inspection knows the state of a promise. */
function promiseText(value: object): string {
  if (Object.getPrototypeOf(value) !== Promise.prototype || Object.hasOwn(value, Symbol.toStringTag))
    return 'Promise'
  const text = inspect(value, { depth: 0, customInspect: false, getters: false, showProxy: true })
  const state = /<(pending|rejected)>/.exec(text)?.[1] ?? 'fulfilled'
  return `Promise, ${state}`
}
