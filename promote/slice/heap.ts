/**
 * The abstract memory of the slicer. A value is the set of objects it may be; everything that can be written is a
 * slot (a variable, a field of an object), which remembers what it may hold and which statements may have put it
 * there. Reading a slot makes the current statement depend on these. Knows nothing of syntax.
 */

export type ObjectKind = 'plain' | 'opaque' | 'function' | 'class' | 'external' | 'outside'

export interface Slot {
  values: Set<AbstractObject>
  writers: Set<number>
  /** Everything that it ever held. */
  readonly ever: Set<AbstractObject>
  /** Also written at times unknown (by a timer, an unawaited call): no later write replaces it. */
  pinned: boolean
}

export interface AbstractObject {
  readonly id: number
  /** `opaque`: made by code that is not seen, so that any part of it may be the whole. */
  readonly kind: ObjectKind
  /** Never changes, nor does what it holds by itself. */
  readonly frozen: boolean
  /** Stands for several objects: one write does not replace what another one wrote. */
  many: boolean
  /** Package and class as effect stubs name them. */
  readonly tag?: { readonly package: string; readonly name: string }
  /** By name; `*` is any field. */
  readonly fields: Map<string, Slot>
}

export type Value = ReadonlySet<AbstractObject>

export const nothing: Value = new Set()

export interface Heap {
  /** For every statement, those it needs to have run before. */
  readonly needs: readonly ReadonlySet<number>[]
  /** Grows whenever anything is learned; loops run until it stands still. */
  readonly changes: () => number
  /** The statement that reads and writes now. */
  readonly begin: (statement: number) => void
  readonly current: () => number
  /** Runs with writes that may not happen (`weak`) or happen at a time unknown (`deferred`). */
  readonly maybe: <T>(mode: 'weak' | 'deferred', run: () => T) => T
  /** Everything the current statement does from here on may not happen; returns what ends that. */
  readonly weaken: () => () => void
  /** The current statement needs another one to have run. */
  readonly need: (statement: number) => void
  readonly slot: () => Slot
  readonly object: (options: ObjectOptions) => AbstractObject
  readonly read: (slot: Slot) => Value
  readonly write: (slot: Slot, value: Value, options?: { readonly add?: boolean }) => void
  readonly readField: (value: Value, name: string) => Value
  readonly writeField: (target: Value, name: string, value: Value) => void
  /** Moves what a value holds around within it: any field may hold what another one held. */
  readonly stir: (target: Value) => void
  /** The statement may have changed whatever is written at times unknown. */
  readonly settle: () => void
  /** Puts something into a new object, frozen or not. */
  readonly fill: (target: AbstractObject, value: Value) => void
  /** Reads whatever can be reached. */
  readonly readDeep: (value: Value) => void
  /** Whatever can be reached, without reading it. */
  readonly reach: (value: Value) => ReadonlySet<AbstractObject>
  readonly objects: () => readonly AbstractObject[]
  /** For every statement, what it may have written. */
  readonly wrote: readonly ReadonlySet<Slot>[]
}

export interface ObjectOptions {
  readonly kind: ObjectKind
  readonly frozen?: boolean
  readonly tag?: AbstractObject['tag']
}

