/** What keys do in a grid. */
import { change, move } from '../columns.ts'
import { moved } from '../selection.ts'
import { setArrangement } from './arranging.ts'
import { extentOf, rowHeight, type GridContext } from './context.ts'
import type { Copies } from './copies.ts'
import type { Queries } from './queries.ts'
import type { Scrolling } from './scrolling.ts'
import type { Values } from './values.ts'

export interface KeyParts {
  readonly scrolling: Scrolling
  readonly queries: Queries
  readonly copies: Copies
  readonly values: Values
  /** Opens the menu of the column at a place. */
  readonly openMenu: (place: number) => void
}

interface Pressed {
  readonly event: KeyboardEvent
  /** Letters are lower case. */
  readonly key: string
  readonly control: boolean
}

export function onKey(grid: GridContext, event: KeyboardEvent, parts: KeyParts): void {
  const control = event.ctrlKey || event.metaKey
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  if (!act(grid, { event, key, control }, parts) && !step(grid, { event, key, control }, parts)) return
  event.preventDefault()
  event.stopPropagation()
}

/** Moves the cursor; whether the key does. */
function step(grid: GridContext, { event, key, control }: Pressed, { scrolling }: KeyParts): boolean {
  const nColumns = grid.layout.columns.length
  if (event.altKey || nColumns === 0) return false
  const pageRows = Math.max(1, Math.floor(extentOf(grid).height / rowHeight) - 1)
  const bounds = { nRows: grid.rows.state.nRows, nColumns, pageRows }
  const next = moved(grid.selection, { key, shift: event.shiftKey, control }, bounds)
  if (next) scrolling.show(next)
  return next !== undefined
}

/** Does what the key is for; whether it is for something. */
function act(grid: GridContext, pressed: Pressed, parts: KeyParts): boolean {
  const { event, key, control } = pressed
  const { row, column: place } = grid.selection.active
  const at = grid.layout.columns[place]?.column
  if (at === undefined) return false
  if (control) return actWithControl(grid, pressed, parts)
  if (event.altKey && (key === 'ArrowLeft' || key === 'ArrowRight')) {
    const by = key === 'ArrowRight' ? 1 : -1
    const width = grid.layout.columns[place]!.width + 16 * by
    const { arrangement } = grid
    setArrangement(grid, event.shiftKey ? move(arrangement, at, by) : change(arrangement, at, { width }))
    return true
  }
  if (key === 'ContextMenu' || (event.shiftKey && key === 'F10') || (event.altKey && key === 'ArrowDown')) {
    parts.openMenu(place)
    return true
  }
  if (key === 'Enter') {
    if (row < 0) parts.queries.cycleSort(at, event.shiftKey)
    else parts.values.show()
    return true
  }
  if (key !== 'Escape' || !parts.values.isOpen) return false
  parts.values.close()
  return true
}

function actWithControl(grid: GridContext, { event, key }: Pressed, parts: KeyParts): boolean {
  switch (key) {
    case 'c':
      // The event that follows writes what is here; the rest is fetched.
      if (!event.shiftKey && parts.copies.selectedText(false) !== undefined) return false
      void parts.copies.selection({ header: event.shiftKey })
      return true
    case 'a': {
      const active = {
        row: Math.max(0, grid.rows.state.nRows - 1),
        column: grid.layout.columns.length - 1,
      }
      parts.scrolling.show({ active, anchor: { row: 0, column: 0 } })
      return true
    }
    case 'f':
      grid.frame.search.focus()
      return true
    default:
      return false
  }
}
