/** Below the rows: the shape of the table, what is selected, what is waited for, and what went wrong. */
import { shapeText } from '../../../library/display/query/format.ts'
import { count } from '../../support/numbers.ts'
import { rangeOf } from '../selection.ts'
import type { GridContext } from './context.ts'

export interface Status {
  draw(): void
  /** In the place of the shape, until that changes or `show` is called; rows that arrive leave it there. */
  say(text: string): void
  /** The shape again. */
  show(): void
  complain(text: string): void
}

export function createStatus(grid: GridContext): Status {
  const { table, rows, frame } = grid
  const { status, problem, bar, element } = frame
  let shape = ''
  let mostRows = table.nRows

  return {
    draw() {
      const { nRows, query, busy, limited, problem: wrong } = rows.state
      const isFiltered = (query.filter?.length ?? 0) > 0 || (query.search ?? '') !== ''
      // A table that is computed when asked for is counted by its first answers, which a filter comes after.
      if (!isFiltered && limited === undefined) mostRows = Math.max(mostRows, nRows)
      const total = limited === undefined ? mostRows : table.nRows
      const text = busy ? textOf(busy) : describe(grid, { total, isFiltered }).join(' · ')
      if (text !== shape) status.textContent = shape = text
      const said = wrong ?? limited ?? ''
      if (problem.textContent !== said) problem.textContent = said
      bar.hidden = busy === undefined
      bar.style.setProperty('--share', busy?.share === undefined ? '' : `${100 * busy.share}%`)
      element.classList.toggle('waiting', busy !== undefined)
    },
    say(text) {
      status.textContent = text
    },
    show() {
      if (status.textContent !== shape) status.textContent = shape
    },
    complain(text) {
      problem.textContent = text
    },
  }
}

const textOf = ({ text, share }: { readonly text: string; readonly share?: number }): string =>
  share === undefined ? text : `${text} ${Math.round(100 * share)} %`

function describe(
  { table, rows, columns, arrangement, selection, statisticsRows }: GridContext,
  { total, isFiltered }: { readonly total: number; readonly isFiltered: boolean },
): readonly string[] {
  const { nRows, counted, limited } = rows.state
  const parts = [shapeText({ nRows: total, nColumns: table.nColumns, counted })]
  if (isFiltered) parts.push(`${count(nRows)} after filter`)
  const nHidden = arrangement.filter(({ hidden }) => hidden).length
  if (nHidden > 0) parts.push(`${nHidden} hidden`)
  const nData = columns.filter(column => !column.isLabel).length
  if (nData < table.nColumns) parts.push(`first ${count(nData)} columns`)
  if (statisticsRows > 0 && statisticsRows < total) parts.push(`statistics of ${count(statisticsRows)} rows`)
  const range = rangeOf(selection)
  const nSelected = (range.toRow - range.fromRow + 1) * (range.toColumn - range.fromColumn + 1)
  if (nSelected > 1 && selection.active.row >= 0) parts.push(`${count(nSelected)} cells selected`)
  if (limited !== undefined && table.truncated) parts.push(`first ${count(table.rows.length)} rows here`)
  return parts
}
