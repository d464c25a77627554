/**
 * The abstract memory of the slicer. A value is the set of objects it may be; everything that can be written is a
 * slot (a variable, a field of an object), which remembers what it may hold and which statements may have put it
 * there. Reading a slot makes the current statement depend on these. Knows nothing of syntax.
 */
import { createCell, type Cell, type History } from './history.ts'
import { addAll, added, isSame, isSameList, isSameMap, nothing, only, union } from './values.ts'

export { nothing, only, those, union } from './values.ts'

export type ObjectKind = 'plain' | 'opaque' | 'function' | 'class' | 'external' | 'outside'

export interface SlotContent {
  readonly values: Value
  readonly writers: ReadonlySet<number>
  /** Also written at times unknown (by a timer, an unawaited call): no later write replaces it. */
  readonly isPinned: boolean
  /** Which beginning of a statement needed it last. */
  neededAt: number
  hasFunctions?: boolean
}

export type Slot = Cell<SlotContent>

export interface AbstractObject {
  readonly id: number
  /** `opaque`: made by code that is not seen, so that any part of it may be the whole. */
  readonly kind: ObjectKind
  /** Never changes, nor does what it holds by itself. */
  readonly frozen: boolean
  /** Stands for several objects: one write does not replace what another one wrote. */
  readonly many: Cell<boolean>
  /** Package and class as effect stubs name them. */
  readonly tag?: { readonly package: string; readonly name: string }
  /** By name; `*` is any field. */
  readonly fields: Cell<ReadonlyMap<string, Slot>>
  /** Every field that it ever had. */
  readonly slots: Map<string, Slot>
  /** The value that is this object. */
  alone?: Value
}

export type Value = ReadonlySet<AbstractObject>

/** What the statements of a step need and wrote. */
export interface Account {
  readonly needs: Map<number, Set<number>>
  readonly wrote: Map<number, Set<Slot>>
  /** What slots held within the step and then no more. */
  readonly passing: (readonly [Slot, Value])[]
}

export interface Heap {
  /** Where it is put down what statements need and write. */
  readonly open: (account: Account) => void
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
  /** An object is made; where it was made before, it stands for all of them. */
  readonly make: (object: AbstractObject, isAgain: boolean) => void
  readonly read: (slot: Slot) => Value
  /** What a slot holds, without needing it. */
  readonly peek: (slot: Slot) => SlotContent
  readonly write: (slot: Slot, value: Value, options?: { readonly add?: boolean }) => void
  readonly fieldsOf: (object: AbstractObject) => ReadonlyMap<string, Slot>
  /** Lets a field be a slot that is there already. */
  readonly bindField: (object: AbstractObject, name: string, slot: Slot) => void
  readonly readField: (value: Value, name: string) => Value
  readonly writeField: (target: Value, name: string, value: Value) => void
  /** What the author's own text gives to things that nothing else changes. */
  readonly writeFrozen: (target: Value, name: string, value: Value) => void
  /** A field that was always there, as these statements have written it. */
  readonly inherit: (
    target: AbstractObject,
    name: string,
    content: Pick<SlotContent, 'values' | 'writers'>,
  ) => void
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
  /** Whether some field may be a function. */
  readonly holdsFunctions: (object: AbstractObject) => boolean
  readonly objects: () => readonly AbstractObject[]
}

export interface ObjectOptions {
  readonly kind: ObjectKind
  readonly frozen?: boolean
  readonly tag?: AbstractObject['tag']
}

