/** Preparation of numeric features: what is fitted on the training rows, and its use on all rows. */
import type { Preparation } from '../../language/index.ts'
import type { FittedNumber } from '../types.ts'

export type { FittedNumber } from '../types.ts'

type Numeric = Extract<Preparation, { kind: 'numeric' }>

/** The values of a column, in one order as often as one asks; NaN where missing. A page may be the buffer of the one before. */
export type ColumnPages = () => Iterable<Float64Array>

/**
 * Over the imputed values, so that the prepared training rows have mean 0 and standard deviation 1, or least 0 and
 * greatest 1.
 * @param median of the values that are not missing
 */
export function fitNumber(prepare: Numeric, training: ColumnPages, median: number | null): FittedNumber {
  const impute = imputed(prepare, training, median)
  const values: Values = { pages: training, impute }
  // What is not imputed has no part in the scale.
  const n = countOf(values)
  if (prepare.scale === 'none' || n === 0) return { impute, center: 0, scale: 1 }
  return { impute, ...(prepare.scale === 'min_max' ? fitRange(values) : fitMoments(values, n)) }
}

/** A column of one value becomes 0. */
function fitRange(values: Values): { center: number; scale: number } {
  const least = fold(values, Infinity, (min, x) => (x < min ? x : min))
  const greatest = fold(values, -Infinity, (max, x) => (x > max ? x : max))
  return { center: least, scale: usableScale(greatest - least) }
}

function fitMoments(values: Values, n: number): { center: number; scale: number } {
  const mean = fold(values, 0, (sum, x) => sum + x) / n
  // A sum of huge numbers overflows; then their mean is that of their parts.
  const center = Number.isFinite(mean) ? mean : fold(values, 0, (sum, x) => sum + x / n)
  const variance = fold(values, 0, (sum, x) => sum + (x - center) ** 2) / n
  return { center, scale: usableScale(Math.sqrt(variance)) }
}

/** What stands for missing values; null: they are left out. */
interface Values {
  readonly pages: ColumnPages
  readonly impute: number | null
}

function fold({ pages, impute }: Values, start: number, add: (result: number, x: number) => number): number {
  let result = start
  for (const page of pages())
    for (let i = 0; i < page.length; i++) {
      const x = page[i]!
      if (!Number.isNaN(x)) result = add(result, x)
      else if (impute !== null) result = add(result, impute)
    }
  return result
}

function countOf(values: Values): number {
  return fold(values, 0, n => n + 1)
}

/** A column of one value is centered and left at that; what is too wide for a number is as wide as numbers get. */
function usableScale(scale: number): number {
  if (scale === Infinity) return Number.MAX_VALUE
  return scale > 0 ? scale : 1
}

/** Imputes and scales in place. */
export function applyNumber(fitted: FittedNumber, column: Float64Array): void {
  const missing = fitted.impute ?? NaN
  for (let i = 0; i < column.length; i++)
    column[i] = (fill(column[i]!, missing) - fitted.center) / fitted.scale
}

function imputed(prepare: Numeric, training: ColumnPages, median: number | null): number | null {
  switch (prepare.impute) {
    case 'none':
      return null
    case 'zero':
      return 0
    case 'median':
      return median ?? 0
    case 'mean': {
      const known: Values = { pages: training, impute: null }
      const n = countOf(known)
      return n === 0 ? 0 : fold(known, 0, (sum, x) => sum + x) / n
    }
  }
}

function fill(x: number, missing: number): number {
  return Number.isNaN(x) ? missing : x
}