export function createHeap(nStatements: number): Heap {
  const needs = Array.from({ length: nStatements }, () => new Set<number>())
  const wrote = Array.from({ length: nStatements }, () => new Set<Slot>())
  const objects: AbstractObject[] = []
  const pinned: Slot[] = []
  let statement = 0
  let changes = 0
  let weak = 0
  let deferred = 0

  const slot = (): Slot => ({ values: new Set(), writers: new Set(), ever: new Set(), pinned: false })

  function object({ kind, frozen = false, tag }: ObjectOptions): AbstractObject {
    const made = {
      id: objects.length,
      kind,
      frozen,
      many: weak > 0,
      ...(tag ? { tag } : {}),
      fields: new Map(),
    }
    objects.push(made)
    changes++
    return made
  }

  function field(target: AbstractObject, name: string): Slot {
    const found = target.fields.get(name)
    if (found) return found
    const made = slot()
    target.fields.set(name, made)
    return made
  }

  function read(from: Slot): Value {
    const mine = needs[statement] as Set<number>
    for (const writer of from.writers) if (writer !== statement) mine.add(writer)
    return from.values
  }

  function write(to: Slot, value: Value, { add = false } = {}): void {
    if (deferred > 0 && !to.pinned) {
      to.pinned = true
      pinned.push(to)
    }
    addAll(to.ever, value)
    wrote[statement]?.add(to)
    if (!add && weak === 0 && !to.pinned) {
      if (!(to.writers.size === 1 && to.writers.has(statement)) || !isSame(to.values, value)) changes++
      to.values = new Set(value)
      to.writers = new Set([statement])
      return
    }
    changes += addAll(to.values, value)
    changes += addAll(to.writers, [statement])
  }

  function readField(value: Value, name: string): Value {
    const result = new Set<AbstractObject>()
    // How long a list is depends on whatever was put into it.
    const isAny = name === '*' || name === 'length'
    for (const target of value) {
      if (target.kind === 'opaque') result.add(target)
      if (isAny) for (const at of target.fields.values()) addAll(result, read(at))
      else
        for (const key of [name, '*']) {
          const at = target.fields.get(key)
          if (at) addAll(result, read(at))
        }
    }
    return result
  }

  function writeField(target: Value, name: string, value: Value): void {
    const [only] = target
    // To set the length of a list takes elements away.
    const key = name === 'length' ? '*' : name
    const isCertain =
      target.size === 1 && only !== undefined && !only.many && only.kind !== 'opaque' && key !== '*'
    for (const each of target) if (!each.frozen) write(field(each, key), value, { add: !isCertain })
  }

  function reach(value: Value): ReadonlySet<AbstractObject> {
    const seen = new Set(value)
    for (const each of seen) for (const at of each.fields.values()) addAll(seen, at.values)
    return seen
  }

  return {
    needs,
    changes: () => changes,
    begin: index => void (statement = index),
    current: () => statement,
    maybe(mode, run) {
      weak++
      if (mode === 'deferred') deferred++
      try {
        return run()
      } finally {
        weak--
        if (mode === 'deferred') deferred--
      }
    },
    weaken() {
      weak++
      return () => void weak--
    },
    need(other) {
      if (other !== statement) needs[statement]?.add(other)
    },
    slot,
    object,
    read,
    write,
    readField,
    writeField,
    stir(target) {
      for (const each of target) {
        if (each.frozen) continue
        const held = new Set<AbstractObject>()
        for (const at of each.fields.values()) addAll(held, at.values)
        write(field(each, '*'), held, { add: true })
      }
    },
    settle() {
      for (const at of pinned) write(at, nothing, { add: true })
    },
    fill: (target, value) => write(field(target, '*'), value, { add: true }),
    readDeep: value => {
      for (const each of reach(value)) for (const at of each.fields.values()) read(at)
    },
    reach,
    objects: () => objects,
    wrote,
  }
}

function addAll<T>(to: Set<T>, items: Iterable<T>): number {
  const before = to.size
  for (const item of items) to.add(item)
  return to.size - before
}

function isSame<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): boolean {
  if (a.size !== b.size) return false
  for (const item of a) if (!b.has(item)) return false
  return true
}

export function union(...values: readonly Value[]): Value {
  let only: Value = nothing
  let joined: Set<AbstractObject> | undefined
  for (const value of values) {
    if (value.size === 0 || value === only) continue
    if (joined) addAll(joined, value)
    else if (only.size === 0) only = value
    else {
      joined = new Set(only)
      addAll(joined, value)
    }
  }
  return joined ?? only
}