export function createHeap(history: History): Heap {
  const objects: AbstractObject[] = []
  const pinned = createCell<readonly Slot[]>([], isSameList)
  const empty = (): SlotContent => ({ values: nothing, writers: new Set(), isPinned: false, neededAt: 0 })
  let account: Account = { needs: new Map(), wrote: new Map(), passing: [] }
  let needs = new Set<number>()
  let wrote = new Set<Slot>()
  let statement = 0
  let beginning = 0
  let changes = 0
  let weak = 0
  let deferred = 0

  function begin(index: number): void {
    statement = index
    beginning++
    needs = setOf(account.needs, index)
    wrote = setOf(account.wrote, index)
  }

  function object({ kind, frozen = false, tag }: ObjectOptions): AbstractObject {
    const made = {
      id: objects.length,
      kind,
      frozen,
      many: createCell(false),
      ...(tag ? { tag } : {}),
      fields: createCell<ReadonlyMap<string, Slot>>(noFields, isSameMap),
      slots: new Map<string, Slot>(),
    }
    objects.push(made)
    return made
  }

  const slot = (): Slot => createCell(empty(), isSameContent)

  function field(target: AbstractObject, name: string): Slot {
    const found = history.read(target.fields).get(name)
    if (found) return found
    const made = target.slots.get(name) ?? slot()
    target.slots.set(name, made)
    bindField(target, name, made)
    return made
  }

  function bindField(target: AbstractObject, name: string, made: Slot): void {
    const fields = history.read(target.fields)
    if (fields.get(name) !== made) put(target.fields, new Map([...fields, [name, made]]))
  }

  function read(from: Slot): Value {
    const content = history.read(from)
    if (content.neededAt !== beginning) {
      content.neededAt = beginning
      for (const writer of content.writers) if (writer !== statement) needs.add(writer)
    }
    return content.values
  }

  function write(to: Slot, value: Value, { add = false } = {}): void {
    if (deferred > 0 && !history.read(to).isPinned) {
      put(to, { ...history.read(to), isPinned: true })
      put(pinned, [...history.read(pinned), to])
    }
    wrote.add(to)
    const before = history.read(to)
    if (add || weak > 0 || before.isPinned) return addTo(to, value)
    const isKnown = before.writers.size === 1 && before.writers.has(statement)
    if (!isKnown || !isSame(before.values, value)) changes++
    if (before.values.size > 0 && before.writers.has(statement)) account.passing.push([to, before.values])
    const values = kept(value)
    put(to, { values, writers: new Set([statement]), isPinned: false, neededAt: 0 })
  }

  function addTo(to: Slot, value: Value): void {
    const before = history.read(to)
    const values = added(before.values, value)
    const writers = before.writers.has(statement) ? before.writers : new Set(before.writers).add(statement)
    if (values === before.values && writers === before.writers) return
    changes += values.size - before.values.size + writers.size - before.writers.size
    put(to, { values, writers, isPinned: before.isPinned, neededAt: 0 })
  }

  function readField(value: Value, name: string): Value {
    const parts: Value[] = []
    // How long a list is depends on whatever was put into it.
    const isAny = name === '*' || name === 'length'
    for (const target of value) {
      if (target.kind === 'opaque') parts.push(only(target))
      const fields = history.read(target.fields)
      if (isAny) for (const at of fields.values()) parts.push(read(at))
      else
        for (const key of [name, '*']) {
          const at = fields.get(key)
          if (at) parts.push(read(at))
        }
    }
    return union(...parts)
  }

  function writeField(target: Value, name: string, value: Value): void {
    const [only] = target
    // To set the length of a list takes elements away.
    const key = name === 'length' ? '*' : name
    const isOne = target.size === 1 && only !== undefined && only.kind !== 'opaque'
    const isCertain = isOne && key !== '*' && !history.read(only.many)
    for (const each of target) if (!each.frozen) write(field(each, key), value, { add: !isCertain })
  }

  function writeFrozen(target: Value, name: string, value: Value): void {
    for (const each of target) if (each.frozen) write(field(each, name), value, { add: true })
  }

  /** What can be reached stays so while no field on the way is written: these have the number of this memo. */
  let reached = new Map<Value, ReadonlySet<AbstractObject>>()
  /** When the current statement has read all of a value. */
  let readAt = new Map<Value, number>()
  let memo = 1

  function reach(value: Value): ReadonlySet<AbstractObject> {
    if (value.size === 0) return nothing
    const known = reached.get(value)
    if (known) return known
    if (reached.size > 100) forgetReached()
    const seen = new Set(value)
    const sets = new Set<Value>()
    for (const each of seen) {
      const fields = history.read(each.fields)
      each.fields.memo = memo
      for (const at of fields.values()) {
        at.memo = memo
        const { values } = history.read(at)
        if (values.size > 1 && sets.has(values)) continue
        sets.add(values)
        addAll(seen, values)
      }
    }
    reached.set(value, seen)
    return seen
  }

  function forgetReached(): void {
    reached = new Map()
    readAt = new Map()
    memo++
  }

  function readDeep(value: Value): void {
    if (value.size === 0 || readAt.get(value) === beginning) return
    for (const each of reach(value)) for (const at of each.fields.content.values()) read(at)
    readAt.set(value, beginning)
  }

  function put<T>(cell: Cell<T>, content: T): void {
    if (cell.memo === memo) forgetReached()
    history.write(cell, content)
  }

  return {
    open(to) {
      account = to
      forgetReached()
      begin(statement)
    },
    changes: () => changes,
    begin,
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
      if (other !== statement) needs.add(other)
    },
    slot,
    object,
    make(made, isAgain) {
      const isMany = isAgain || weak > 0
      if (isMany && !history.read(made.many)) history.write(made.many, true)
      if (!isAgain) changes++
    },
    read,
    peek: at => history.read(at),
    write,
    fieldsOf: target => history.read(target.fields),
    bindField,
    readField,
    writeField,
    writeFrozen,
    inherit(target, name, { values, writers }) {
      put(field(target, name), { values, writers, isPinned: false, neededAt: 0 })
    },
    stir(target) {
      for (const each of target) {
        if (each.frozen) continue
        const held = [...history.read(each.fields).values()].map(at => history.read(at).values)
        write(field(each, '*'), union(...held), { add: true })
      }
    },
    settle() {
      for (const at of history.read(pinned)) write(at, nothing, { add: true })
    },
    fill: (target, value) => write(field(target, '*'), value, { add: true }),
    readDeep,
    reach,
    holdsFunctions(target) {
      for (const at of history.read(target.fields).values()) if (hasFunctions(history.read(at))) return true
      return false
    },
    objects: () => objects,
  }
}

/** A value that stays as it is, whoever gave it. */
function kept(value: Value): Value {
  if (value.size > 1) return new Set(value)
  for (const object of value) return only(object)
  return nothing
}

function hasFunctions(content: SlotContent): boolean {
  return (content.hasFunctions ??= [...content.values].some(({ kind }) => kind === 'function'))
}

const noFields: ReadonlyMap<string, Slot> = new Map()

function setOf<T>(sets: Map<number, Set<T>>, index: number): Set<T> {
  const known = sets.get(index)
  if (known) return known
  const made = new Set<T>()
  sets.set(index, made)
  return made
}

function isSameContent(a: SlotContent, b: SlotContent): boolean {
  return a === b || (a.isPinned === b.isPinned && isSame(a.values, b.values) && isSame(a.writers, b.writers))
}
