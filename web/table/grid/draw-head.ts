/** The head of a grid: names, types and figures of the columns, how they are sorted and filtered. */
import { h, svg } from '../../support/dom.ts'
import { describeType, facts, isNumeric, summary } from '../column-head.ts'
import { cellId, isActive, labelWidth, nameOf, type GridContext } from './context.ts'
import { position, rowElement } from './draw-row.ts'

export interface Head {
  /** Draws these places of the layout, if anything about them has changed. */
  draw(places: readonly number[]): void
  /** Draws next time whether or not anything has changed. */
  forget(): void
}

export function createHead(grid: GridContext): Head {
  let drawn = ''
  return {
    draw(places) {
      const { rows, selection, layout, nStatistics } = grid
      const { query } = rows.state
      const activeColumn = selection.active.row === -1 ? selection.active.column : -1
      const about = [places, layout, query.sort, query.filter, activeColumn, nStatistics, labelWidth(grid)]
      const key = JSON.stringify(about)
      if (key === drawn) return
      drawn = key
      const corner = { class: 'corner', role: 'columnheader', 'aria-colindex': 1 }
      const label = h('div', corner, h('span', { class: 'hidden' }, 'Row'))
      label.style.width = `${labelWidth(grid)}px`
      const cells = places.map(place => drawCell(grid, place))
      grid.frame.head.replaceChildren(rowElement(grid, { places, cells, label, index: 1, className: 'row' }))
    },
    forget() {
      drawn = ''
    },
  }
}

function drawCell(grid: GridContext, place: number): HTMLElement {
  const { columns, layout, statisticsRows } = grid
  const { column: at } = layout.columns[place]!
  const column = columns[at]!
  const { sort, arrow } = sortOf(grid, at)
  const isFiltered = (grid.rows.state.query.filter ?? []).some(item => item.column === at)
  const title = [nameOf(column), ...facts(column, statisticsRows).map(([name, value]) => `${name}: ${value}`)]
  const classes = [
    'th',
    isNumeric(column) && 'number',
    isActive(grid, -1, place) && 'active',
    isFiltered && 'filtered',
  ]
  const cell = h(
    'div',
    {
      id: cellId(grid, -1, place),
      class: classes.filter(Boolean).join(' '),
      role: 'columnheader',
      'aria-colindex': place + 2,
      'aria-sort': sort,
      title: title.join('\n'),
    },
    h(
      'div',
      { class: 'name' },
      h('b', {}, column.name),
      h('span', { class: 'arrow', 'aria-hidden': 'true' }, arrow),
      isFiltered && funnel(),
      h('span', { class: 'dots', 'aria-hidden': 'true' }, '⋮'),
    ),
    h('div', { class: 'type' }, describeType(column, statisticsRows)),
    summary(column, statisticsRows),
    h('div', { class: 'resizer', 'aria-hidden': 'true' }),
  )
  position(grid, cell, place)
  cell.dataset['place'] = String(place)
  return cell
}

/** `aria-sort` of a column, and its arrow; of several keys with the rank. */
function sortOf({ rows }: GridContext, at: number): { readonly sort: string; readonly arrow: string } {
  const { sort = [] } = rows.state.query
  const rank = sort.findIndex(item => item.column === at)
  if (rank < 0) return { sort: 'none', arrow: '' }
  const nth = sort.length > 1 ? rank + 1 : ''
  return sort[rank]!.descending
    ? { sort: 'descending', arrow: `▼${nth}` }
    : { sort: 'ascending', arrow: `▲${nth}` }
}

const funnel = (): SVGElement =>
  svg(
    'svg',
    { class: 'funnel', viewBox: '0 0 10 10', 'aria-hidden': 'true' },
    svg('path', { d: 'M0 1h10L6 5.5V10L4 8.5V5.5z' }),
  )
