/** The value under the cursor, in full. */
import { createDetail, type Detail } from '../detail.ts'
import { maxCellText, type GridContext } from './context.ts'

export interface Values {
  readonly isOpen: boolean
  show(): void
  /** Closes, and gives the focus back to the grid. */
  close(): void
}

export function createValues(grid: GridContext): Values {
  const { rows, link, clipboard, frame } = grid
  /** Of which cut value the rest was asked for. */
  let fullKey = ''
  const detail: Detail = createDetail(close, text => void clipboard.write(text))
  frame.scroller.after(detail.element)

  function close(): void {
    detail.close()
    fullKey = ''
    frame.scroller.focus({ preventScroll: true })
  }

  return {
    get isOpen() {
      return detail.isOpen
    },
    close,
    show() {
      const { row, column: place } = grid.selection.active
      if (row < 0 || row >= rows.state.nRows || grid.layout.columns.length === 0) return
      const at = grid.layout.columns[place]!.column
      const column = grid.columns[at]!
      const cell = rows.cell(row, at)
      const isCut = typeof cell === 'string' && cell.length > maxCellText && cell.endsWith('…')
      const key = `${row}:${at}:${JSON.stringify(rows.state.query)}`
      if (isCut && key === fullKey) return
      fullKey = isCut ? key : ''
      const note = isCut ? { note: link ? 'loading the rest…' : 'cut' } : {}
      detail.show({ column, row, cell, ...note })
      if (!isCut || !link || rows.state.limited !== undefined) return
      link.ask({ kind: 'value', ...rows.state.query, row, column: at }).then(
        answer => {
          if (!('value' in answer) || fullKey !== key) return
          const rest = answer.truncated ? { note: 'the first 100,000 characters' } : {}
          detail.show({ column, row, cell: answer.value, ...rest })
        },
        error => detail.show({ column, row, cell, note: String((error as Error).message) }),
      )
    },
  }
}
