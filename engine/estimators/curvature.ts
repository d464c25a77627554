/**
 * The curvature of the logistic objective where all rows have the base rate, as a preconditioner: complete one-hot
 * columns beside a free intercept are nearly collinear, which no diagonal scaling mends.
 */
import type { EncodedRows } from './dataset.ts'

export interface ParameterLayout {
  /** Numbers, then each one-hot feature's categories and other, then the intercept. */
  readonly nParameters: number
  /** First parameter of every one-hot feature. */
  readonly offsets: readonly number[]
  /** Parameters of every one-hot feature. */
  readonly sizes: readonly number[]
  readonly intercept: number
}

/** Beyond so many parameters the factorization costs more than it saves. */
const maxParameters = 1000
/** Rows that the curvature between parameters is taken from, evenly spaced; that of one parameter uses all. */
const maxRows = 100_000

export interface CurvatureOptions {
  /** Mean curvature per row at the base rate: p(1 − p). */
  readonly weight: number
  /** The parameters are divided by these. */
  readonly scales: Float64Array
}

/** Solves curvature · x = b in place; absent when there are too many parameters. */
export function curvatureSolver(
  rows: EncodedRows,
  layout: ParameterLayout,
  options: CurvatureOptions,
): ((b: Float64Array) => void) | undefined {
  if (layout.nParameters > maxParameters) return undefined
  const factor = meanProducts(rows, layout)
  const n = layout.nParameters
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) factor[i * n + j]! *= options.weight * options.scales[i]! * options.scales[j]!
  for (let i = 0; i < n; i++) {
    const sampled = options.weight * options.scales[i]! ** 2 * factor[i * n + i]!
    // The scales make every parameter's own curvature 1, penalty included; rows passed over add to it.
    factor[i * n + i] = Math.max(1, sampled) + 1e-9
  }
  return factorize(factor, n) ? b => solve(factor, n, b) : undefined
}

/** Lower triangle of the weighted mean of xxᵀ over evenly spaced rows, (nParameters, nParameters). */
function meanProducts(rows: EncodedRows, layout: ParameterLayout): Float64Array {
  const n = layout.nParameters
  const products = new Float64Array(n * n)
  const stride = Math.ceil(rows.nRows / maxRows)
  const index = new Int32Array(rows.numbers.length + rows.codes.length + 1)
  const value = new Float64Array(index.length).fill(1)
  let total = 0
  index.forEach((_, j) => (index[j] = j))
  index[index.length - 1] = layout.intercept
  for (let i = 0; i < rows.nRows; i += stride) {
    const weight = rows.weights ? rows.weights[i]! : 1
    total += weight
    for (let j = 0; j < rows.numbers.length; j++) value[j] = rows.numbers[j]![i]!
    for (let k = 0; k < rows.codes.length; k++) {
      const code = rows.codes[k]![i]!
      index[rows.numbers.length + k] = layout.offsets[k]! + (code < 0 ? layout.sizes[k]! - 1 : code)
    }
    // Indices ascend, so the second of a pair is the row of the lower triangle.
    for (let a = 0; a < index.length; a++)
      for (let b = a; b < index.length; b++)
        products[index[b]! * n + index[a]!]! += weight * value[a]! * value[b]!
  }
  return products.map(sum => sum / total)
}

/** Cholesky in the lower triangle; false where the matrix is not positive definite. */
function factorize(matrix: Float64Array, n: number): boolean {
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = matrix[i * n + j]!
      for (let k = 0; k < j; k++) sum -= matrix[i * n + k]! * matrix[j * n + k]!
      if (i === j && !(sum > 0)) return false
      matrix[i * n + j] = i === j ? Math.sqrt(sum) : sum / matrix[j * n + j]!
    }
  }
  return true
}

function solve(factor: Float64Array, n: number, b: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let sum = b[i]!
    for (let k = 0; k < i; k++) sum -= factor[i * n + k]! * b[k]!
    b[i] = sum / factor[i * n + i]!
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[i]!
    for (let k = i + 1; k < n; k++) sum -= factor[k * n + i]! * b[k]!
    b[i] = sum / factor[i * n + i]!
  }
}
