/**
 * The grid of a table: what is drawn, and what a person does with it.
 *
 * It draws what is seen and nothing else, and keeps its state in plain values (grid/context.ts); `draw` puts them on
 * the page. The cursor is the grid's `aria-activedescendant`, because a cell that has the focus would lose it when it
 * is scrolled away.
 */
import { visibleColumns } from './columns.ts'
import { cellId, createContext, extentOf, headHeight, labelWidth, rowHeight } from './grid/context.ts'
import type { GridContext, GridOptions } from './grid/context.ts'
import { createCopies } from './grid/copies.ts'
import { createBody } from './grid/draw-body.ts'
import { createHead } from './grid/draw-head.ts'
import { createStatus } from './grid/draw-status.ts'
import { onKey } from './grid/keys.ts'
import { openColumnMenu, openTableMenu } from './grid/menus.ts'
import { createPanels } from './grid/panels.ts'
import { listenToPointer } from './grid/pointer.ts'
import { createQueries } from './grid/queries.ts'
import { createScrolling } from './grid/scrolling.ts'
import { createToolbar } from './grid/toolbar.ts'
import { createValues } from './grid/values.ts'
import * as viewport from './viewport.ts'

export type { GridOptions } from './grid/context.ts'

export interface Grid {
  dispose(): void
}

const maxVisibleRows = 14

export function createGrid(options: GridOptions): Grid {
  let scheduled = 0
  const schedule = (): void => {
    scheduled ||= requestAnimationFrame(() => {
      scheduled = 0
      draw()
    })
  }
  const grid = createContext(options, schedule)
  const { frame, rows, host, link, table } = grid
  const head = createHead(grid)
  const body = createBody(grid)
  const status = createStatus(grid)
  const queries = createQueries(grid)
  const toolbar = createToolbar(grid, queries)
  const panels = createPanels(grid)
  const copies = createCopies(grid, status)
  const values = createValues(grid)
  const scrolling = createScrolling(grid, () => status.show())
  const openMenu = (place: number): void => openColumnMenu(grid, place, { panels, queries, copies })

  function draw(): void {
    toolbar.draw()
    const { places, seen } = layOutPage(grid)
    rows.want({ ...seen, columns: places.map(place => grid.layout.columns[place]!.column) })
    head.draw(places)
    body.draw(places, seen)
    status.draw()
    nameActiveCell(grid)
    if (values.isOpen) values.show()
  }

  frame.moreButton.addEventListener('click', () => openTableMenu(grid, { panels, queries, copies }))
  frame.scroller.addEventListener('scroll', () => {
    panels.close()
    scrolling.follow()
    draw()
  })
  frame.scroller.addEventListener('wheel', scrolling.onWheel, { passive: false })
  frame.scroller.addEventListener('keydown', event =>
    onKey(grid, event, { scrolling, queries, copies, values, openMenu }),
  )
  frame.scroller.addEventListener('focus', () => link && host?.post({ type: 'focus', id: link.id }))
  listenToPointer(grid, { head, scrolling, queries, values, openMenu })
  document.addEventListener('copy', copies.onCopy, true)
  const resized = new ResizeObserver(schedule)
  resized.observe(frame.scroller)
  const commands = host?.onMessage(message => {
    if (message.type !== 'command' || message.id !== link?.id) return
    void (message.command === 'save' ? copies.save() : copies.all())
  })

  draw()
  // What the first paint did not wait for.
  if (link && table.counted === false) rows.setQuery({})
  if (link && table.statisticsRows === 0 && table.nRows > 0) queries.refreshStatistics({})

  return {
    dispose() {
      cancelAnimationFrame(scheduled)
      toolbar.dispose()
      panels.close()
      queries.dispose()
      document.removeEventListener('copy', copies.onCopy, true)
      resized.disconnect()
      commands?.dispose()
      rows.dispose()
      link?.dispose()
      frame.element.remove()
    },
  }
}

/** Gives the page its measures. @returns the places of columns and the rows that are seen */
function layOutPage(grid: GridContext) {
  const { frame, rows, layout, fills } = grid
  const { scroller, sizer } = frame
  const { nRows, counted } = rows.state
  const extent = extentOf(grid)
  grid.top = Math.min(grid.top, viewport.maxTop(extent))
  const pinned = labelWidth(grid) + layout.pinnedWidth
  sizer.style.height = `${headHeight + viewport.drawnHeight(extent)}px`
  sizer.style.width = `${pinned + layout.width}px`
  scroller.setAttribute('aria-rowcount', String(counted ? nRows + 1 : -1))
  scroller.setAttribute('aria-colcount', String(layout.columns.length + 1))
  if (!fills) {
    const room = headHeight + Math.max(1, Math.min(nRows, maxVisibleRows)) * rowHeight + 14
    scroller.style.maxHeight = `${room}px`
  }
  const width = Math.max(200, scroller.clientWidth - pinned)
  const { from, until } = visibleColumns(layout, { left: scroller.scrollLeft, width })
  const places = [
    ...layout.columns.slice(0, layout.nPinned).map((_, i) => i),
    ...Array.from({ length: until - from }, (_, i) => from + i),
  ]
  return { places, seen: viewport.visibleRows(grid.top, extent) }
}

/** Says to assistive technology where the cursor is, while that is drawn. */
function nameActiveCell(grid: GridContext): void {
  const { element, scroller } = grid.frame
  const { row, column } = grid.selection.active
  const wanted = cellId(grid, row, column)
  if (element.querySelector(`#${CSS.escape(wanted)}`)) scroller.setAttribute('aria-activedescendant', wanted)
  else scroller.removeAttribute('aria-activedescendant')
}
