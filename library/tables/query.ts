/**
 * SQL text with tables and values in it. A query is text pieces with something between each two of them; it is
 * rendered either with bound parameters (to be run) or with literals (to stand inside another program's text,
 * e.g. a view, which may have no parameters). Pure.
 */
import type { BoundSql, Parameter } from '../../catalog/columns/database.ts'
import { quoteText } from '../../engine/sql/text.ts'
import { LibraryError } from '../errors.ts'

/** What may stand in `${…}` of a query beside a table. */
export type QueryValue = null | boolean | number | bigint | string | Date | Uint8Array | readonly QueryValue[]

export interface Query {
  /** One more than `values`. */
  readonly strings: readonly string[]
  readonly values: readonly (Query | QueryValue)[]
}

/** A query without anything in it. */
export function textQuery(sql: string): Query {
  return { strings: [sql], values: [] }
}

export function isQuery(value: unknown): value is Query {
  return typeof value === 'object' && value !== null && 'strings' in value && 'values' in value
}

/** The text with `?` for every value, in order. Nested queries become subqueries. */
export function bindQuery(query: Query): BoundSql {
  const parameters: Parameter[] = []
  const sql = render(query, value => bindValue(value, parameters))
  return { sql, parameters }
}

/** The text with every value as a literal. */
export function inlineQuery(query: Query): string {
  return render(query, literal)
}

function render(query: Query, renderValue: (value: QueryValue) => string): string {
  let place: Place = 'code'
  return query.strings.reduce((text, string, i) => {
    place = placeAfter(query.strings[i - 1]!, place)
    return text + renderAt(place, query.values[i - 1]!, renderValue) + string
  })
}

function renderAt(
  place: Place,
  value: Query | QueryValue,
  renderValue: (value: QueryValue) => string,
): string {
  // What a comment holds is no part of the query; text with a line end in it must not end the comment.
  if (place === 'line comment' || place === 'block comment') return ''
  if (place !== 'code')
    throw new LibraryError('LIB004', 'Expected ${…} outside of quotes in a query. Leave the quotes away.')
  // A comment at the end of a subquery must not swallow the bracket after it.
  return isQuery(value) ? `(${trimEnd(render(value, renderValue))}\n)` : renderValue(value)
}

type Place = 'code' | 'text' | 'name' | 'line comment' | 'block comment'

/** What opens each place, and what closes it. A doubled quote closes and opens again, which comes to the same. */
const openings: Readonly<Record<string, Place>> = {
  "'": 'text',
  '"': 'name',
  '--': 'line comment',
  '/*': 'block comment',
}
const closings: Readonly<Record<Exclude<Place, 'code'>, string>> = {
  text: "'",
  name: '"',
  'line comment': '\n',
  'block comment': '*/',
}

function placeAfter(text: string, start: Place): Place {
  let place = start
  for (const [mark] of text.matchAll(/'|"|--|\n|\/\*|\*\//g))
    if (place === 'code') place = openings[mark] ?? 'code'
    else if (mark === closings[place]) place = 'code'
  return place
}

/** A semicolon that ends a statement would end the query around it. */
function trimEnd(sql: string): string {
  return sql.replace(/[\s;]+$/, '')
}

function bindValue(value: QueryValue, parameters: Parameter[]): string {
  if (Array.isArray(value))
    return `[${value.map(item => bindValue(item as QueryValue, parameters)).join(', ')}]`
  if (typeof value === 'object' || typeof value === 'bigint') return literal(value)
  if (typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) {
    parameters.push(value)
    return '?'
  }
  return literal(value)
}

function literal(value: QueryValue): string {
  if (value === null) return 'NULL'
  if (typeof value === 'string') return quoteText(value)
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'bigint') return `${value}::HUGEINT`
  if (typeof value === 'number') return numberLiteral(value)
  if (value instanceof Date) return `TIMESTAMP '${timestampText(value)}'`
  if (value instanceof Uint8Array) return `from_hex('${Buffer.from(value).toString('hex')}')`
  if (Array.isArray(value)) return `[${value.map(item => literal(item as QueryValue)).join(', ')}]`
  throw new LibraryError(
    'LIB004',
    `Expected a table, text, a number, a boolean, a date, bytes, null or a list of these in a query, got ${describe(value)}.` +
      (typeof (value as { then?: unknown } | undefined)?.then === 'function'
        ? ' Await the promise first.'
        : ''),
  )
}

/** A bare `0.1` would be a decimal. Integers stay what SQL calls an integer. */
function numberLiteral(value: number): string {
  if (Number.isSafeInteger(value)) return Object.is(value, -0) ? '-0.0::DOUBLE' : String(value)
  const text = Number.isNaN(value) ? 'nan' : String(value).toLowerCase()
  return `'${text}'::DOUBLE`
}

function timestampText(date: Date): string {
  if (Number.isNaN(date.getTime()))
    throw new LibraryError('LIB004', 'Expected a valid date in a query, got an invalid one.')
  return date.toISOString().replace('T', ' ').replace('Z', '')
}

function describe(value: unknown): string {
  return typeof value === 'object' && value !== null
    ? `a ${value.constructor?.name ?? 'object'}`
    : typeof value === 'function'
      ? 'a function'
      : String(value)
}
