/**
 * Values as tables order, filter and show them, the same for tables in memory and for the rows that a page holds.
 * Pure, and light: the renderer has it too.
 */

/** A value reduced to what can be ordered: times are milliseconds since 1970, nested values their JSON text. */
export type Scalar = null | boolean | number | bigint | string

export const isTime = (type: string): boolean => type === 'timestamp' || type === 'date'

export const isNumeric = (type: string): boolean => /^(int|float|decimal)$/.test(type)

/** NaN counts as missing: no comparison holds for it, and it sorts to the end. */
export const isMissing = (value: Scalar): value is null => value === null || Number.isNaN(value)

/** A cell of a page as a scalar. Numbers that JSON cannot say come as text. */
export function scalarOfCell(cell: Scalar, type: string): Scalar {
  if (typeof cell !== 'string') return cell
  if (isTime(type)) return timeOf(cell) ?? cell
  if (isNumeric(type)) return numberOf(cell) ?? cell
  return cell
}

/** `7`, `1e3`, `Infinity`; integers beyond 2^53 as bigints. Undefined for what is no number. */
export function numberOf(text: string): number | bigint | undefined {
  const trimmed = text.trim()
  if (/^[-+]?\d+$/.test(trimmed) && !Number.isSafeInteger(Number(trimmed))) return BigInt(trimmed)
  if (trimmed === 'NaN') return Number.NaN
  const number = Number(trimmed)
  return trimmed === '' || Number.isNaN(number) ? undefined : number
}

/** A date or a date with a time, in UTC unless it names a zone; as milliseconds since 1970. */
export function timeOf(text: string): number | undefined {
  const match =
    /^\s*([-+]?\d{4,6}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|[-+]\d{2}:?\d{2})?)?\s*$/.exec(
      text,
    )
  if (!match) return undefined
  const time = Date.parse(`${match[1]}T${match[2] ?? '00:00'}${match[3] ?? 'Z'}`)
  return Number.isNaN(time) ? undefined : time
}

/** The order of databases: by code points, which differs from JavaScript's beyond U+FFFF. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return codePointOrder(x) - codePointOrder(y)
  }
  return a.length - b.length
}

/** Moves surrogates, which stand for the highest code points, behind all other code units. */
const codePointOrder = (unit: number): number =>
  unit < 0xd800 ? unit : unit >= 0xe000 ? unit - 0x800 : unit + 0x2000

/** Negative, zero or positive. What is missing comes last; values of different kinds by their text. */
export function compareScalars(a: Scalar, b: Scalar): number {
  if (isMissing(a) || isMissing(b)) return Number(isMissing(a)) - Number(isMissing(b))
  if (typeof a === 'string' || typeof b === 'string') return compareText(String(a), String(b))
  return a < b ? -1 : a > b ? 1 : 0
}

/** The text in which `contains` and the search look. */
export function textOf(value: Exclude<Scalar, null>, type: string): string {
  return typeof value === 'number' && isTime(type) ? timeText(value, type) : String(value)
}

/** `2001-02-03`, `2001-02-03 04:05:06`, `2001-02-03 04:05:06.789`; always UTC. */
export function timeText(timeMs: number, type: string): string {
  const date = new Date(timeMs)
  if (Number.isNaN(date.getTime())) return String(timeMs)
  const iso = date.toISOString()
  if (type === 'date') return iso.slice(0, iso.indexOf('T'))
  return iso
    .replace('T', ' ')
    .replace(/(\.\d*?)0*Z$/, '$1')
    .replace(/\.$/, '')
}
