/** Cells as text for people. Pure; the renderer has it too. */
import type { Cell } from '../messages.ts'
import { isTime } from './values.ts'

/** A time without the zone, which is always UTC, without seconds that are zero, and everything else as it is. */
export function cellText(cell: NonNullable<Cell>, type: string): string {
  if (typeof cell !== 'string' || !isTime(type)) return String(cell)
  return cell
    .replace('T', ' ')
    .replace(/(:00)?(\.0+)?Z$/, '')
    .replace(/Z$/, '')
}

/** `1,000 rows × 8 columns`. */
export function shapeText(shape: { nRows: number; nColumns: number; counted?: boolean }): string {
  const { nRows, nColumns, counted = true } = shape
  const rows = `${counted ? '' : 'more than '}${nRows.toLocaleString('en')} ${nRows === 1 ? 'row' : 'rows'}`
  return `${rows} × ${nColumns.toLocaleString('en')} ${nColumns === 1 ? 'column' : 'columns'}`
}
