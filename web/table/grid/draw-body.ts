/** The rows of a grid that are seen. Rows that look as before stay the elements they are. */
import type { Cell } from '../../../library/display/messages.ts'
import { h } from '../../support/dom.ts'
import { count } from '../../support/numbers.ts'
import { isNumeric } from '../column-head.ts'
import { contains, rangeOf, type Range } from '../selection.ts'
import { cellId, isActive, labelWidth, rowHeight, type GridContext } from './context.ts'
import { position, rowElement } from './draw-row.ts'

export interface Body {
  /** Draws the rows from `from` until before `until`, with these places of the layout. */
  draw(places: readonly number[], seen: { readonly from: number; readonly until: number }): void
}

export function createBody(grid: GridContext): Body {
  let drawnKey = ''
  let drawn = new Map<number, HTMLElement>()
  return {
    draw(places, { from, until }) {
      const { rows, frame } = grid
      const offset = frame.scroller.scrollTop - grid.top
      const key = JSON.stringify([places, grid.layout, labelWidth(grid), rows.state.query])
      if (key !== drawnKey) drawn = new Map()
      drawnKey = key
      const next = new Map<number, HTMLElement>()
      const range = rangeOf(grid.selection)
      for (let row = from; row < until; row++) {
        const signature = signatureOf(grid, { row, places, range })
        const old = drawn.get(row)
        const element = old?.dataset['signature'] === signature ? old : drawRow(grid, { row, places, range })
        element.dataset['signature'] = signature
        element.style.transform = `translateY(${row * rowHeight + offset}px)`
        next.set(row, element)
      }
      drawn = next
      frame.body.replaceChildren(...next.values(), ...(rows.state.nRows === 0 ? [emptyRow(grid)] : []))
    },
  }
}

interface DrawnRow {
  readonly row: number
  readonly places: readonly number[]
  /** What is selected. */
  readonly range: Range
}

/** What a drawn row depends on beside the columns. */
function signatureOf({ rows, layout, selection }: GridContext, { row, places, range }: DrawnRow): string {
  const isHere = places.every(place => rows.cell(row, layout.columns[place]!.column) !== undefined)
  const isSelected = row >= range.fromRow && row <= range.toRow
  const selected = isSelected ? `${range.fromColumn}-${range.toColumn}` : ''
  return `${isHere}|${selected}|${selection.active.row === row ? selection.active.column : ''}`
}

function drawRow(grid: GridContext, { row, places, range }: DrawnRow): HTMLElement {
  const label = h('div', { class: 'index', role: 'rowheader', 'aria-colindex': 1 }, count(row + 1))
  label.style.width = `${labelWidth(grid)}px`
  label.dataset['row'] = String(row)
  const cells = places.map(place => {
    const { column: at } = grid.layout.columns[place]!
    const cell = drawCell(grid, grid.rows.cell(row, at), at)
    cell.id = cellId(grid, row, place)
    cell.setAttribute('aria-colindex', String(place + 2))
    if (contains(range, row, place) && grid.selection.active.row >= 0) {
      cell.classList.add('selected')
      cell.setAttribute('aria-selected', 'true')
    }
    if (isActive(grid, row, place)) cell.classList.add('active')
    cell.dataset['row'] = String(row)
    cell.dataset['place'] = String(place)
    position(grid, cell, place)
    return cell
  })
  const className = row % 2 ? 'row odd' : 'row'
  return rowElement(grid, { places, cells, label, index: row + 2, className })
}

function drawCell({ columns, formats }: GridContext, value: Cell | undefined, at: number): HTMLElement {
  const column = columns[at]!
  const kind = isNumeric(column) ? 'td number' : column.type === 'bool' ? 'td bool' : 'td'
  if (value === undefined)
    return h('div', { class: `${kind} loading`, role: 'gridcell', 'aria-busy': 'true' }, '…')
  if (value === null) return h('div', { class: `${kind} missing`, role: 'gridcell' }, 'null')
  if (value === '') return h('div', { class: `${kind} blank`, role: 'gridcell', 'aria-label': 'empty text' })
  const text = formats[at]!(value)
  return h('div', { class: kind, role: 'gridcell', title: text.length > 24 && text }, text)
}

const emptyRow = ({ table }: GridContext): HTMLElement => {
  const text = table.nRows === 0 ? 'No rows' : 'No rows fulfil the filter'
  return h('div', { class: 'empty', role: 'row' }, h('div', { role: 'gridcell' }, text))
}
