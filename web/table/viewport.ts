/**
 * Which rows are seen. A browser draws nothing taller than some million pixels: of a table that would be, the scroll
 * bar stands for a share of the rows, and the wheel still moves row by row. Pure.
 */

/** Well below what browsers can do at any zoom. */
const maxHeight = 8_000_000

export interface Extent {
  readonly nRows: number
  readonly rowHeight: number
  /** Of the rows' part of the window. */
  readonly height: number
}

/** How tall the rows are drawn. */
export function drawnHeight({ nRows, rowHeight }: Extent): number {
  return Math.min(nRows * rowHeight, maxHeight)
}

export const isScaled = ({ nRows, rowHeight }: Extent): boolean => nRows * rowHeight > maxHeight

/** The largest distance from the top, in pixels of rows. */
export function maxTop({ nRows, rowHeight, height }: Extent): number {
  return Math.max(0, nRows * rowHeight - height)
}

/** From where the scroll bar stands to where the rows are. */
export function topOfScroll(scrollTop: number, extent: Extent): number {
  const range = drawnHeight(extent) - extent.height
  if (!isScaled(extent) || range <= 0) return scrollTop
  return Math.min(1, scrollTop / range) * maxTop(extent)
}

/** From where the rows are to where the scroll bar stands. */
export function scrollOfTop(top: number, extent: Extent): number {
  if (!isScaled(extent)) return top
  return (top / maxTop(extent)) * (drawnHeight(extent) - extent.height)
}

/** The rows to be drawn, `until` excluded, with a few beyond the edges. */
export function visibleRows(top: number, extent: Extent, beyond = 4): { from: number; until: number } {
  const first = Math.floor(top / extent.rowHeight)
  const last = Math.ceil((top + extent.height) / extent.rowHeight)
  return { from: Math.max(0, first - beyond), until: Math.min(extent.nRows, last + beyond) }
}

/** The nearest place from which a row is wholly seen. */
export function topShowing(row: number, top: number, extent: Extent): number {
  const start = row * extent.rowHeight
  if (start < top) return start
  const end = start + extent.rowHeight - extent.height
  return Math.min(maxTop(extent), Math.max(top, end))
}
