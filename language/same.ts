/** Equality of plain data, for telling whether a declaration says to others what it said before. */

/** Whether two values hold the same data: arrays and maps in order, records by their keys, other things by identity. */
export function sameData(a: unknown, b: unknown, ignored?: string): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) && Array.isArray(b)) return sameList(a, b, ignored)
  if (a instanceof Map && b instanceof Map) return sameList([...a], [...b], ignored)
  if (!isRecord(a) || !isRecord(b)) return false
  const keys = Object.keys(a).filter(key => key !== ignored)
  if (keys.length !== Object.keys(b).filter(key => key !== ignored).length) return false
  return keys.every(key => Object.hasOwn(b, key) && sameData(a[key], b[key], ignored))
}

function sameList(a: readonly unknown[], b: readonly unknown[], ignored: string | undefined): boolean {
  return a.length === b.length && a.every((item, i) => sameData(item, b[i], ignored))
}

function isRecord(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
