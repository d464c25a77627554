/**
 * What a filter means, once for every kind of table: `resolveFilter` checks it against its column and reduces it to
 * a few forms, which `createPredicate` turns into a function and sql-query.ts into SQL. Pure; the renderer has it too.
 */
import type { Cell, FilterOperator, TableFilter } from '../messages.ts'
import {
  compareScalars,
  isMissing,
  isNumeric,
  isTime,
  numberOf,
  textOf,
  timeOf,
  type Scalar,
} from './values.ts'

/** A filter that cannot be meant so; the message is for the person. */
export class FilterError extends Error {
  override readonly name = 'FilterError'
}

type Bound = Exclude<Scalar, null>

export type ResolvedFilter =
  | { readonly form: 'missing'; readonly negated: boolean }
  /** Any of these values, or (`negated`) none of them. */
  | { readonly form: 'in'; readonly values: readonly Bound[]; readonly negated: boolean }
  /** A range, each end open unless it is included; `negated` is everything outside. */
  | {
      readonly form: 'range'
      readonly from?: { readonly value: Bound; readonly included: boolean }
      readonly until?: { readonly value: Bound; readonly included: boolean }
      readonly negated: boolean
    }
  /** `text` is in lower case, but for a pattern. */
  | {
      readonly form: 'text'
      readonly where: 'anywhere' | 'start' | 'end' | 'pattern'
      readonly text: string
      readonly negated: boolean
    }

export interface FilteredColumn {
  readonly name: string
  readonly type: string
}

const dayMs = 86_400_000
const textOperators: Partial<Record<FilterOperator, 'anywhere' | 'start' | 'end' | 'pattern'>> = {
  contains: 'anywhere',
  'not contains': 'anywhere',
  'starts with': 'start',
  'ends with': 'end',
  regex: 'pattern',
}

/** @throws FilterError when a value does not fit the column or a pattern is none */
export function resolveFilter(
  { operator, values = [] }: TableFilter,
  column: FilteredColumn,
): ResolvedFilter {
  if (operator === 'null' || operator === 'not null')
    return { form: 'missing', negated: operator === 'not null' }
  const where = textOperators[operator]
  if (where) return textFilter(where, String(one(values, column) ?? ''), operator === 'not contains')
  if (operator === 'in')
    return { form: 'in', values: values.map(value => bound(value, column)), negated: false }
  if (operator === 'between') {
    if (values.length !== 2)
      throw new FilterError(`Expected two values for ${label(column)} to lie between, got ${values.length}.`)
    const [from, until] = values.map(value => bound(value, column))
    return {
      form: 'range',
      from: { value: from!, included: true },
      until: endOf(values[1]!, until!, column),
      negated: false,
    }
  }
  const cell = one(values, column)
  const value = bound(cell, column)
  if (operator === '=' || operator === '!=') return equality(cell, value, column, operator === '!=')
  return comparison(operator as '<' | '<=' | '>' | '>=', cell, value, column)
}

function textFilter(
  where: 'anywhere' | 'start' | 'end' | 'pattern',
  text: string,
  negated: boolean,
): ResolvedFilter {
  if (where !== 'pattern') return { form: 'text', where, text: text.toLowerCase(), negated }
  try {
    new RegExp(text, 'u')
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^.*\/u?: /, '') : String(error)
    throw new FilterError(`Expected a regular expression, got ${text}: ${reason}.`)
  }
  return { form: 'text', where, text, negated }
}

/** A day, given without a time, means all of it. */
function equality(cell: Cell, value: Bound, column: FilteredColumn, negated: boolean): ResolvedFilter {
  if (!isDay(cell, column)) return { form: 'in', values: [value], negated }
  return { form: 'range', from: { value, included: true }, until: endOf(cell, value, column), negated }
}

