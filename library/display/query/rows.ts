/** Filters and sorts the rows of a page. Pure; the renderer uses it where there is no kernel to ask. */
import type { Cell, TableQuery } from '../messages.ts'
import { createPredicate, createSearch, resolveFilter, type FilteredColumn } from './filter.ts'
import { compareScalars, isMissing, scalarOfCell } from './values.ts'

/**
 * The places of the rows that the query leaves, in its order.
 * @throws FilterError
 */
export function queryRows(
  rows: readonly (readonly Cell[])[],
  columns: readonly FilteredColumn[],
  { sort = [], filter = [], search = '' }: TableQuery,
): number[] {
  const scalar = (row: number, column: number) =>
    scalarOfCell(rows[row]?.[column] ?? null, columns[column]?.type ?? '')
  const tests = filter.map(item => {
    const column = columns[item.column]!
    const test = createPredicate(resolveFilter(item, column), column.type)
    return (row: number) => test(scalar(row, item.column))
  })
  if (search !== '') {
    const found = createSearch(search)
    tests.push(row => columns.some(({ type }, i) => found(scalar(row, i), type)))
  }
  const places = rows.map((_, row) => row).filter(row => tests.every(test => test(row)))
  return places.sort((a, b) => {
    for (const { column, descending } of sort) {
      const [x, y] = [scalar(a, column), scalar(b, column)]
      const order = compareScalars(x, y)
      if (order !== 0) return descending && !isMissing(x) && !isMissing(y) ? -order : order
    }
    return a - b
  })
}
