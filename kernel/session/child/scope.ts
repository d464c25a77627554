/**
 * The scope that all cells share: properties of the global object, so that closures of every cell see what later
 * cells make of a name. A cell's own `URL` or `process` would reach into Node and every library; such names live
 * in an object that stands before the global one (`with`) in the cells that follow.
 */
import type { RunRequest } from '../child-protocol.ts'

type Names = RunRequest['names']
type Target = Record<string, unknown>

export interface Scope {
  /** The object before the globals; cells are given it. */
  readonly shadow: object
  /** Makes room for the names of a cell that is about to run. A name of an earlier cell keeps its value till then. */
  declare(names: Names, file?: string): void
  /** A `const` has its value. */
  freeze(names: readonly string[]): void
  /** The cell has ended: names that never got a value are unknown again. */
  settle(names: Names): void
  /** Binds an import: its value, or how to get it. */
  bind(name: string, property: { value: unknown } | { get(): unknown }): void
  /** Whether a name is a constant of a cell. */
  isConstant(name: string): boolean
  /** The names that cells have declared and that are known, in the order of their last declaration. */
  names(): readonly KnownName[]
  /** Its property, to be looked at without running what it may compute. */
  property(name: string): PropertyDescriptor | undefined
  /** The name is unknown again. */
  forget(name: string): void
}

/** A name, and where it comes from. */
export interface KnownName {
  readonly name: string
  readonly kind: Names[number]['kind']
  /** The script that declared it last: `Cell[3]`. */
  readonly file: string
}

export function createScope(): Scope {
  const shadow: Target = Object.create(null) as Target
  const places = new Map<string, Target>()
  const constants = new Set<string>()
  const known = new Map<string, KnownName>()
  const placeOf = (name: string) => places.get(name) ?? (globalThis as unknown as Target)

  return {
    shadow,
    declare(names, file = '') {
      for (const { name, kind, shadow: shadowed } of names) {
        known.delete(name)
        known.set(name, { name, kind, file })
        const place = shadowed ? shadow : (globalThis as unknown as Target)
        places.set(name, place)
        constants.delete(name)
        const old = Object.getOwnPropertyDescriptor(place, name)
        if (kind === 'var') define(place, name, undefined)
        else if (old && 'value' in old) define(place, name, old.value)
        else if (kind !== 'import') defineLater(place, name)
      }
    },
    freeze(names) {
      for (const name of names) {
        constants.add(name)
        const place = placeOf(name)
        Object.defineProperty(place, name, { value: place[name], writable: false })
      }
    },
    settle(names) {
      for (const { name } of names) {
        const place = placeOf(name)
        const getter = Object.getOwnPropertyDescriptor(place, name)?.get
        if (!getter || !pending.has(getter)) continue
        delete place[name]
        known.delete(name)
      }
    },
    bind(name, property) {
      constants.add(name)
      const place = placeOf(name)
      delete place[name]
      Object.defineProperty(place, name, { ...property, configurable: true, enumerable: true })
    },
    isConstant: name => constants.has(name),
    names: () => [...known.values()],
    property: name => Object.getOwnPropertyDescriptor(placeOf(name), name),
    forget(name) {
      delete placeOf(name)[name]
      known.delete(name)
      constants.delete(name)
      places.delete(name)
    },
  }
}

function define(place: Target, name: string, value: unknown): void {
  Object.defineProperty(place, name, { value, writable: true, configurable: true, enumerable: true })
}

/** Getters of names that are declared and have no value yet. */
const pending = new WeakSet<() => unknown>()

function defineLater(place: Target, name: string): void {
  const get = () => {
    throw new ReferenceError(`Cannot access '${name}' before initialization`)
  }
  pending.add(get)
  Object.defineProperty(place, name, {
    get,
    set: (value: unknown) => define(place, name, value),
    configurable: true,
    enumerable: true,
  })
}
