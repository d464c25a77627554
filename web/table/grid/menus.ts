/** The menu of a column, and that of the table. */
import { h } from '../../support/dom.ts'
import { change, move } from '../columns.ts'
import { columnMenu } from '../menu.ts'
import { fitColumn, setArrangement } from './arranging.ts'
import { nameOf, type GridContext } from './context.ts'
import type { Copies } from './copies.ts'
import type { Panels } from './panels.ts'
import type { Queries } from './queries.ts'

export interface MenuParts {
  readonly panels: Panels
  readonly queries: Queries
  readonly copies: Copies
}

/** The menu of the column at a place of the layout. */
export function openColumnMenu(grid: GridContext, place: number, { panels, queries }: MenuParts): void {
  const anchor = grid.frame.head.querySelector<HTMLElement>(`[data-place="${place}"]`)
  if (!anchor) return
  const { column: at, pinned } = grid.layout.columns[place]!
  const { sort = [], filter = [] } = grid.rows.state.query
  const sorted = sort.find(item => item.column === at)
  const arrange = (changes: Parameters<typeof change>[2]) =>
    setArrangement(grid, change(grid.arrangement, at, changes))
  const act = (doIt: () => void): void => {
    panels.closeToGrid()
    doIt()
  }
  const panel = columnMenu({
    column: grid.columns[at]!,
    place: at,
    statisticsRows: grid.statisticsRows,
    filter: filter.find(item => item.column === at),
    sorted: sorted && (sorted.descending ? 'descending' : 'ascending'),
    pinned,
    actions: {
      sort: direction => act(() => queries.sortBy(at, direction, false)),
      filter: chosen => act(() => queries.setFilter(at, chosen)),
      pin: isPinned => act(() => arrange({ pinned: isPinned })),
      hide: () => act(() => arrange({ hidden: true })),
      move: by => act(() => setArrangement(grid, move(grid.arrangement, at, by))),
      fit: () => act(() => fitColumn(grid, at)),
      close: () => panels.closeToGrid(),
    },
  })
  panels.open(panel, anchor)
}

/** Copies, files, and which columns are shown. */
export function openTableMenu(grid: GridContext, { panels, copies }: MenuParts): void {
  const { host, table, link, fills } = grid
  const button = (text: string, act: () => void) => {
    const click = (): void => {
      panels.closeToGrid()
      act()
    }
    return h('button', { type: 'button', click }, text)
  }
  const panel = h(
    'div',
    { class: 'menu more', role: 'dialog', 'aria-label': 'Copy, save and columns' },
    h(
      'div',
      { class: 'list' },
      button('Copy selected cells', () => void copies.selection({ header: false })),
      button('Copy selected cells with headers', () => void copies.selection({ header: true })),
      button('Copy all rows as CSV', () => void copies.all()),
      link && button('Save rows as CSV or Parquet…', () => void copies.save()),
      host && !fills && button('Open in a tab', () => host.post({ type: 'open', table })),
    ),
    h('fieldset', {}, h('legend', {}, 'Columns'), ...columnBoxes(grid)),
  )
  panel.addEventListener('keydown', event => {
    if (event.key === 'Escape') panels.closeToGrid()
    event.stopPropagation()
  })
  panels.open(panel, grid.frame.moreButton)
}

function columnBoxes(grid: GridContext): HTMLElement[] {
  return grid.arrangement.map(({ column, hidden }) => {
    const box = h('input', { type: 'checkbox', checked: !hidden })
    box.addEventListener('change', () =>
      setArrangement(grid, change(grid.arrangement, column, { hidden: !box.checked })),
    )
    return h('label', {}, box, nameOf(grid.columns[column]!))
  })
}
