/** What is inside a value, a page at a time. Getters are named, not run. */
import { types } from 'node:util'
import { describe } from './describe.ts'
import { entriesOf, lengthOf, lookAnew, own, ownKeys } from './look.ts'
import { preview } from './preview.ts'
import type { PartKey, PartsReply, VariablePart } from './variable.ts'

const maxKeys = 10_000
const maxNodes = 200

export interface PartsOptions {
  readonly path: readonly PartKey[]
  readonly offset?: number
  readonly limit?: number
}

/** @throws {Error} when the path leads to nothing */
export function partsOf(root: unknown, { path, offset = 0, limit = 100 }: PartsOptions): PartsReply {
  lookAnew()
  const value = path.reduce(stepInto, root)
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return { parts: [], total: 0 }
  const from = Math.max(0, Math.trunc(offset))
  const nParts = Math.min(200, Math.max(0, Math.trunc(limit)))
  if (types.isMap(value) || types.isSet(value)) {
    const entries = entriesOf(value, from, nParts)
    const parts = entries.map(([key, item], i) =>
      partOf(types.isMap(value) ? preview(key) : String(from + i), { entry: from + i }, item),
    )
    return { parts, total: lengthOf(value) ?? 0 }
  }
  const length = lengthOf(value)
  if (length !== undefined) {
    const places = Array.from({ length: Math.max(0, Math.min(nParts, length - from)) }, (_, i) =>
      String(from + i),
    )
    return { parts: places.map(key => propertyPart(value, key)), total: length }
  }
  const keys = ownKeys(value, maxKeys)
  return { parts: keys.slice(from, from + nParts).map(key => propertyPart(value, key)), total: keys.length }
}

function stepInto(value: unknown, key: PartKey): unknown {
  if (typeof value !== 'object' || value === null || types.isProxy(value))
    throw new Error('Expected a value that has parts, got none.')
  if ('property' in key) return own(value, key.property)
  const entry = types.isMap(value) || types.isSet(value) ? entriesOf(value, key.entry, 1)[0] : undefined
  return entry?.[1]
}

function propertyPart(value: object, key: string): VariablePart {
  const property = Object.getOwnPropertyDescriptor(value, key)
  const path = { property: key }
  if (property && (property.get || property.set))
    return { label: key, category: 'value', type: 'unknown', preview: '(computed)', expandable: false }
  return partOf(key, path, property?.value)
}

function partOf(label: string, key: PartKey, value: unknown): VariablePart {
  return { label, key, ...describe(value, maxNodes) }
}
