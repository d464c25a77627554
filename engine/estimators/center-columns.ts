/** Columns far from 0, such as years, say almost the same as the intercept: they are centered in a copy for the fit. */
import { EngineError } from '../errors.ts'
import { mapPages, pagesOf, type EncodedRows, type Rows } from './dataset.ts'

/** A mean of more than so many standard deviations is far. */
const far = 4

export interface CenteredRows<R extends Rows> {
  readonly rows: R
  /** What was taken off, per column of numbers. */
  readonly shifts: Float64Array
}

/** @throws EngineError ENG006 where a number is missing or not finite */
export function centerColumns<R extends Rows>(rows: R): CenteredRows<R> {
  const shifts = shiftsOf(rows)
  if (shifts.every(shift => shift === 0)) return { rows, shifts }
  const center = (page: EncodedRows): EncodedRows => ({
    ...page,
    numbers: page.numbers.map((column, j) => {
      const shift = shifts[j]!
      return shift === 0 ? column : column.map(x => x - shift)
    }),
  })
  return { rows: mapPages(rows, center), shifts }
}

/** The means of columns that are far from 0. */
function shiftsOf(rows: Rows): Float64Array {
  let sums: ColumnSums[] = []
  for (const { numbers } of pagesOf(rows)) {
    if (sums.length === 0) sums = numbers.map(column => ({ first: column[0] ?? 0, sum: 0, squares: 0 }))
    numbers.forEach((column, j) => addColumn(sums[j]!, column))
  }
  return Float64Array.from(sums, ({ first, sum, squares }) => {
    const mean = sum / rows.nRows
    const deviation = Math.sqrt(Math.max(0, squares / rows.nRows - mean * mean))
    if (!Number.isFinite(deviation))
      throw new EngineError(
        'ENG006',
        'Expected a finite number in every column on every training row, got a missing or an infinite one. Impute it, or leave those rows out with `where`.',
      )
    return Math.abs(first + mean) <= far * deviation ? 0 : first + mean
  })
}

/** Exact for constant columns, because everything is taken from the first value on. */
interface ColumnSums {
  readonly first: number
  sum: number
  squares: number
}

function addColumn(sums: ColumnSums, column: Float64Array): void {
  const { first } = sums
  let { sum, squares } = sums
  for (let i = 0; i < column.length; i++) {
    const x = column[i]! - first
    sum += x
    squares += x * x
  }
  sums.sum = sum
  sums.squares = squares
}

/** Turns parameters of columns less their shifts into those of the columns as they are, in place. */
export function uncenter(
  parameters: Float64Array,
  { width, shifts }: { readonly width: number; readonly shifts: Float64Array },
): void {
  for (let at = 0; at < parameters.length; at += width)
    shifts.forEach((shift, j) => (parameters[at]! -= shift * parameters[at + 1 + j]!))
}
