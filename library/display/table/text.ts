/** The first rows of a table as text and as HTML, for clients that do not have the grid. */
import { escapeHtml } from '../html.ts'
import type { Cell, TableColumn, TableMessage } from '../messages.ts'
import { cellText, shapeText } from '../query/format.ts'
import { isNumeric } from '../query/values.ts'

const htmlRows = 20
const htmlColumns = 40
const maxHtmlText = 120
const plainRows = 10
const plainWidth = 32
const maxLineWidth = 140

const quiet = 'opacity:0.6;font-weight:normal'

/** A table with its shape as the caption; every text of the data is escaped. */
export function tableHtml(message: TableMessage): string {
  const columns = message.columns.slice(0, htmlColumns)
  const rows = message.rows.slice(0, htmlRows)
  const head = columns.map(
    column =>
      `<th scope="col"${alignment(column)} title="${escapeHtml(headTitle(column, message))}">${escapeHtml(column.name)}` +
      `<br><small style="${quiet}">${column.isLabel ? '' : escapeHtml(column.type)}</small></th>`,
  )
  const body = rows.map(
    row => `<tr>${columns.map((column, i) => htmlCell(row[i] ?? null, column)).join('')}</tr>`,
  )
  return (
    `<table><caption style="text-align:left;${quiet}">${escapeHtml(captionOf(message, rows.length, columns))}</caption>` +
    `<thead><tr>${head.join('')}</tr></thead><tbody>${body.join('')}</tbody></table>`
  )
}

// Both ways of saying it: some sanitizers drop styles, others drop the attribute.
const alignment = ({ type }: TableColumn): string =>
  isNumeric(type) ? ' align="right" style="text-align:right"' : ' align="left" style="text-align:left"'

function htmlCell(cell: Cell, column: TableColumn): string {
  if (cell === null) return `<td${alignment(column)}><em style="${quiet}">null</em></td>`
  const text = cellText(cell, column.type)
  const shown = text.length > maxHtmlText ? `${text.slice(0, maxHtmlText)}…` : text
  const content = escapeHtml(shown)
  return column.isLabel ? `<th scope="row">${content}</th>` : `<td${alignment(column)}>${content}</td>`
}

function headTitle(
  { type, detail, nNull = 0, nDistinct }: TableColumn,
  { statisticsRows }: TableMessage,
): string {
  const facts = [detail ?? type]
  if (statisticsRows > 0) {
    facts.push(`${((100 * nNull) / statisticsRows).toFixed(1)} % null`)
    if (nDistinct !== undefined) facts.push(`about ${nDistinct.toLocaleString('en')} different values`)
  }
  return facts.join(', ')
}

function captionOf(message: TableMessage, nShown: number, columns: readonly TableColumn[]): string {
  const parts = [shapeText(message)]
  if (nShown < message.nRows) parts.push(`first ${nShown} rows shown`)
  const nData = columns.filter(column => !column.isLabel).length
  if (nData < message.nColumns) parts.push(`first ${nData} columns shown`)
  return parts.join(' · ')
}

/** Aligned columns as wide as a terminal, and the shape below. */
export function tableText(message: TableMessage): string {
  const rows = message.rows.slice(0, plainRows)
  const texts = message.columns.map((column, i) => [
    oneLine(column.name),
    ...rows.map(row => plainCell(row[i] ?? null, column.type)),
  ])
  const widths = texts.map(column => Math.min(plainWidth, Math.max(...column.map(widthOf))))
  let nFitting = 0
  for (let width = 0; nFitting < widths.length; nFitting++) {
    width += widths[nFitting]! + 2
    if (width > maxLineWidth && nFitting > 0) break
  }
  const lines = Array.from({ length: rows.length + 1 }, (_, line) =>
    message.columns
      .slice(0, nFitting)
      .map(({ type }, i) => fit(texts[i]![line]!, widths[i]!, isNumeric(type)))
      .join('  ')
      .trimEnd(),
  )
  const nColumns = message.columns.slice(0, nFitting).filter(column => !column.isLabel).length
  const left = message.nRows - rows.length
  const notes = [
    shapeText(message),
    ...(left > 0 ? [`first ${rows.length} rows shown`] : []),
    ...(nColumns < message.nColumns ? [`first ${nColumns} columns shown`] : []),
  ]
  return [...lines, notes.join(' · ')].join('\n')
}

const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ')

const plainCell = (cell: Cell, type: string) => (cell === null ? 'null' : oneLine(cellText(cell, type)))

function fit(text: string, width: number, right: boolean): string {
  const shown = widthOf(text) > width ? `${cutTo(text, width - 1)}…` : text
  const blanks = ' '.repeat(Math.max(0, width - widthOf(shown)))
  return right ? blanks + shown : shown + blanks
}

/** Characters of East Asian scripts and most pictures take two places in a terminal. */
const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1faff}]/u // prettier-ignore

function widthOf(text: string): number {
  let width = 0
  for (const character of text) width += wide.test(character) ? 2 : 1
  return width
}

function cutTo(text: string, width: number): string {
  let taken = ''
  let room = width
  for (const character of text) {
    room -= wide.test(character) ? 2 : 1
    if (room < 0) break
    taken += character
  }
  return taken
}
