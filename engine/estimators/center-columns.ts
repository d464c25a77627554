/** Columns far from 0, such as years, say almost the same as the intercept: they are centered in a copy for the fit. */
import { EngineError } from '../errors.ts'
import type { EncodedRows } from './dataset.ts'

/** A mean of more than so many standard deviations is far. */
const far = 4

export interface CenteredRows {
  readonly rows: EncodedRows
  /** What was taken off, per column of numbers. */
  readonly shifts: Float64Array
}

/** @throws EngineError ENG006 where a number is missing or not finite */
export function centerColumns(rows: EncodedRows): CenteredRows {
  const shifts = new Float64Array(rows.numbers.length)
  const numbers = rows.numbers.map((column, j) => {
    const { mean, deviation } = summaryOf(column)
    if (!Number.isFinite(deviation))
      throw new EngineError(
        'ENG006',
        'Expected a finite number in every column on every training row, got a missing or an infinite one. Impute it, or leave those rows out with `where`.',
      )
    if (Math.abs(mean) <= far * deviation) return column
    shifts[j] = mean
    return column.map(x => x - mean)
  })
  return { rows: { ...rows, numbers }, shifts }
}

/** Exact for constant columns, because it starts from the first value. */
function summaryOf(column: Float64Array): { readonly mean: number; readonly deviation: number } {
  const first = column[0] ?? 0
  let [sum, squares] = [0, 0]
  for (let i = 0; i < column.length; i++) {
    const x = column[i]! - first
    sum += x
    squares += x * x
  }
  const mean = sum / column.length
  return { mean: first + mean, deviation: Math.sqrt(Math.max(0, squares / column.length - mean * mean)) }
}

/** Turns parameters of columns less their shifts into those of the columns as they are, in place. */
export function uncenter(
  parameters: Float64Array,
  { width, shifts }: { readonly width: number; readonly shifts: Float64Array },
): void {
  for (let at = 0; at < parameters.length; at += width)
    shifts.forEach((shift, j) => (parameters[at]! -= shift * parameters[at + 1 + j]!))
}
