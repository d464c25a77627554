/** Cells that leave a grid: for the clipboard, and as files. What is not here the kernel is asked for. */
import type { Cell } from '../../../library/display/messages.ts'
import { count } from '../../support/numbers.ts'
import { textOfCells } from '../clipboard.ts'
import { rangeOf } from '../selection.ts'
import { maxCellText, type GridContext } from './context.ts'
import type { Status } from './draw-status.ts'

/** More cells are text of the kernel. */
const maxLocalCopy = 200_000

export interface Copies {
  /** The selected cells as text, if all are here in full. */
  selectedText(header: boolean): string | undefined
  selection(options: { readonly header: boolean }): Promise<void>
  all(): Promise<void>
  save(): Promise<void>
  /** Answers the page's own copying when the grid is what is copied from. */
  onCopy(event: ClipboardEvent): void
}

interface CopyRange {
  readonly format: 'tsv' | 'csv'
  readonly header: boolean
  readonly offset: number
  readonly limit: number
  readonly columns: readonly number[]
}

export function createCopies(grid: GridContext, status: Status): Copies {
  const { rows, link, clipboard, table } = grid

  function selectedText(header: boolean): string | undefined {
    const range = rangeOf(grid.selection)
    const places = grid.layout.columns.slice(range.fromColumn, range.toColumn + 1)
    if ((range.toRow - range.fromRow + 1) * places.length > maxLocalCopy) return undefined
    const lines: (readonly Cell[])[] = header ? [places.map(({ column }) => grid.columns[column]!.name)] : []
    for (let row = range.fromRow; row <= Math.min(range.toRow, rows.state.nRows - 1); row++) {
      const cells = places.map(({ column }) => rows.cell(row, column))
      if (!cells.every(isWhole) && link && rows.state.limited === undefined) return undefined
      lines.push(cells.map(cell => cell ?? null))
    }
    return textOfCells(lines, 'tsv')
  }

  async function fromKernel(range: CopyRange): Promise<void> {
    status.say('Copying…')
    try {
      const answer = await link!.ask(
        { kind: 'copy', ...rows.state.query, ...range },
        { onProgress: share => status.say(`Copying… ${Math.round(100 * share)} %`) },
      )
      if ('text' in answer) announce(await clipboard.write(answer.text), answer.nRows, answer.truncated)
    } catch (error) {
      status.complain((error as Error).message)
    }
  }

  function announce(done: boolean, nRows: number, truncated: boolean): void {
    if (!done) return status.complain('The clipboard cannot be written here.')
    const rest = truncated ? ': the others are too many to copy, save them instead' : ''
    status.say(`${count(nRows)} ${nRows === 1 ? 'row' : 'rows'} copied${rest}`)
  }

  return {
    selectedText,
    async selection({ header }) {
      const { fromRow, toRow, fromColumn, toColumn } = rangeOf(grid.selection)
      const nRows = toRow - fromRow + 1
      const text = selectedText(header)
      if (text !== undefined) return announce(await clipboard.write(text), nRows, false)
      const columns = grid.layout.columns.slice(fromColumn, toColumn + 1).map(({ column }) => column)
      await fromKernel({ format: 'tsv', header, offset: fromRow, limit: nRows, columns })
    },
    async all() {
      const { nRows, limited } = rows.state
      const columns = grid.layout.columns.map(({ column }) => column)
      if (link && limited === undefined && table.truncated)
        return fromKernel({ format: 'csv', header: true, offset: 0, limit: nRows, columns })
      const lines: (readonly Cell[])[] = [columns.map(column => grid.columns[column]!.name)]
      for (let row = 0; row < nRows; row++) lines.push(columns.map(column => rows.cell(row, column) ?? null))
      announce(await clipboard.write(textOfCells(lines, 'csv')), nRows, limited !== undefined)
    },
    async save() {
      try {
        const columns = grid.layout.columns.map(({ column }) => column)
        const answer = await link!.save({ kind: 'save', ...rows.state.query, columns, format: 'csv' })
        if ('path' in answer) status.say(`${count(answer.nRows)} rows saved in ${answer.path}`)
      } catch (error) {
        status.complain((error as Error).message)
      }
    },
    onCopy(event) {
      if (!event.composedPath().includes(grid.frame.scroller)) return
      const text = selectedText(false)
      if (text === undefined || !event.clipboardData) return
      event.clipboardData.setData('text/plain', text)
      event.preventDefault()
      event.stopPropagation()
      const { fromRow, toRow } = rangeOf(grid.selection)
      announce(true, toRow - fromRow + 1, false)
    },
  }
}

const isWhole = (cell: Cell | undefined): boolean =>
  cell !== undefined && !(typeof cell === 'string' && cell.length > maxCellText)
