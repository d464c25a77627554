/** A grid's question as SQL text: what filters and sorts mean is said in query/filter.ts, here only how SQL says it. Pure. */
import { kindOf } from '../../../catalog/columns/kinds.ts'
import { quoteText } from '../../../engine/sql/text.ts'
import type { TableQuery } from '../messages.ts'
import { FilterError, resolveFilter, type ResolvedFilter } from '../query/filter.ts'
import { isTime } from '../query/values.ts'
import type { ColumnHead } from './view.ts'

export interface SqlColumn extends ColumnHead {
  readonly sqlType: string
}

/** The grid's name of a type. */
export function typeOf(sqlType: string): string {
  if (sqlType === 'DATE') return 'date'
  const kind = kindOf(sqlType)
  if (kind !== 'other') return kind
  if (/^TIME\b/.test(sqlType)) return 'time'
  return /\]$|^(STRUCT|MAP|UNION|JSON)/.test(sqlType) ? 'json' : sqlType.toLowerCase()
}

/** Columns are called c0, c1 … inside: their own names need not differ. */
export const inner = (place: number): string => `c${place}`

export const innerNames = (columns: readonly SqlColumn[]): string =>
  columns.map((_, i) => inner(i)).join(', ')

/** `where …`, or nothing. @throws FilterError */
export function whereText(columns: readonly SqlColumn[], { filter = [], search = '' }: TableQuery): string {
  const conditions = filter.map(item => {
    const column = columnAt(columns, item.column)
    return conditionText(resolveFilter(item, column), column, inner(item.column))
  })
  if (search !== '') {
    const wanted = quoteText(search.toLowerCase())
    const found = columns.map((column, i) => `contains(lower(${textText(column, inner(i))}), ${wanted})`)
    conditions.push(`(${found.join(' or ') || 'false'})`)
  }
  return conditions.length > 0 ? `where ${conditions.join(' and ')}` : ''
}

/** The keys of `order by`, or undefined for the table's order. */
export function orderText(columns: readonly SqlColumn[], { sort = [] }: TableQuery): string | undefined {
  if (sort.length === 0) return undefined
  return sort
    .map(({ column, descending }) => {
      const value = valueText(columnAt(columns, column), inner(column))
      return `${value} ${descending ? 'desc' : 'asc'} nulls last`
    })
    .join(', ')
}

function columnAt(columns: readonly SqlColumn[], place: number): SqlColumn {
  const column = columns[place]
  if (!column) throw new FilterError(`Expected a column from 0 to ${columns.length - 1}, got ${place}.`)
  return column
}

/** The value as it is compared and sorted: NaN is missing, everything without an order of its own is text. */
function valueText({ type, sqlType }: SqlColumn, name: string): string {
  if (type === 'float')
    return sqlType.startsWith('DECIMAL') ? name : `case when not isnan(${name}) then ${name} end`
  if (type === 'int' || type === 'bool' || sqlType === 'VARCHAR') return name
  if (isTime(type)) return `${name}::TIMESTAMP`
  return textText({ name: '', type, sqlType }, name)
}

/** The value as `textOf` (query/values.ts) writes it. */
function textText({ type, sqlType }: SqlColumn, name: string): string {
  if (type === 'float') {
    const present = sqlType.startsWith('DECIMAL') ? name : `case when not isnan(${name}) then ${name} end`
    return `regexp_replace((${present})::DOUBLE::VARCHAR, '\\.0$', '')`
  }
  if (type === 'timestamp') return `${name}::TIMESTAMP::VARCHAR`
  if (type === 'json' && sqlType !== 'JSON') return `to_json(${name})::VARCHAR`
  return `${name}::VARCHAR`
}

function conditionText(filter: ResolvedFilter, column: SqlColumn, name: string): string {
  const value = valueText(column, name)
  if (filter.form === 'missing') return `(${value}) is ${filter.negated ? 'not ' : ''}null`
  const condition = testText(filter, column, { value, name })
  return filter.negated ? `not (${condition})` : `(${condition})`
}

function testText(
  filter: Exclude<ResolvedFilter, { form: 'missing' }>,
  column: SqlColumn,
  { value, name }: { readonly value: string; readonly name: string },
): string {
  switch (filter.form) {
    case 'in':
      return filter.values.length === 0
        ? 'false'
        : `(${value}) in (${filter.values.map(item => literal(item, column.type)).join(', ')})`
    case 'range': {
      const { from, until } = filter
      return [
        ...(from ? [`(${value}) ${from.included ? '>=' : '>'} ${literal(from.value, column.type)}`] : []),
        ...(until ? [`(${value}) ${until.included ? '<=' : '<'} ${literal(until.value, column.type)}`] : []),
      ].join(' and ')
    }
    case 'text': {
      const text = textText(column, name)
      const wanted = quoteText(filter.text)
      if (filter.where === 'pattern') return `regexp_matches(${text}, ${wanted})`
      const test = { anywhere: 'contains', start: 'starts_with', end: 'ends_with' }[filter.where]
      return `${test}(lower(${text}), ${wanted})`
    }
  }
}

function literal(value: boolean | number | bigint | string, type: string): string {
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return quoteText(value)
  if (typeof value === 'bigint') return `${value}::HUGEINT`
  if (isTime(type)) return `make_timestamp(${Math.round(value * 1000)}::BIGINT)`
  return Number.isSafeInteger(value) ? String(value) : `'${String(value).toLowerCase()}'::DOUBLE`
}
