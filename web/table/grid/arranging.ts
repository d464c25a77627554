/** The columns of a grid as a person arranges them. */
import { describeType } from '../column-head.ts'
import { change, layOut, type Arrangement } from '../columns.ts'
import { select } from '../selection.ts'
import { visibleRows } from '../viewport.ts'
import { extentOf, type GridContext } from './context.ts'

const maxFitWidth = 600

export function setArrangement(grid: GridContext, next: Arrangement): void {
  grid.arrangement = next
  grid.layout = layOut(next)
  const { row, column } = grid.selection.active
  grid.selection = select({ row, column: Math.max(0, Math.min(column, grid.layout.columns.length - 1)) })
  grid.schedule()
}

/** Makes a column as wide as its name and the values that are seen. */
export function fitColumn(grid: GridContext, at: number): void {
  const column = grid.columns[at]!
  const textWidth = measureIn(grid.frame.body)
  const seen = visibleRows(grid.top, extentOf(grid))
  const lengths = [
    textWidth(column.name) + 34,
    textWidth(describeType(column, grid.statisticsRows)) * 0.9 + 20,
  ]
  for (let row = seen.from; row < seen.until; row++) {
    const cell = grid.rows.cell(row, at)
    lengths.push(textWidth(cell === null || cell === undefined ? 'null' : grid.formats[at]!(cell)) + 22)
  }
  const width = Math.min(maxFitWidth, Math.max(...lengths))
  setArrangement(grid, change(grid.arrangement, at, { width }))
}

/** Pixels of a text in the font of an element. */
function measureIn(element: HTMLElement): (text: string) => number {
  const measure = document.createElement('canvas').getContext('2d')
  if (!measure) return text => text.length * 7.2
  measure.font = getComputedStyle(element).font
  return text => measure.measureText(text.slice(0, 200)).width
}
