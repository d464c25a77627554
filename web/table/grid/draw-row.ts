/** What the head and the rows of a grid have in common: pinned columns stay, the others scroll. */
import { h } from '../../support/dom.ts'
import { labelWidth, type GridContext } from './context.ts'

export interface RowParts {
  /** Of the layout's columns, in order, the pinned ones first. */
  readonly places: readonly number[]
  /** One for each place. */
  readonly cells: readonly HTMLElement[]
  readonly label: HTMLElement
  /** `aria-rowindex`; the head has 1. */
  readonly index: number
  readonly className: string
}

export function rowElement(grid: GridContext, parts: RowParts): HTMLElement {
  const { places, cells, label, index, className } = parts
  const { layout } = grid
  const nPinned = places.filter(place => place < layout.nPinned).length
  const pinnedWidth = labelWidth(grid) + layout.pinnedWidth
  const pins = h('div', { class: 'pins', role: 'presentation' }, label, ...cells.slice(0, nPinned))
  pins.style.width = `${pinnedWidth}px`
  const others = h('div', { class: 'others', role: 'presentation' }, ...cells.slice(nPinned))
  others.style.left = `${pinnedWidth}px`
  return h('div', { class: className, role: 'row', 'aria-rowindex': index }, pins, others)
}

/** Puts a cell where its column is. */
export function position(grid: GridContext, element: HTMLElement, place: number): void {
  const { left, width, pinned } = grid.layout.columns[place]!
  element.style.left = `${pinned ? labelWidth(grid) + left : left}px`
  element.style.width = `${width}px`
}
