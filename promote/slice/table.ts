/** What is known of objects beside what they hold, to be read and written through a history. */
import type { AbstractObject, Value } from './heap.ts'
import { createCell, type Cell, type History } from './history.ts'
import type { KnownFunction, Interpreter, KnownClass } from './interpreter.ts'
import { isSame } from './values.ts'

/** What is known of objects of some kind. */
export interface Table<T> {
  readonly get: (object: AbstractObject) => T | undefined
  readonly has: (object: AbstractObject) => boolean
  readonly set: (object: AbstractObject, value: T) => void
  readonly isEmpty: () => boolean
}

export function createTable<T>(
  history: History,
  isSameValue: Cell<T | undefined>['isSame'] = Object.is,
): Table<T> {
  const cells = new Map<AbstractObject, Cell<T | undefined>>()
  const isUsed = createCell(false)
  const get = (object: AbstractObject): T | undefined => {
    if (!history.read(isUsed)) return undefined
    return history.read(cellOf(object))
  }
  function cellOf(object: AbstractObject): Cell<T | undefined> {
    const known = cells.get(object)
    if (known) return known
    const made = createCell<T | undefined>(undefined, isSameValue)
    cells.set(object, made)
    return made
  }
  return {
    get,
    has: object => get(object) !== undefined,
    set(object, value) {
      if (!history.read(isUsed)) history.write(isUsed, true)
      history.write(cellOf(object), value)
    },
    isEmpty: () => !history.read(isUsed),
  }
}

/** Cells of what is known of everything: to be read and written through a history. */
export function createTables(
  history: History,
): Pick<
  Interpreter,
  'functions' | 'classes' | 'instances' | 'accessors' | 'proxies' | 'lazies' | 'resolvers' | 'rejecters'
> {
  const isSameValue = (a?: Value, b?: Value) =>
    a === b || (a !== undefined && b !== undefined && isSame(a, b))
  const isSameKnown = (a?: KnownClass, b?: KnownClass) => a?.node === b?.node && a?.frame === b?.frame
  return {
    functions: ofKind('function', createTable(history, isSameFunction)),
    classes: ofKind('class', createTable(history, isSameKnown)),
    instances: createTable(history, isSameValue),
    accessors: createTable(history),
    proxies: createTable(history, isSameValue),
    lazies: createTable(history),
    resolvers: createTable(history),
    rejecters: createTable(history),
  }
}

/** Only objects of a kind are in it, so that nobody need look for others. */
function ofKind<T>(kind: AbstractObject['kind'], table: Table<T>): Table<T> {
  return {
    ...table,
    get: object => (object.kind === kind ? table.get(object) : undefined),
    has: object => object.kind === kind && table.has(object),
  }
}

function isSameFunction(a?: KnownFunction, b?: KnownFunction): boolean {
  return a?.node === b?.node && a?.frame === b?.frame && a?.bound === b?.bound
}
