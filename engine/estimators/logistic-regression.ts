/** Binary logistic regression by its own names; the fit is linear.ts's. */
import type { EncodedRows } from './dataset.ts'
import type { LinearParameters } from './estimator.ts'
import { fitLogistic } from './linear.ts'

export interface LogisticRegression {
  readonly l2: number
  readonly l1: number
  readonly maxIterations: number
  readonly tolerance: number
}

export interface FitOptions {
  /** Categories of every one-hot feature; each feature has one column more, for every other value. */
  readonly nCategories: readonly number[]
  readonly signal?: AbortSignal
  readonly onIteration?: (iteration: number, meanObjective: number) => void
}

export interface LogisticModel {
  readonly intercept: number
  /** One per numeric feature. */
  readonly numbers: Float64Array
  /** Per one-hot feature: one weight per category, then that of every other value. */
  readonly categories: readonly Float64Array[]
  readonly iterations: number
  readonly converged: boolean
  readonly objective: number
}

export async function fitLogisticRegression(
  { l1, l2, maxIterations, tolerance }: LogisticRegression,
  rows: EncodedRows,
  { nCategories, signal, onIteration }: FitOptions,
): Promise<LogisticModel> {
  const { parameters, iterations, converged, objective } = await fitLogistic({
    training: rows,
    label: { kind: 'bool' },
    nCategories,
    hyperparameters: { l1, l2, max_iterations: maxIterations, tolerance },
    seed: 0,
    threads: 1,
    ...(signal && { signal }),
    ...(onIteration && {
      onProgress: ({ done, message }) => onIteration(done, Number(message.split(' ').at(-1))),
    }),
  })
  const { intercept, numbers, categories } = (parameters as LinearParameters).scores[0]!
  return {
    intercept,
    numbers: Float64Array.from(numbers),
    categories: categories.map(values => Float64Array.from(values)),
    iterations,
    converged,
    objective,
  }
}

/** The probability of every row. */
export function predictLogistic(
  model: Pick<LogisticModel, 'intercept' | 'numbers' | 'categories'>,
  rows: EncodedRows,
): Float64Array {
  const probabilities = new Float64Array(rows.nRows).fill(model.intercept)
  rows.numbers.forEach((column, j) => {
    const weight = model.numbers[j]!
    for (let i = 0; i < rows.nRows; i++) probabilities[i]! += weight * column[i]!
  })
  rows.codes.forEach((column, k) => {
    const weights = model.categories[k]!
    const other = weights.length - 1
    for (let i = 0; i < rows.nRows; i++) probabilities[i]! += weights[column[i]! < 0 ? other : column[i]!]!
  })
  for (let i = 0; i < rows.nRows; i++) probabilities[i] = sigmoid(probabilities[i]!)
  return probabilities
}

/** Never overflows. */
export function sigmoid(z: number): number {
  if (z >= 0) return 1 / (1 + Math.exp(-z))
  const e = Math.exp(z)
  return e / (1 + e)
}
