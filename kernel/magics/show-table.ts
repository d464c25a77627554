/** A small table for people: HTML, and text for other clients. */
import { escapeHtml } from '../../library/display/html.ts'
import type { Json } from '../wire/message.ts'

export function showTable(head: readonly string[], rows: readonly (readonly string[])[]): Json {
  return { 'text/html': htmlTable(head, rows), 'text/plain': textTable(head, rows) }
}

function htmlTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  // Short texts, such as sizes, are not worth a second line.
  const style = (text: string) => `text-align:left${text.length <= 24 ? ';white-space:nowrap' : ''}`
  const cell = (tag: string) => (text: string) =>
    `<${tag} style="${style(text)}">${escapeHtml(text)}</${tag}>`
  const body = rows.map(row => `<tr>${row.map(cell('td')).join('')}</tr>`).join('')
  return `<table><thead><tr>${head.map(cell('th')).join('')}</tr></thead><tbody>${body}</tbody></table>`
}

export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows].map(row => row.map(cell => cell.replace(/\s+/g, ' ')))
  const widths = head.map((_, i) => Math.max(...lines.map(row => row[i]?.length ?? 0)))
  return lines
    .map(row =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
