/** The panel of a column: its figures, its filter, and what can be done with it. */
import type { Cell, FilterOperator, TableColumn, TableFilter } from '../../library/display/messages.ts'
import { h } from '../support/dom.ts'
import { facts, isNumeric } from './column-head.ts'

export interface ColumnActions {
  sort(direction: 'ascending' | 'descending' | undefined): void
  filter(filter: TableFilter | undefined): void
  pin(pinned: boolean): void
  hide(): void
  move(by: -1 | 1): void
  fit(): void
  close(): void
}

interface MenuOptions {
  readonly column: TableColumn
  readonly place: number
  readonly statisticsRows: number
  readonly filter: TableFilter | undefined
  readonly sorted: 'ascending' | 'descending' | undefined
  readonly pinned: boolean
  readonly actions: ColumnActions
}

const textOperators = [
  'contains',
  'not contains',
  '=',
  '!=',
  'starts with',
  'ends with',
  'regex',
  'in',
] as const
const orderOperators = ['=', '!=', '<', '<=', '>', '>=', 'between', 'in'] as const
const operatorNames: Readonly<Record<FilterOperator, string>> = {
  '=': 'equals',
  '!=': 'does not equal',
  '<': 'less than',
  '<=': 'at most',
  '>': 'greater than',
  '>=': 'at least',
  between: 'between',
  in: 'is one of',
  contains: 'contains',
  'not contains': 'does not contain',
  'starts with': 'starts with',
  'ends with': 'ends with',
  regex: 'matches pattern',
  null: 'is null',
  'not null': 'is not null',
}

/** `delay ≥ 3`, as it stands on its button. */
export function filterText({ name }: TableColumn, { operator, values = [] }: TableFilter): string {
  const label = name === '' ? 'row label' : name
  const symbol = { '!=': '≠', '<=': '≤', '>=': '≥' }[operator as string] ?? (/^[=<>]$/.test(operator) ? operator : operatorNames[operator]) // prettier-ignore
  if (operator === 'between') return `${label} between ${String(values[0])} and ${String(values[1])}`
  const shown = values.slice(0, 3).map(value => (value === '' ? '(empty)' : String(value)))
  return [label, symbol, shown.join(', ') + (values.length > 3 ? '…' : '')].join(' ').trim()
}

function operatorsOf({ type }: TableColumn): readonly FilterOperator[] {
  if (type === 'bool') return ['=', 'null', 'not null']
  const isText = !isNumeric({ name: '', type }) && type !== 'timestamp' && type !== 'date'
  const first: readonly FilterOperator[] = isText ? textOperators : orderOperators
  const rest: readonly FilterOperator[] = isText ? ['<', '<=', '>', '>=', 'between'] : ['contains']
  return [...first, ...rest, 'null', 'not null']
}

/** A dialog; the first field has the focus when it is put on the page. */
export function columnMenu(options: MenuOptions): HTMLElement {
  const { column, statisticsRows, actions, sorted, pinned } = options
  const title = column.name === '' ? 'Row label' : column.name
  const button = (text: string, click: () => void, pressed?: boolean): HTMLElement =>
    h(
      'button',
      { type: 'button', 'aria-pressed': pressed === undefined ? undefined : String(pressed), click },
      text,
    )
  const figures = facts(column, statisticsRows).flatMap(([name, value]) => [
    h('dt', {}, name),
    h('dd', {}, value),
  ])
  const direction = (which: 'ascending' | 'descending') =>
    button(which === 'ascending' ? 'Sort ↑' : 'Sort ↓', () => actions.sort(sorted === which ? undefined : which), sorted === which) // prettier-ignore
  const panel = h(
    'div',
    { class: 'menu', role: 'dialog', 'aria-label': `Column ${title}` },
    h('header', {}, h('strong', {}, title), button('✕', actions.close)),
    h('div', { class: 'actions' }, direction('ascending'), direction('descending')),
    filterForm(options),
    h(
      'div',
      { class: 'actions' },
      button(pinned ? 'Unpin' : 'Pin', () => actions.pin(!pinned)),
      button('Hide', actions.hide),
      button('Fit width', actions.fit),
      button('← Move', () => actions.move(-1)),
      button('Move →', () => actions.move(1)),
    ),
    h('dl', { class: 'facts' }, ...figures),
  )
  panel.querySelector('header button')?.setAttribute('aria-label', 'Close')
  panel.addEventListener('keydown', event => {
    if (event.key === 'Escape') actions.close()
    event.stopPropagation()
  })
  return panel
}

function filterForm({ column, place, filter, actions }: MenuOptions): HTMLElement {
  const operators = operatorsOf(column)
  const chosen = filter?.operator ?? operators[0]!
  const select = h(
    'select',
    { 'aria-label': 'Condition', class: 'operator' },
    ...operators.map(operator =>
      h('option', { value: operator, selected: operator === chosen }, operatorNames[operator]),
    ),
  )
  const field = (value: Cell | undefined, label: string): HTMLInputElement =>
    h('input', { type: 'text', 'aria-label': label, placeholder: placeholder(column), value: value === undefined ? '' : String(value), spellcheck: 'false' }) // prettier-ignore
  const isList = chosen === 'in'
  const first = field(isList ? filter?.values?.join(', ') : filter?.values?.[0], 'Value')
  const second = field(filter?.values?.[1], 'Upper value')
  const show = (): void => {
    first.hidden = /null$/.test(select.value)
    second.hidden = select.value !== 'between'
    first.title = select.value === 'in' ? 'Values, separated by commas' : ''
  }
  select.addEventListener('change', show)
  show()
  const top = (column.top ?? []).slice(0, 8).map(
    ({ value }) =>
    h('button', { type: 'button', class: 'value', click: () => actions.filter({ column: place, operator: '=', values: [value] }) }, value === '' ? '(empty)' : value), // prettier-ignore
  )
  const form = h(
    'form',
    { class: 'filter' },
    select,
    first,
    second,
    h(
      'div',
      { class: 'actions' },
      h('button', { type: 'submit', class: 'primary' }, 'Filter'),
      h('button', { type: 'button', disabled: filter === undefined, click: () => actions.filter(undefined) }, 'Clear filter'), // prettier-ignore
    ),
    top.length > 0 && h('div', { class: 'values', role: 'group', 'aria-label': 'Frequent values' }, ...top),
  )
  form.addEventListener('submit', event => {
    event.preventDefault()
    const operator = select.value as FilterOperator
    actions.filter({ column: place, operator, ...valuesOf(operator, first.value, second.value) })
  })
  return form
}

function valuesOf(operator: FilterOperator, first: string, second: string): { values?: readonly string[] } {
  if (/null$/.test(operator)) return {}
  if (operator === 'between') return { values: [first, second] }
  if (operator === 'in') return { values: first.split(',').map(value => value.trim()) }
  return { values: [first] }
}

function placeholder({ type }: TableColumn): string {
  if (type === 'timestamp') return '2001-02-03 or 2001-02-03 04:05'
  if (type === 'date') return '2001-02-03'
  if (type === 'bool') return 'true or false'
  return isNumeric({ name: '', type }) ? 'a number' : 'text'
}
