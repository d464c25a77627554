/** Preparation of numeric features: what is fitted on the training rows, and its use on all rows. */
import type { Preparation } from '../../language/index.ts'
import type { FittedNumber } from '../types.ts'

export type { FittedNumber } from '../types.ts'

type Numeric = Extract<Preparation, { kind: 'numeric' }>

/**
 * Over the imputed values, so that the prepared training rows have mean 0 and standard deviation 1, or least 0 and
 * greatest 1.
 * @param training (nRows), NaN where missing
 * @param median of the values that are not missing
 */
export function fitNumber(prepare: Numeric, training: Float64Array, median: number | null): FittedNumber {
  const impute = imputed(prepare, training, median)
  // What is not imputed has no part in the scale.
  const values = impute === null ? training.filter(x => !Number.isNaN(x)) : training
  if (prepare.scale === 'none' || values.length === 0) return { impute, center: 0, scale: 1 }
  const missing = impute ?? NaN
  return {
    impute,
    ...(prepare.scale === 'min_max' ? fitRange(values, missing) : fitMoments(values, missing)),
  }
}

/** A column of one value becomes 0. */
function fitRange(training: Float64Array, missing: number): { center: number; scale: number } {
  let least = Infinity
  let greatest = -Infinity
  for (let i = 0; i < training.length; i++) {
    const x = fill(training[i]!, missing)
    if (x < least) least = x
    if (x > greatest) greatest = x
  }
  return { center: least, scale: usableScale(greatest - least) }
}

function fitMoments(training: Float64Array, missing: number): { center: number; scale: number } {
  const mean = meanOf(training, missing)
  // A sum of huge numbers overflows; then their mean is that of their parts.
  const center = Number.isFinite(mean) ? mean : meanOfParts(training, missing)
  const variance = meanOf(
    training.map(x => (fill(x, missing) - center) ** 2),
    0,
  )
  return { center, scale: usableScale(Math.sqrt(variance)) }
}

function meanOfParts(values: Float64Array, missing: number): number {
  return values.reduce((sum, x) => sum + fill(x, missing) / values.length, 0)
}

/** A column of one value is centered and left at that; what is too wide for a number is as wide as numbers get. */
function usableScale(scale: number): number {
  if (scale === Infinity) return Number.MAX_VALUE
  return scale > 0 ? scale : 1
}

/** 1 where the value is missing, of a column before preparation. */
export function indicatorOf(column: Float64Array): Float64Array {
  return column.map(x => (Number.isNaN(x) ? 1 : 0))
}

/** Imputes and scales in place. */
export function applyNumber(fitted: FittedNumber, column: Float64Array): void {
  const missing = fitted.impute ?? NaN
  for (let i = 0; i < column.length; i++)
    column[i] = (fill(column[i]!, missing) - fitted.center) / fitted.scale
}

function imputed(prepare: Numeric, training: Float64Array, median: number | null): number | null {
  switch (prepare.impute) {
    case 'none':
      return null
    case 'zero':
      return 0
    case 'median':
      return median ?? 0
    case 'mean': {
      const known = training.filter(x => !Number.isNaN(x))
      return known.length === 0 ? 0 : meanOf(known, 0)
    }
  }
}

function meanOf(values: Float64Array, missing: number): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += fill(values[i]!, missing)
  return sum / values.length
}

function fill(x: number, missing: number): number {
  return Number.isNaN(x) ? missing : x
}
