/** The type of a value as TypeScript would write it, as far as a few of its parts show. Runs nothing of the value's. */
import { types } from 'node:util'
import { constructorName, entriesOf, isClass, lengthOf, own, ownKeys, sourceOf } from './look.ts'

const sampled = 20
const maxFields = 4
const maxLength = 80

/** At most 80 characters. */
export function typeName(value: unknown, depth = 2): string {
  const name =
    value === null || (typeof value !== 'object' && typeof value !== 'function')
      ? simple(value)
      : objectType(value, depth)
  return name.length > maxLength ? `${name.slice(0, maxLength - 1)}…` : name
}

const simple = (value: unknown) => (value === null ? 'null' : typeof value)

function objectType(value: object, depth: number): string {
  if (types.isProxy(value)) return 'Proxy'
  if (typeof value === 'function') return functionType(value)
  if (types.isModuleNamespaceObject(value)) return 'module'
  const name = constructorName(value)
  if (Array.isArray(value) && (name === 'Array' || name === '')) return arrayType(value, depth)
  if (types.isMap(value) && name === 'Map') {
    const entries = entriesOf(value, 0, sampled)
    return depth > 0
      ? `Map<${union(
          entries.map(([key]) => key),
          depth,
        )}, ${union(
          entries.map(([, item]) => item),
          depth,
        )}>`
      : name
  }
  if (types.isSet(value) && name === 'Set')
    return depth > 0
      ? `Set<${union(
          entriesOf(value, 0, sampled).map(([item]) => item),
          depth,
        )}>`
      : name
  if (name === 'Object' || name === '') return depth > 0 ? recordType(value, depth) : 'object'
  return name
}

function arrayType(value: readonly unknown[], depth: number): string {
  if (depth <= 0) return 'unknown[]'
  const items = Array.from({ length: Math.min(sampled, lengthOf(value) ?? 0) }, (_, i) => own(value, i))
  const item = union(items, depth)
  return item.includes(' | ') ? `(${item})[]` : `${item}[]`
}

function union(values: readonly unknown[], depth: number): string {
  const all = [...new Set(values.map(value => typeName(value, depth - 1)))]
  if (all.length === 0) return 'unknown'
  return all.length > 4 ? `${all.slice(0, 3).join(' | ')} | …` : all.join(' | ')
}

function recordType(value: object, depth: number): string {
  const keys = ownKeys(value, maxFields + 1)
  if (keys.length === 0) return '{}'
  const fields = keys.slice(0, maxFields).map(key => {
    const isAccessor = Object.getOwnPropertyDescriptor(value, key)?.get !== undefined
    const type = isAccessor ? 'unknown' : typeName(own(value, key), depth - 1)
    return `${/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? key : JSON.stringify(key)}: ${type}`
  })
  return `{ ${[...fields, ...(keys.length > maxFields ? ['…'] : [])].join(', ')} }`
}

/** `(a, b) => …`, `async (url) => …`, `class Point`. */
function functionType(value: object): string {
  if (isClass(value)) return `class ${String(own(value, 'name') ?? '')}`.trim()
  const source = sourceOf(value, 400)
  const found =
    /^(async\s*)?(?:function\s*(\*)?\s*[\p{ID_Continue}$]*\s*)?(?:\(((?:[^()]|\([^()]*\))*)\)|([\p{ID_Continue}$]+)\s*=>)/u.exec(
      source,
    )
  if (!found) return 'function'
  const [, isAsync, isGenerator, list, single] = found
  const parameters = (list ?? single ?? '').replace(/\s+/g, ' ').replace(/ ,/g, ',').trim()
  return `${isAsync ? 'async ' : ''}${isGenerator ? 'function* ' : ''}(${parameters}) => …`
}
