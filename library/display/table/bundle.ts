/** The bundle of a table: its first page for the grid, the same as HTML and as text. Everything is bounded. */
import { tableMime, type Cell, type MimeBundle, type TableMessage } from '../messages.ts'
import { toColumnCell } from './cells.ts'
import { memorySource } from './memory.ts'
import { offerTable } from './registry.ts'
import { columnStatistics, samplePlaces } from './statistics.ts'
import { tableHtml, tableText } from './text.ts'
import type { TableView } from './view.ts'

export const pageRows = 100
export const maxColumns = 200
/** Characters of a page: a notebook keeps what it shows. */
const maxPageLength = 300_000

export function tableBundle(message: TableMessage): MimeBundle {
  return { [tableMime]: message, 'text/html': tableHtml(message), 'text/plain': tableText(message) }
}

/** As many of the first rows as a message may hold; at least one. */
export function firstPage(rows: Iterable<readonly Cell[]>): readonly (readonly Cell[])[] {
  const page: (readonly Cell[])[] = []
  let length = 0
  for (const row of rows) {
    length += row.reduce<number>((sum, cell) => sum + (typeof cell === 'string' ? cell.length + 3 : 8), 2)
    if (page.length === pageRows || (page.length > 0 && length > maxPageLength)) break
    page.push(row)
  }
  return page
}

/** The message of a table in memory. */
export function viewMessage(view: TableView): TableMessage {
  const columns = view.columns.slice(0, maxColumns)
  const places = samplePlaces(view.nRows, columns.length)
  const rows = firstPage(
    Array.from({ length: Math.min(pageRows, view.nRows) }, (_, row) =>
      columns.map(column => toColumnCell(column.value(row), column.type)),
    ),
  )
  return {
    columns: columns.map(column => {
      const { name, type, detail, isLabel } = column
      return {
        name,
        type,
        ...(detail === undefined ? {} : { detail }),
        ...(isLabel ? { isLabel } : {}),
        ...columnStatistics(column, places),
      }
    }),
    rows,
    nRows: view.nRows,
    nColumns: view.columns.filter(column => !column.isLabel).length,
    truncated: view.nRows > rows.length || view.columns.length > columns.length,
    statisticsRows: places.length,
  }
}

/**
 * The bundle of a value in memory, with a handle by which the grid asks for more of it.
 * @param toView reads the value; called again when the grid asks
 */
export function valueBundle<Value extends object>(
  value: Value,
  toView: (value: Value) => TableView,
): MimeBundle {
  const view = toView(value)
  const handle = offerTable(value, {
    nCells: view.nRows * view.columns.length,
    createSource: kept => memorySource(toView(kept)),
  })
  return tableBundle({ ...viewMessage(view), ...(handle === undefined ? {} : { handle }) })
}
