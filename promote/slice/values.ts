/** Sets of abstract objects, and what else the interpreter's cells hold: joined, and told apart. */
import type { AbstractObject, Value } from './heap.ts'

export const nothing: Value = new Set()

/** The value that is one object. */
export function only(object: AbstractObject): Value {
  return (object.alone ??= new Set([object]))
}

/** What was added last: unknown calls give many fields the same, which then hold one and the same set. */
let lastAdded: { to: Value; more: Value; nMore: number; joined: Value } | undefined

/** The first set itself when it has all of the second one. */
export function added(to: Value, more: Value): Value {
  if (lastAdded && lastAdded.to === to && lastAdded.more === more && lastAdded.nMore === more.size)
    return lastAdded.joined
  let joined: Set<AbstractObject> | undefined
  for (const each of more)
    if (!to.has(each)) {
      joined ??= new Set(to)
      joined.add(each)
    }
  lastAdded = { to, more, nMore: more.size, joined: joined ?? to }
  return lastAdded.joined
}

export function addAll<T>(to: Set<T>, items: Iterable<T>): void {
  for (const item of items) to.add(item)
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

/** The objects of a value that are so; the value itself when all of them are. */
export function those(value: Value, isSo: (object: AbstractObject) => boolean): Value {
  let n = 0
  for (const object of value) if (isSo(object)) n++
  if (n === 0) return nothing
  return n === value.size ? value : new Set([...value].filter(isSo))
}

export function isSame<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): boolean {
  if (a === b) return true
  if (a.size !== b.size) return false
  for (const item of a) if (!b.has(item)) return false
  return true
}

export function isSameMap<K, V>(a: ReadonlyMap<K, V>, b: ReadonlyMap<K, V>): boolean {
  if (a.size !== b.size) return false
  for (const [key, value] of a) if (b.get(key) !== value) return false
  return true
}

export function isSameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((each, i) => each === b[i])
}
