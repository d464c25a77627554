/**
 * Roughly how many bytes a value holds: V8's own sizes of numbers, texts and fields, of a sample where there are
 * many. Runs nothing of the value's.
 */
import { types } from 'node:util'
import { byteLengthOf, entriesOf, lengthOf, own, ownKeys } from './look.ts'

export interface Size {
  readonly bytes: number
  /** Whether there was too much to look at. */
  readonly isLowerBound: boolean
}

const header = 16
const maxDepth = 8
/** Elements of a list that are looked at; the others are taken to be like them. */
const sampled = 64
const maxFields = 500

/** @param maxNodes values that are looked at before it gives up */
export function sizeOf(value: unknown, maxNodes = 3000): Size {
  const seen = new Set<object>()
  let nodes = 0
  let isLowerBound = false

  function measure(item: unknown, depth: number): number {
    if (typeof item === 'string') return header + item.length
    if (typeof item === 'bigint') return header + 8
    if (typeof item !== 'object' || item === null) return 0
    if (seen.has(item)) return 0
    if (nodes >= maxNodes || depth > maxDepth) {
      isLowerBound = true
      return 0
    }
    nodes += 1
    seen.add(item)
    return measureObject(item, depth)
  }

  function measureObject(item: object, depth: number): number {
    if (types.isProxy(item)) return header
    const bytes = byteLengthOf(item)
    if (bytes !== undefined) return header + bytes
    const length = lengthOf(item)
    if (length !== undefined && !Array.isArray(item)) {
      const entries = entriesOf(item, 0, sampled)
      const inner = entries.reduce(
        (sum, [key, entry]) =>
          sum + 24 + measure(key, depth + 1) + (key === entry ? 0 : measure(entry, depth + 1)),
        0,
      )
      return header + extrapolate(inner, entries.length, length)
    }
    if (Array.isArray(item)) {
      const step = Math.max(1, Math.floor(item.length / sampled))
      let inner = 0
      let count = 0
      for (let i = 0; i < item.length && count < sampled; i += step, count++)
        inner += 8 + measure(own(item, i), depth + 1)
      return header + extrapolate(inner, count, item.length)
    }
    const keys = ownKeys(item, maxFields + 1)
    if (keys.length > maxFields) isLowerBound = true
    return keys.reduce((sum, key) => sum + 8 + measure(own(item, key), depth + 1), header)
  }

  try {
    const bytes = typeof value === 'object' || typeof value === 'string' ? measure(value, 0) : 8
    return { bytes: Math.max(8, Math.round(bytes)), isLowerBound }
  } catch {
    return { bytes: 8, isLowerBound: true }
  }
}

const extrapolate = (sum: number, count: number, total: number) => (count === 0 ? 0 : (sum / count) * total)
