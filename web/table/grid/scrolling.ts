/** Which rows and columns of a grid are seen. */
import type { Selection } from '../selection.ts'
import * as viewport from '../viewport.ts'
import { extentOf, labelWidth, rowHeight, type GridContext } from './context.ts'

export interface Scrolling {
  /** Selects, and scrolls to where the cursor is. */
  show(next: Selection): void
  /** After the scroller has moved. */
  follow(): void
  onWheel(event: WheelEvent): void
}

/** @param onShow before something else is selected */
export function createScrolling(grid: GridContext, onShow: () => void): Scrolling {
  const { scroller } = grid.frame
  let ownScroll: number | undefined

  function scrollTo(target: number): void {
    const extent = extentOf(grid)
    grid.top = Math.max(0, Math.min(viewport.maxTop(extent), target))
    scroller.scrollTop = ownScroll = Math.round(viewport.scrollOfTop(grid.top, extent))
    grid.schedule()
  }

  function scrollToColumn(place: number): void {
    const placed = grid.layout.columns[place]
    if (!placed || placed.pinned) return
    const width = scroller.clientWidth - labelWidth(grid) - grid.layout.pinnedWidth
    if (placed.left < scroller.scrollLeft) scroller.scrollLeft = placed.left
    else if (placed.left + placed.width > scroller.scrollLeft + width)
      scroller.scrollLeft = Math.min(placed.left, placed.left + placed.width - width)
  }

  return {
    show(next) {
      grid.selection = next
      onShow()
      const { row, column } = next.active
      if (row >= 0) {
        const target = viewport.topShowing(row, grid.top, extentOf(grid))
        if (target !== grid.top) scrollTo(target)
      }
      scrollToColumn(column)
      grid.schedule()
    },
    follow() {
      const { scrollTop } = scroller
      if (ownScroll === undefined || Math.abs(scrollTop - ownScroll) > 1)
        grid.top = viewport.topOfScroll(scrollTop, extentOf(grid))
      ownScroll = undefined
    },
    /** Where the bar stands for a share of the rows, the wheel still moves by rows. */
    onWheel(event) {
      const extent = extentOf(grid)
      if (!viewport.isScaled(extent) || event.ctrlKey || event.shiftKey || event.deltaY === 0) return
      const unit = event.deltaMode === 1 ? rowHeight : event.deltaMode === 2 ? extent.height : 1
      const target = Math.max(0, Math.min(viewport.maxTop(extent), grid.top + event.deltaY * unit))
      if (target === grid.top) return
      event.preventDefault()
      scrollTo(target)
    },
  }
}
