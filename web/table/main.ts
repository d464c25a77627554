/** Renderer of `application/vnd.slipway.table+json`: a page of a table as a sortable grid. */
import type { Cell, TableColumn, TableMessage } from '../../library/display/messages.ts'
import { h, styledRoot } from '../support/dom.ts'
import { count, short } from '../support/numbers.ts'
import type { OutputItem, Renderer } from '../support/renderer.ts'
import { describeType, isNumeric, summary } from './column-head.ts'
import { type Sorting, nextSorting, sortRows } from './sort.ts'
import css from './table.css'

export function activate(): Renderer {
  return {
    renderOutputItem: (item: OutputItem, element: HTMLElement) =>
      renderTable(item.json() as TableMessage, styledRoot(element, css)),
  }
}

/** Draws the table; a click on a column's name sorts the rows that are here. */
function renderTable(table: TableMessage, root: ShadowRoot): void {
  let sorting: Sorting | undefined
  const body = h('tbody')
  const heads = table.columns.map((column, i) => {
    const arrow = h('span', { class: 'arrow', 'aria-hidden': 'true' })
    const sort = (): void => {
      sorting = nextSorting(sorting, i)
      draw()
    }
    const title = `Sort by ${column.name}`
    const name = h('button', { class: 'name', type: 'button', title, click: sort }, column.name, arrow)
    const type = h('div', { class: 'type' }, describeType(column, table.statisticsRows))
    const kind = isNumeric(column) ? 'number' : ''
    return {
      arrow,
      th: h('th', { class: kind, scope: 'col' }, name, type, summary(column, table.statisticsRows)),
    }
  })
  const draw = (): void => {
    heads.forEach(({ arrow, th }, i) => {
      const active = sorting?.column === i
      arrow.textContent = active ? (sorting?.descending ? '▼' : '▲') : ''
      th.ariaSort = active ? (sorting?.descending ? 'descending' : 'ascending') : 'none'
    })
    const numeric = sorting !== undefined && isNumeric(table.columns[sorting.column]!)
    const indexed = table.rows.map((row, i) => [...row, i] as const)
    body.replaceChildren(...sortRows(indexed, sorting, numeric).map(row => drawRow(table.columns, row)))
  }
  draw()
  const head = h('thead', {}, h('tr', {}, h('th', { class: 'index' }), ...heads.map(({ th }) => th)))
  const scroll = h('div', { class: 'scroll', tabindex: 0 }, h('table', {}, head, body))
  root.append(h('div', { class: 'frame' }, scroll, h('footer', {}, describeSize(table))))
}

/** @param row the cells, and behind them the row's place in the table */
function drawRow(columns: readonly TableColumn[], row: readonly Cell[]): HTMLElement {
  const cells = columns.map((column, i) => drawCell(row[i] ?? null, column))
  return h('tr', {}, h('td', { class: 'index' }, Number(row.at(-1))), ...cells)
}

function drawCell(value: Cell, column: TableColumn): HTMLElement {
  const numeric = isNumeric(column)
  if (value === null) return h('td', { class: numeric ? 'missing number' : 'missing' }, 'null')
  const text = cellText(value, column)
  return h('td', { class: numeric ? 'number' : '', title: text.length > 40 && text }, text)
}

/** Times without the zone, which is always UTC, and without fractions that are all zero. */
function cellText(value: NonNullable<Cell>, column: TableColumn): string {
  if (typeof value === 'number') return short(value)
  if (!column.type.startsWith('timestamp') || typeof value !== 'string') return String(value)
  return value.replace('T', ' ').replace(/(:00)?(\.0+)?Z?$/, '')
}

function describeSize({ nRows, nColumns, rows, columns, truncated, statisticsRows }: TableMessage): string {
  const size = `${count(nRows)} ${nRows === 1 ? 'row' : 'rows'} × ${count(nColumns)} ${nColumns === 1 ? 'column' : 'columns'}`
  const parts = [size]
  if (truncated && rows.length < nRows) parts.push(`first ${count(rows.length)} shown`)
  if (columns.length < nColumns) parts.push(`first ${count(columns.length)} columns shown`)
  if (statisticsRows > 0 && statisticsRows < nRows) parts.push(`statistics of ${count(statisticsRows)} rows`)
  return parts.join(' · ')
}
