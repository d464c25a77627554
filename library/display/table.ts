/** What a cell shows of a table: a page of rows and statistics of the columns, as JSON, HTML and text. */
import type { ResultBatch, Value } from '../../catalog/columns/database.ts'
import {
  computeTableStatistics,
  type ColumnStatistics,
  type TableStatistics,
} from '../../catalog/columns/statistics.ts'
import { kindOf } from '../../catalog/columns/kinds.ts'
import { currentSession } from '../session.ts'
import type { Table } from '../tables/table.ts'
import { escapeHtml } from './html.ts'
import { tableMime, type Cell, type MimeBundle, type TableColumn, type TableMessage } from './messages.ts'

const pageRows = 100
const maxColumns = 200
/** Longer text is cut: no page grows with its data. */
const maxText = 500
const htmlRows = 50
const plainRows = 10
const plainWidth = 24

/** The bundle of a table. */
export async function displayTable(table: Table): Promise<MimeBundle> {
  const page = await table.page(pageRows)
  const shown = { columns: page.columns.slice(0, maxColumns), rows: page.rows }
  const statistics = await computeTableStatistics(currentSession().database, table.toSql(), shown.columns, {
    isScan: table.isScan,
  })
  const message = tableMessage(page, shown, statistics)
  return { [tableMime]: message, 'text/html': tableHtml(message), 'text/plain': tableText(message) }
}

function tableMessage(page: ResultBatch, shown: ResultBatch, statistics: TableStatistics): TableMessage {
  return {
    columns: shown.columns.map((column, i) =>
      messageColumn(column.name, column.sqlType, statistics.columns[i]),
    ),
    rows: shown.rows.map(row => row.slice(0, maxColumns).map(toCell)),
    nRows: statistics.nRows,
    nColumns: page.columns.length,
    truncated: statistics.nRows > page.rows.length || page.columns.length > shown.columns.length,
    statisticsRows: statistics.statisticsRows,
  }
}

function messageColumn(name: string, sqlType: string, statistics: ColumnStatistics | undefined): TableColumn {
  const kind = kindOf(sqlType)
  const { nNull, nDistinct, histogram, min, max, top } = statistics ?? {}
  return {
    name,
    type: kind === 'other' ? sqlType.toLowerCase() : kind,
    ...(nNull === undefined ? {} : { nNull }),
    ...(nDistinct === undefined ? {} : { nDistinct }),
    ...(histogram && min !== undefined && max !== undefined
      ? { histogram: { min, max, counts: histogram } }
      : {}),
    ...(top ? { top: top.map(({ value, count }) => ({ value: cut(value), count })) } : {}),
  }
}

/** A value as JSON can say it. */
export function toCell(value: Value): Cell {
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value === 'string') return cut(value)
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (value instanceof Uint8Array) return cut(`0x${Buffer.from(value.subarray(0, maxText)).toString('hex')}`)
  return cut(JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item)))
}

function cut(text: string): string {
  return text.length > maxText ? `${text.slice(0, maxText)}…` : text
}

function shape({ nRows, nColumns }: TableMessage): string {
  return `${nRows.toLocaleString('en')} rows × ${nColumns.toLocaleString('en')} columns`
}

function tableHtml(message: TableMessage): string {
  const head = message.columns.map(
    ({ name, type }) => `<th title="${escapeHtml(type)}">${escapeHtml(name)}</th>`,
  )
  const rows = message.rows
    .slice(0, htmlRows)
    .map(
      row =>
        `<tr>${row.map(cell => `<td>${cell === null ? '' : escapeHtml(String(cell))}</td>`).join('')}</tr>`,
    )
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
  const text = lines.map(line =>
    line
      .map((cell, i) => fit(cell, widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return [...text, shape(message)].join('\n')
}

function plainCell(cell: Cell): string {
  return cell === null ? '' : String(cell).replaceAll(/\s+/g, ' ')
}

function fit(text: string, width: number): string {
  return (text.length > width ? `${text.slice(0, width - 1)}…` : text).padEnd(width)
}
