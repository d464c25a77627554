/** Values as cells of a message: what JSON can say, of bounded length. */
import type { Cell } from '../messages.ts'
import { objectText } from './view.ts'

/** Longer text is cut: no page grows with its data. */
export const maxText = 500
/** The same where a person asked for the value or copies it. */
export const maxFullText = 100_000

/** The encoding of `Cell`. NaN and the infinities are text; an invalid date is missing. */
export function toCell(value: unknown, maxLength = maxText): Cell {
  switch (typeof value) {
    case 'undefined':
      return null
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'string':
      return cut(value, maxLength)
    case 'object':
      if (value === null) return null
      if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
      if (value instanceof Uint8Array) return cut(objectText(value.subarray(0, maxLength)), maxLength)
      return cut(objectText(value), maxLength)
    default:
      return cut(String(value), maxLength)
  }
}

/** A cell of a column: a date is shown without its time, milliseconds of a timestamp as its ISO text. */
export function toColumnCell(value: unknown, type: string, maxLength = maxText): Cell {
  const dated =
    typeof value === 'number' && (type === 'timestamp' || type === 'date') ? new Date(value) : value
  const cell = toCell(dated, maxLength)
  return type === 'date' && dated instanceof Date && cell !== null ? String(cell).replace(/T.*/, '') : cell
}

export function cut(text: string, maxLength = maxText): string {
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text
}