function comparison(
  operator: '<' | '<=' | '>' | '>=',
  cell: Cell,
  value: Bound,
  column: FilteredColumn,
): ResolvedFilter {
  const negated = false
  switch (operator) {
    case '<':
      return { form: 'range', until: { value, included: false }, negated }
    case '<=':
      return { form: 'range', until: endOf(cell, value, column), negated }
    case '>':
      return isDay(cell, column)
        ? { form: 'range', from: { value: Number(value) + dayMs, included: true }, negated }
        : { form: 'range', from: { value, included: false }, negated }
    case '>=':
      return { form: 'range', from: { value, included: true }, negated }
  }
}

const isDay = (cell: Cell, { type }: FilteredColumn): boolean =>
  type === 'timestamp' && typeof cell === 'string' && /^\s*\d{4}-\d{2}-\d{2}\s*$/.test(cell)

/** The upper end of a range; a day is included up to its end. */
function endOf(cell: Cell, value: Bound, column: FilteredColumn): { value: Bound; included: boolean } {
  return isDay(cell, column) ? { value: Number(value) + dayMs, included: false } : { value, included: true }
}

function one(values: readonly Cell[], column: FilteredColumn): Cell {
  if (values.length !== 1)
    throw new FilterError(`Expected one value to compare ${label(column)} with, got ${values.length}.`)
  return values[0]!
}

function bound(cell: Cell, column: FilteredColumn): Bound {
  const { type } = column
  const expected = isNumeric(type) ? 'a number' : isTime(type) ? 'a date (2001-02-03 or 2001-02-03 04:05)' : type === 'bool' ? 'true or false' : 'text' // prettier-ignore
  const value =
    cell === null
      ? undefined
      : isNumeric(type)
        ? typeof cell === 'number' ? cell : typeof cell === 'string' ? numberOf(cell) : undefined // prettier-ignore
        : isTime(type)
          ? typeof cell === 'number' ? cell : timeOf(String(cell)) // prettier-ignore
          : type === 'bool'
            ? { true: true, false: false }[String(cell).toLowerCase()]
            : String(cell)
  if (value === undefined || isMissing(value))
    throw new FilterError(
      `Expected ${expected} to compare ${label(column)} with, got ${JSON.stringify(cell)}.`,
    )
  return value
}

const label = ({ name }: FilteredColumn): string => (name === '' ? 'the row label' : name)

/** A function that says whether a value fulfils the filter. */
export function createPredicate(filter: ResolvedFilter, type: string): (value: Scalar) => boolean {
  if (filter.form === 'missing') return value => isMissing(value) !== filter.negated
  const test = createTest(filter, type)
  return value => !isMissing(value) && test(value) !== filter.negated
}

function createTest(
  filter: Exclude<ResolvedFilter, { form: 'missing' }>,
  type: string,
): (value: Bound) => boolean {
  switch (filter.form) {
    case 'in': {
      // Equal bigints and numbers are found by their text.
      const wanted = new Set(filter.values.map(value => `${value}`))
      return value => wanted.has(Object.is(value, -0) ? '0' : `${value}`)
    }
    case 'range': {
      const { from, until } = filter
      return value => {
        if (from) {
          const order = compareScalars(value, from.value)
          if (order < 0 || (order === 0 && !from.included)) return false
        }
        if (!until) return true
        const order = compareScalars(value, until.value)
        return order < 0 || (order === 0 && until.included)
      }
    }
    case 'text': {
      const { where, text } = filter
      if (where === 'pattern') {
        const pattern = new RegExp(text, 'u')
        return value => pattern.test(textOf(value, type))
      }
      const lower = (value: Bound) => textOf(value, type).toLowerCase()
      if (where === 'start') return value => lower(value).startsWith(text)
      if (where === 'end') return value => lower(value).endsWith(text)
      return value => lower(value).includes(text)
    }
  }
}

/** Whether some of the values contains the text. */
export function createSearch(text: string): (value: Scalar, type: string) => boolean {
  const wanted = text.toLowerCase()
  return (value, type) => !isMissing(value) && textOf(value, type).toLowerCase().includes(wanted)
}
