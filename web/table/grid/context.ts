/** What the parts of a grid share: its page, its rows, and what a person made of them, in plain values. */
import type { Cell, TableColumn, TableMessage } from '../../../library/display/messages.ts'
import { count } from '../../support/numbers.ts'
import { createClipboard, type Clipboard } from '../clipboard.ts'
import { describeType } from '../column-head.ts'
import { layOut, type Arrangement, type Layout } from '../columns.ts'
import { createFormat, type CellFormat } from '../format.ts'
import { createLink, type Host, type Link } from '../link.ts'
import { createRows, type Rows } from '../rows.ts'
import { select, type Selection } from '../selection.ts'
import type { Extent } from '../viewport.ts'
import { createFrame, type Frame } from './frame.ts'

export const rowHeight = 22
export const headHeight = 74
/** A page's cells have no more characters of a text. */
export const maxCellText = 500

export interface GridOptions {
  readonly table: TableMessage
  /** Where the grid is put. */
  readonly root: ShadowRoot | HTMLElement
  /** By which a kernel can be asked. Without it the grid shows what the message has. */
  readonly host?: Host | undefined
  /** Whether it fills its place, as in a tab, and not only as much as its rows need. */
  readonly fills?: boolean
}

export interface GridContext {
  readonly id: string
  readonly table: TableMessage
  readonly host: Host | undefined
  readonly fills: boolean
  readonly link: Link | undefined
  readonly rows: Rows
  readonly clipboard: Clipboard
  readonly frame: Frame
  /** Draws with the next frame of the screen. */
  readonly schedule: () => void
  columns: readonly TableColumn[]
  formats: readonly CellFormat[]
  statisticsRows: number
  /** How often the figures were renewed. */
  nStatistics: number
  arrangement: Arrangement
  /** What `arrangement` comes to. */
  layout: Layout
  selection: Selection
  /** Pixels of rows above the first that is seen. */
  top: number
}

let nGrids = 0

/** A grid's state at its beginning, its page in `root`. */
export function createContext(
  { table, root, host, fills = false }: GridOptions,
  schedule: () => void,
): GridContext {
  const id = `grid-${++nGrids}`
  const link = host && table.handle !== undefined ? createLink(host, table.handle) : undefined
  const frame = createFrame({ table, fills })
  root.append(frame.element)
  const arrangement = table.columns.map((column, place) => ({
    column: place,
    width: initialWidth(column, table, place),
    hidden: false,
    pinned: column.isLabel ?? false,
  }))
  return {
    id,
    table,
    host,
    fills,
    link,
    rows: createRows({ table, link, onChange: schedule }),
    clipboard: createClipboard(host),
    frame,
    schedule,
    columns: table.columns,
    formats: createFormats(table.columns, table),
    statisticsRows: table.statisticsRows,
    nStatistics: 0,
    arrangement,
    layout: layOut(arrangement),
    selection: select({ row: 0, column: 0 }),
    top: 0,
  }
}

/** How far the rows reach, and how much of them is seen. */
export function extentOf({ rows, frame }: GridContext): Extent {
  const height = Math.max(rowHeight, frame.scroller.clientHeight - headHeight)
  return { nRows: rows.state.nRows, rowHeight, height }
}

/** Pixels of the column with the numbers of the rows. */
export function labelWidth({ rows }: GridContext): number {
  return Math.max(40, 16 + 7.5 * count(rows.state.nRows).length)
}

export const nameOf = ({ name }: TableColumn): string => (name === '' ? 'row label' : name)

export const cellId = ({ id }: GridContext, row: number, place: number): string => `${id}-${row}-${place}`

export const isActive = ({ selection }: GridContext, row: number, place: number): boolean =>
  selection.active.row === row && selection.active.column === place

/** Where the columns' values are shown as fits the first page. */
export function createFormats(
  columns: readonly TableColumn[],
  { rows }: TableMessage,
): readonly CellFormat[] {
  return columns.map((column, i) => createFormat(column, valuesAt(rows, i)))
}

const valuesAt = (rows: TableMessage['rows'], place: number): Cell[] => rows.map(row => row[place] ?? null)

/** Enough for the name and most values of the first page. */
function initialWidth(column: TableColumn, { rows, statisticsRows }: TableMessage, place: number): number {
  const values = valuesAt(rows, place)
  const format = createFormat(column, values)
  const lengths = values.map(value => (value === null ? 4 : format(value).length)).sort((a, b) => a - b)
  const most = lengths[Math.floor(lengths.length * 0.95)] ?? 0
  const head = Math.max(column.name.length + 4, describeType(column, statisticsRows).length * 0.9)
  const floor = column.histogram || column.top ? 112 : 72
  return Math.round(Math.min(320, Math.max(floor, 7.6 * most + 22, 7.4 * head + 22)))
}
