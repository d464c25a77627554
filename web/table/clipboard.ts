/** Cells as text of a spreadsheet, and the clipboard. */
import type { Cell } from '../../library/display/messages.ts'
import type { Host } from './link.ts'

export function textOfCells(lines: readonly (readonly Cell[])[], format: 'tsv' | 'csv'): string {
  const separator = format === 'tsv' ? '\t' : ','
  return lines.map(cells => cells.map(cell => fieldOf(cell, separator)).join(separator)).join('\n')
}

function fieldOf(cell: Cell, separator: string): string {
  if (cell === null) return ''
  const text = String(cell)
  const isQuoted = /["\n\r]/.test(text) || text.includes(separator) || (text === '' && separator === ',')
  return isQuoted ? `"${text.replaceAll('"', '""')}"` : text
}

export interface Clipboard {
  /** Whether it could be done. */
  write(text: string): Promise<boolean>
}

/** The page's own clipboard where it is allowed to use it, else the host's. */
export function createClipboard(host: Host | undefined): Clipboard {
  return {
    async write(text) {
      try {
        await navigator.clipboard.writeText(text)
        return true
      } catch {
        host?.post({ type: 'clipboard', text })
        return host !== undefined
      }
    },
  }
}
