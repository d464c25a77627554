/**
 * Tables that live in memory (danfo, Arrow) as a bundle: the first page of rows and statistics of the columns, as
 * JSON for our renderer, as HTML for other clients and as text. The size of each is bounded.
 */
import { escapeHtml } from '../../library/display/html.ts'
import { tableMime, type Cell, type TableColumn, type TableMessage } from '../../library/display/messages.ts'

/** A table as random access to its values. */
export interface TableView {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly nRows: number
  value(row: number, column: number): unknown
  /** What stands at the left of a row. Default: nothing. */
  readonly rowLabel?: (row: number) => string
}

const pageRows = 100
const maxColumns = 200
const maxText = 500
/** Statistics are over this many rows, evenly spread. */
const statisticsRows = 20_000
const nBins = 20
const htmlRows = 50
const plainRows = 10
const plainWidth = 24

/** The bundle of a table, one page of it. */
export function tableBundle(view: TableView): Readonly<Record<string, unknown>> {
  const message = tableMessage(view)
  return { [tableMime]: message, 'text/html': tableHtml(message), 'text/plain': tableText(message) }
}

/** The message for our renderer. */
export function tableMessage(view: TableView): TableMessage {
  const labelled = labelColumn(view)
  const columns = view.columns.slice(0, maxColumns)
  const rows = Array.from({ length: Math.min(pageRows, view.nRows) }, (_, row) => [
    ...labelled.map(label => label(row)),
    ...columns.map((_, column) => toCell(view.value(row, column))),
  ])
  return {
    columns: [
      ...labelled.map(() => ({ name: '', type: 'string' })),
      ...columns.map((column, i) => ({ ...column, ...columnStatistics(view, i) })),
    ],
    rows,
    nRows: view.nRows,
    nColumns: view.columns.length,
    truncated: view.nRows > rows.length || view.columns.length > columns.length,
    statisticsRows: Math.min(view.nRows, statisticsRows),
  }
}

/** Row labels are shown when they say more than the row's number. */
function labelColumn({ rowLabel, nRows }: TableView): ((row: number) => string)[] {
  if (!rowLabel) return []
  for (let row = 0; row < Math.min(nRows, pageRows); row++)
    if (rowLabel(row) !== String(row)) return [rowLabel]
  return []
}

type Statistics = Pick<TableColumn, 'nNull' | 'nDistinct' | 'histogram' | 'top'>

function columnStatistics(view: TableView, column: number): Statistics {
  const step = Math.max(1, Math.ceil(view.nRows / statisticsRows))
  const numbers: number[] = []
  const counts = new Map<string, number>()
  let nNull = 0
  for (let row = 0; row < view.nRows; row += step) {
    const value = view.value(row, column)
    if (isMissing(value)) nNull += 1
    else if (typeof value === 'number' || typeof value === 'bigint') numbers.push(Number(value))
    else if (value instanceof Date) numbers.push(value.getTime())
    else counts.set(asText(value), (counts.get(asText(value)) ?? 0) + 1)
  }
  const distinct = counts.size > 0 ? counts.size : new Set(numbers).size
  const common = { nNull: nNull * step, nDistinct: distinct }
  if (counts.size > 0) return { ...common, top: mostFrequent(counts, step) }
  return { ...common, ...histogram(numbers.filter(Number.isFinite), step) }
}

function mostFrequent(counts: ReadonlyMap<string, number>, step: number) {
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 5)
    .map(([value, count]) => ({ value, count: count * step }))
}

function histogram(values: readonly number[], step: number): Pick<TableColumn, 'histogram'> {
  if (values.length === 0) return {}
  const min = values.reduce((a, b) => Math.min(a, b))
  const max = values.reduce((a, b) => Math.max(a, b))
  const counts = new Array<number>(min === max ? 1 : nBins).fill(0)
  for (const value of values) {
    const bin = min === max ? 0 : Math.min(nBins - 1, Math.floor(((value - min) / (max - min)) * nBins))
    counts[bin]! += step
  }
  return { histogram: { min, max, counts } }
}

const isMissing = (value: unknown) => value === null || value === undefined || Number.isNaN(value)

/** A value as JSON can say it (the encoding of `Cell`). */
export function toCell(value: unknown): Cell {
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean') return value
  if (typeof value === 'number')
    return Number.isFinite(value) ? value : Number.isNaN(value) ? null : String(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  return asText(value)
}

function asText(value: unknown): string {
  return cut(typeof value === 'object' && value !== null ? jsonText(value) : String(value))
}

function jsonText(value: object): string {
  if (value instanceof Uint8Array) return `0x${Buffer.from(value.subarray(0, maxText)).toString('hex')}`
  try {
    return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item)) ?? ''
  } catch {
    return String(value)
  }
}

const cut = (text: string) => (text.length > maxText ? `${text.slice(0, maxText)}…` : text)

const shape = ({ nRows, nColumns }: TableMessage) =>
  `${nRows.toLocaleString('en')} rows × ${nColumns.toLocaleString('en')} columns`

/** Plain HTML; every text is escaped. */
export function tableHtml(message: TableMessage): string {
  const head = message.columns.map(c => `<th title="${escapeHtml(c.type)}">${escapeHtml(c.name)}</th>`)
  const cell = (value: Cell) => `<td>${value === null ? '' : escapeHtml(String(value))}</td>`
  const rows = message.rows.slice(0, htmlRows).map(row => `<tr>${row.map(cell).join('')}</tr>`)
  return (
    `<table><thead><tr>${head.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>` +
    `<p>${escapeHtml(shape(message))}</p>`
  )
}

function tableText(message: TableMessage): string {
  const lines = [
    message.columns.map(({ name }) => name),
    ...message.rows.slice(0, plainRows).map(row => row.map(plainCell)),
  ]
  const widths = message.columns.map((_, i) =>
    Math.min(plainWidth, Math.max(...lines.map(line => (line[i] ?? '').length))),
  )
  const fit = (text: string, width: number) =>
    (text.length > width ? `${text.slice(0, width - 1)}…` : text).padEnd(width)
  const text = lines.map(line =>
    line
      .map((value, i) => fit(value, widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return [...text, shape(message)].join('\n')
}

const plainCell = (cell: Cell) => (cell === null ? '' : String(cell).replaceAll(/\s+/g, ' '))
