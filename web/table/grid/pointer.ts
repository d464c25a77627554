/** What a pointer does in a grid: selects, sorts, moves and resizes columns, opens values and menus. */
import { change, moveBefore } from '../columns.ts'
import { select, type Place } from '../selection.ts'
import { fitColumn, setArrangement } from './arranging.ts'
import { headHeight, labelWidth, rowHeight, type GridContext } from './context.ts'
import type { Head } from './draw-head.ts'
import type { Queries } from './queries.ts'
import type { Scrolling } from './scrolling.ts'
import type { Values } from './values.ts'

export interface PointerParts {
  readonly head: Head
  readonly scrolling: Scrolling
  readonly queries: Queries
  readonly values: Values
  /** Opens the menu of the column at a place. */
  readonly openMenu: (place: number) => void
}

/** A pointer that moved less has not dragged. */
const dragDistance = 6

/** Listens to the grid's scroller, as long as that lives. */
export function listenToPointer(grid: GridContext, parts: PointerParts): void {
  const { scroller } = grid.frame
  const { scrolling, values, openMenu } = parts
  /** What was pressed last: while the grid has captured the pointer, later events name the grid itself. */
  let pressed: Element | undefined

  scroller.addEventListener('pointerdown', event => {
    const target = event.target as Element
    pressed = target
    if (event.button !== 0) return
    if (target.classList.contains('resizer')) return startResize(grid, event)
    const found = placeOf(event)
    if (!found) return
    if (target.classList.contains('dots')) return void (event.preventDefault(), openMenu(found.column))
    if (found.row < 0) return startHead(grid, event, { place: found.column, parts })
    scroller.focus({ preventScroll: true })
    if (found.column < 0) selectRow(grid, event, { row: found.row, scrolling })
    else startSelection(grid, event, { active: found, scrolling })
  })
  scroller.addEventListener('dblclick', () => {
    const place = Number(pressed?.closest<HTMLElement>('[data-place]')?.dataset['place'] ?? -1)
    if (place < 0) return
    if (pressed!.classList.contains('resizer')) fitColumn(grid, grid.layout.columns[place]!.column)
    else if (grid.selection.active.row >= 0) values.show()
  })
  scroller.addEventListener('contextmenu', event => {
    const found = placeOf(event)
    if (!found || found.column < 0 || found.row >= 0) return
    event.preventDefault()
    openMenu(found.column)
  })
}

/** Of the cell that an event is in; the head is row -1, the numbers of the rows are column -1. */
function placeOf(event: Event): Place | undefined {
  const cell = (event.target as Element | null)?.closest<HTMLElement>('[data-row], [data-place]')
  if (!cell) return undefined
  return { row: Number(cell.dataset['row'] ?? -1), column: Number(cell.dataset['place'] ?? -1) }
}

/** Of the cell below a pointer, or the nearest one. */
function placeUnder(grid: GridContext, { clientX, clientY }: PointerEvent): Place | undefined {
  const { layout, frame, rows } = grid
  const box = frame.scroller.getBoundingClientRect()
  const y = Math.max(headHeight, Math.min(box.height - 1, clientY - box.top))
  const row = Math.floor((grid.top + y - headHeight) / rowHeight)
  const x = clientX - box.left - labelWidth(grid)
  const inPins = x < layout.pinnedWidth
  const left = inPins ? x : x - layout.pinnedWidth + frame.scroller.scrollLeft
  const part = layout.columns
    .map((column, place) => ({ ...column, place }))
    .filter(column => column.pinned === inPins)
  const over = part.findLast(column => column.left <= left) ?? part[0]
  return over && { row: Math.max(0, Math.min(rows.state.nRows - 1, row)), column: over.place }
}

/** The number of a row stands for the row. */
function selectRow(
  { layout, selection }: GridContext,
  event: PointerEvent,
  { row, scrolling }: { readonly row: number; readonly scrolling: Scrolling },
): void {
  const from = event.shiftKey ? selection.anchor.row : row
  scrolling.show({ active: { row, column: layout.columns.length - 1 }, anchor: { row: from, column: 0 } })
}

function startSelection(
  grid: GridContext,
  event: PointerEvent,
  { active, scrolling }: { readonly active: Place; readonly scrolling: Scrolling },
): void {
  scrolling.show(select(active, event.shiftKey ? grid.selection.anchor : active))
  if (event.shiftKey) event.preventDefault()
  drag(grid, event, {
    onMove(moving) {
      const over = placeUnder(grid, moving)
      if (over) scrolling.show({ ...grid.selection, active: over })
    },
  })
}

function startResize(grid: GridContext, event: PointerEvent): void {
  event.preventDefault()
  const place = Number((event.target as Element).closest<HTMLElement>('[data-place]')?.dataset['place'])
  const { column: at, width } = grid.layout.columns[place]!
  const from = event.clientX
  drag(grid, event, {
    onMove: ({ clientX }) =>
      setArrangement(grid, change(grid.arrangement, at, { width: width + clientX - from })),
  })
}

/** A click sorts, a drag moves the column. */
function startHead(
  grid: GridContext,
  event: PointerEvent,
  { place, parts }: { readonly place: number; readonly parts: PointerParts },
): void {
  const { head, scrolling, queries } = parts
  const from = event.clientX
  const { column: at } = grid.layout.columns[place]!
  let isDrag = false
  grid.frame.scroller.focus({ preventScroll: true })
  drag(grid, event, {
    onMove(moving) {
      isDrag ||= Math.abs(moving.clientX - from) > dragDistance
      const over = isDrag ? placeUnder(grid, moving)?.column : undefined
      for (const cell of grid.frame.head.querySelectorAll<HTMLElement>('.th'))
        cell.classList.toggle('target', over !== place && Number(cell.dataset['place']) === over)
    },
    onEnd(last) {
      scrolling.show(select({ row: -1, column: place }))
      if (!isDrag) return last.type === 'pointerup' ? queries.cycleSort(at, event.shiftKey) : undefined
      const over = placeUnder(grid, last)
      head.forget()
      if (!over || over.column === place) return grid.schedule()
      const target = grid.layout.columns[over.column]!.column
      const where = { column: target, behind: over.column > place }
      setArrangement(grid, moveBefore(grid.arrangement, at, where))
    },
  })
}

interface DragParts {
  readonly onMove: (event: PointerEvent) => void
  readonly onEnd?: (event: PointerEvent) => void
}

/** The grid keeps the pointer until it is let go. */
function drag(
  { frame: { scroller } }: GridContext,
  { pointerId }: PointerEvent,
  { onMove, onEnd }: DragParts,
): void {
  scroller.setPointerCapture(pointerId)
  const end = (last: PointerEvent): void => {
    scroller.removeEventListener('pointermove', onMove)
    scroller.removeEventListener('pointerup', end)
    scroller.removeEventListener('pointercancel', end)
    onEnd?.(last)
  }
  scroller.addEventListener('pointermove', onMove)
  scroller.addEventListener('pointerup', end)
  scroller.addEventListener('pointercancel', end)
}
