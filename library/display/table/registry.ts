/**
 * The tables that were shown and can be asked for more, by the handle in their message.
 *
 * The registry is bounded, and holds large tables weakly but for the newest: showing a table must not keep it in
 * memory. It is one per process, on `globalThis`, because a process may hold two copies of this code.
 */
import { randomUUID } from 'node:crypto'
import type { TableSource } from './source.ts'

/** How many tables can be asked for more; the oldest are forgotten. */
const maxTables = 100
/** A table of more cells is kept only as long as the notebook itself keeps it, or while it is among the newest. */
const maxKeptCells = 1_000_000
const nNewest = 2

export interface Offer<Value> {
  readonly nCells: number
  /** Must keep nothing but the value: the source lives as long as the value does. */
  createSource(value: Value): TableSource
}

interface Entry {
  readonly value: WeakRef<object>
  readonly isLarge: boolean
  /** Undefined for a large table that is no longer among the newest. */
  kept: object | undefined
  createSource(value: object): TableSource
}

interface Registry {
  readonly entries: Map<string, Entry>
  readonly sources: WeakMap<object, TableSource>
}

const registryKey = Symbol.for('slipway.tables')

interface Shared {
  [registryKey]?: Registry
}

const registry = (): Registry =>
  ((globalThis as Shared)[registryKey] ??= { entries: new Map(), sources: new WeakMap() })

/** A handle for a table, where there is a kernel that front ends can ask; else undefined. */
export function offerTable<Value extends object>(value: Value, offer: Offer<Value>): string | undefined {
  const hook = (globalThis as Record<symbol, unknown>)[Symbol.for('slipway.kernel')]
  if (typeof hook !== 'object' || hook === null || !('comms' in hook)) return undefined
  const { entries, sources } = registry()
  // What was sorted and filtered before may have been changed since.
  sources.delete(value)
  const handle = randomUUID()
  const isLarge = offer.nCells > maxKeptCells
  entries.set(handle, {
    value: new WeakRef(value),
    isLarge,
    kept: value,
    createSource: kept => offer.createSource(kept as Value),
  })
  const large = [...entries.values()].filter(entry => entry.isLarge)
  for (const entry of large.slice(0, -nNewest)) entry.kept = undefined
  for (const [old, entry] of entries) {
    if (entries.size <= maxTables && entry.value.deref() !== undefined) break
    entries.delete(old)
  }
  return handle
}

/** The table of a handle; undefined when it was forgotten, or is no longer in memory. */
export function offeredTable(handle: unknown): TableSource | undefined {
  const { entries, sources } = registry()
  const entry = typeof handle === 'string' ? entries.get(handle) : undefined
  const value = entry?.value.deref()
  if (!entry || !value) return undefined
  const source = sources.get(value) ?? entry.createSource(value)
  sources.set(value, source)
  return source
}
