/** Order of rows by one column: missing values last in both directions, equal values in their old order. */
import type { Cell } from '../../library/display/messages.ts'

export interface Sorting {
  readonly column: number
  readonly descending: boolean
}

/** The sorting after a click on a column's head: ascending, descending, as it came. */
export function nextSorting(current: Sorting | undefined, column: number): Sorting | undefined {
  if (current?.column !== column) return { column, descending: false }
  return current.descending ? undefined : { column, descending: true }
}

/** @param numeric whether text stands for a number too large or special for JSON */
export function sortRows<Row extends readonly Cell[]>(
  rows: readonly Row[],
  sorting: Sorting | undefined,
  numeric = false,
): readonly Row[] {
  if (!sorting) return rows
  const sign = sorting.descending ? -1 : 1
  const value = (row: Row): Cell => {
    const cell = row[sorting.column] ?? null
    if (!numeric || typeof cell !== 'string') return cell
    const number = Number(cell)
    return Number.isNaN(number) ? null : number
  }
  return rows.toSorted((a, b) => {
    const [x, y] = [value(a), value(b)]
    if (x === null || y === null) return Number(x === null) - Number(y === null)
    return sign * compare(x, y)
  })
}

function compare(x: NonNullable<Cell>, y: NonNullable<Cell>): number {
  if (typeof x === 'string' && typeof y === 'string') return x < y ? -1 : Number(x > y)
  return Number(x) - Number(y)
}
