/** Arrays of plain objects that are a table: long enough, and regular in what the objects have. */
import type { TableView, ViewColumn } from '../../library/display/table/view.ts'

type Row = Readonly<Record<string, unknown>>

const minRows = 5
/** Rows that are looked at; the others may be anything. */
const sampleRows = 200
const maxColumns = 500
/** How much of the cells must be there, and how much of them be no nested value, for a table to be readable. */
const minFilled = 0.6
const minFlat = 0.5

/** Whether an array reads better as a table than as text. */
export function isRowArray(value: object): value is readonly Row[] {
  if (!Array.isArray(value) || value.length < minRows) return false
  const rows = sampleOf(value)
  if (!rows.every(isPlainObject)) return false
  const names = namesOf(rows)
  if (names.length === 0 || names.length > maxColumns) return false
  const cells = rows.flatMap(row => Object.values(row))
  const nFlat = cells.filter(cell => typeof cell !== 'object' || cell === null || cell instanceof Date).length
  const isFlat = cells.every(cell => typeof cell !== 'function' && typeof cell !== 'symbol')
  return isFlat && cells.length >= minFilled * rows.length * names.length && nFlat >= minFlat * cells.length
}

export function rowArrayView(rows: readonly Row[]): TableView {
  const sample = sampleOf(rows)
  const columns = namesOf(sample).map((name): ViewColumn => {
    const type = typeOf(sample.map(row => row[name]))
    return { name, type, value: row => rows[row]?.[name] }
  })
  return { columns, nRows: rows.length }
}

function sampleOf(rows: readonly unknown[]): readonly Row[] {
  const step = Math.max(1, Math.floor(rows.length / sampleRows))
  const places = Array.from({ length: Math.min(rows.length, sampleRows) }, (_, i) => i * step)
  return places.map(place => rows[place] as Row)
}

function isPlainObject(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

const namesOf = (rows: readonly Row[]): string[] => [...new Set(rows.flatMap(Object.keys))]

function typeOf(values: readonly unknown[]): string {
  const present = values.filter(value => value !== null && value !== undefined)
  const all = (test: (value: unknown) => boolean) => present.length > 0 && present.every(test)
  if (all(value => typeof value === 'bigint' || Number.isInteger(value))) return 'int'
  if (all(value => typeof value === 'number' || typeof value === 'bigint')) return 'float'
  if (all(value => typeof value === 'boolean')) return 'bool'
  if (all(value => value instanceof Date)) return 'timestamp'
  if (all(value => typeof value === 'object')) return 'json'
  return 'string'
}
