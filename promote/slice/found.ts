/** What interpreting a notebook found, by statement as the slice counts them. */
import type { Slot, SlotContent, Value } from './heap.ts'
import type { Done, Interpretation } from './interpret.ts'
import {
  firstLook,
  firstModule,
  sharedSlot,
  type FileReference,
  type Interpreter,
  type OutsideUse,
  type UnknownCall,
} from './interpreter.ts'
import type { Statement } from './slice.ts'
import type { ts } from './typescript.ts'
import { union } from './values.ts'

export interface Found {
  readonly it: Interpreter
  /** Below it statements, from it on looks at outputs. */
  readonly firstLook: number
  /** From it on modules: the first that was evaluated, then the next. */
  readonly firstModule: number
  /** What a statement, a look or a module needs to have run before. */
  readonly needs: (index: number) => ReadonlySet<number>
  readonly unknownCalls: readonly UnknownCall[]
  readonly outsideUses: readonly OutsideUse[]
  readonly references: readonly FileReference[]
  readonly notAgain: ReadonlySet<number>
  readonly patches: readonly { readonly statement: number; readonly node: ts.Node; readonly name: string }[]
  /** Statements that import a module, by themselves or through another one, by its index. */
  readonly importers: ReadonlyMap<number, ReadonlySet<number>>
  /** Whether a statement may change a shared variable or anything that it holds. */
  readonly changes: (index: number, name: string) => boolean
  /** Whether two shared variables may hold the same changeable thing. */
  readonly share: (a: string, b: string) => boolean
  /** Reads in the state that everything left, for looks at more outputs. */
  readonly observe: <T>(run: () => T) => T
  /** Everything that a shared variable ever held. */
  readonly everOf: (name: string) => Value
}

export function createFound({ it, done }: Interpretation, statements: readonly Statement[]): Found {
  const { heap } = it
  const indices = new Map(statements.map(({ number, index }) => [number, index]))
  const nLooks = statements.length
  const nModules = nLooks + mostLooks
  const indexOf = (number: number): number => {
    if (number >= firstLook) return nLooks + number - firstLook
    if (number >= firstModule) return nModules + number - firstModule
    return indices.get(number) ?? -1
  }
  const placed = <T extends { readonly statement: number }>(items: readonly T[]): readonly T[] =>
    items.map(item => ({ ...item, statement: indexOf(item.statement) }))
  const needs = collect(done, indexOf, ({ account }) => account.needs)
  const notes = done.map(each => each.notes)
  const importers = new Map<number, Set<number>>()
  for (const { importers: pairs } of notes)
    for (const [module, statement] of pairs) {
      const index = indexOf(it.moduleNumbers.get(module.path) ?? -1)
      const known = importers.get(index) ?? new Set()
      importers.set(index, known.add(indexOf(statement)))
    }
  const wrote = once(() => collect(done, indexOf, ({ account }) => account.wrote))
  const ever = once(() => everything(done))
  const everOf = (name: string): Value => {
    const slot = sharedSlot(it, name)
    return union(...(ever().get(slot) ?? []), heap.peek(slot).values)
  }
  const known = new Map<number, ReadonlySet<number>>()
  return {
    it,
    firstLook: nLooks,
    firstModule: nModules,
    needs(index) {
      const before = known.get(index)
      if (before) return before
      const made = new Set((needs.get(index) ?? []).flatMap(numbers => [...numbers].map(indexOf)))
      known.set(index, made)
      return made
    },
    unknownCalls: placed(notes.flatMap(({ unknownCalls }) => unknownCalls)),
    outsideUses: placed(notes.flatMap(({ outsideUses }) => outsideUses)),
    references: placed(notes.flatMap(({ references }) => references)),
    notAgain: new Set(notes.flatMap(({ notAgain }) => notAgain.map(indexOf))),
    patches: placed(notes.flatMap(({ patches }) => patches)),
    importers,
    observe(run) {
      const account = { needs: new Map<number, Set<number>>(), wrote: new Map(), passing: [] }
      heap.open(account)
      const value = run()
      for (const [number, set] of account.needs)
        needs.set(indexOf(number), [...(needs.get(indexOf(number)) ?? []), set])
      return value
    },
    changes(index, name) {
      const slots = wrote().get(index) ?? []
      const mayWrite = (slot: Slot) => slots.some(each => each.has(slot))
      if (slots.length === 0) return false
      if (mayWrite(sharedSlot(it, name))) return true
      for (const object of heap.reach(everOf(name)))
        if (object.kind !== 'outside')
          for (const field of heap.fieldsOf(object).values()) if (mayWrite(field)) return true
      return false
    },
    share(a, b) {
      const held = heap.reach(everOf(a))
      for (const object of heap.reach(everOf(b)))
        if (held.has(object) && !object.frozen && object.kind !== 'outside' && object.kind !== 'external')
          return true
      return false
    },
    everOf,
  }
}

/** No notebook has more outputs. */
const mostLooks = 1e6

/** Sets of all stages by statement. */
function collect<T>(
  done: readonly Done[],
  indexOf: (number: number) => number,
  setsOf: (done: Done) => ReadonlyMap<number, ReadonlySet<T>>,
): Map<number, readonly ReadonlySet<T>[]> {
  const found = new Map<number, ReadonlySet<T>[]>()
  for (const each of done)
    for (const [number, set] of setsOf(each)) {
      if (set.size === 0) continue
      const index = indexOf(number)
      const known = found.get(index)
      if (known) known.push(set)
      else found.set(index, [set])
    }
  return found
}

/** All that slots held at the end of some stage, or within one. */
function everything(done: readonly Done[]): ReadonlyMap<unknown, readonly Value[]> {
  const found = new Map<unknown, Value[]>()
  const add = (slot: unknown, value: Value) => {
    if (value.size === 0) return
    const known = found.get(slot)
    if (known) known.push(value)
    else found.set(slot, [value])
  }
  for (const { step, account } of done) {
    for (const { cell, after } of step.writes) if (isContent(after)) add(cell, after.values)
    for (const [slot, value] of account.passing) add(slot, value)
  }
  return found
}

function isContent(content: unknown): content is SlotContent {
  return typeof content === 'object' && content !== null && 'writers' in content
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}
