/** Preparation of numeric features: what is fitted on the training rows, and its use on all rows. */
import type { Preparation } from '../../language/index.ts'

export interface FittedNumber {
  readonly impute: number | null
  readonly center: number
  readonly scale: number
}

type Numeric = Extract<Preparation, { kind: 'numeric' }>

/**
 * @param training (nRows), NaN where missing
 * @param median of the values that are not missing
 */
export function fitNumber(prepare: Numeric, training: Float64Array, median: number | null): FittedNumber {
  const impute = imputed(prepare, training, median)
  if (prepare.scale === 'none') return { impute, center: 0, scale: 1 }
  const center = meanOf(training, impute ?? 0)
  const scale = Math.sqrt(
    meanOf(
      training.map(x => (fill(x, impute ?? 0) - center) ** 2),
      0,
    ),
  )
  // A column of one value is centered and left at that.
  return { impute, center, scale: scale > 0 && Number.isFinite(scale) ? scale : 1 }
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
