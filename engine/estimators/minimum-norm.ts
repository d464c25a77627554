/**
 * Of all optima of an unpenalized linear model the one of least Σβ², intercept not counted: the directions in which no
 * row's score changes once the intercept makes up for it are taken out of the coefficients.
 */
import { maxParameters } from './curvature.ts'
import { createSampler, type Design } from './design.ts'
import { columnProducts, rowWeights } from './products.ts'

/** Share of a column's variance below which it is a combination of others. */
const dependence = 1e-11
/** Share of a column's mean square below which it is constant. */
const constancy = 1e-14

/** Changes the parameters of every score in place. Those of very many columns stay as they are. */
export function leastNorm(design: Design, parameters: Float64Array): void {
  const { nParameters: width } = design.layout
  if (width > maxParameters) return
  const sample = createSampler(design)(4 * width + 1000)
  // More rows never make columns more dependent.
  if (undetermined(sample).basis.length === 0) return
  const { basis, means } = undetermined(design)
  for (let at = 0; at < parameters.length; at += width) {
    const beta = parameters.subarray(at + 1, at + width)
    for (const direction of basis) {
      const length = dot(direction, beta)
      for (let j = 0; j < beta.length; j++) beta[j]! -= length * direction[j]!
      parameters[at]! += length * dot(direction, means)
    }
  }
}

/** Gives each of the first parameters of classes' scores the mean 0: moving all scores alike changes no probability. */
export function centerScores(
  parameters: Float64Array,
  { width, nMoved }: { readonly width: number; readonly nMoved: number },
): void {
  const nScores = parameters.length / width
  if (nScores === 1) return
  for (let j = 0; j < nMoved; j++) {
    let mean = 0
    for (let k = 0; k < nScores; k++) mean += parameters[k * width + j]! / nScores
    for (let k = 0; k < nScores; k++) parameters[k * width + j]! -= mean
  }
}

interface Undetermined {
  /** Orthonormal directions of the coefficients along which rows' scores differ by a constant. */
  readonly basis: readonly Float64Array[]
  readonly means: Float64Array
}

function undetermined(design: Design): Undetermined {
  const { covariance, means, deviations } = covarianceOf(design)
  const n = means.length
  const { order, rank } = pivotedCholesky(covariance, n)
  const directions = order.slice(rank).map((dependent, d) => {
    const direction = new Float64Array(n)
    direction[dependent] = -1
    if (deviations[dependent]! > 0) {
      const combination = backSubstitute(covariance, { n, order, rank, row: rank + d })
      combination.forEach(
        (c, r) => (direction[order[r]!] = (c * deviations[dependent]!) / deviations[order[r]!]!),
      )
    }
    return direction
  })
  return { basis: orthonormal(directions), means }
}

/** Correlations; of constant columns 0. */
function covarianceOf(design: Design) {
  const width = design.layout.nParameters
  const n = width - 1
  const products = columnProducts(design, rowWeights)
  const total = products[0]!
  const means = Float64Array.from({ length: n }, (_, i) => products[(i + 1) * width]! / total)
  const deviations = means.map((mean, i) => {
    const square = products[(i + 1) * width + i + 1]! / total
    const variance = square - mean * mean
    return variance > constancy * square ? Math.sqrt(variance) : 0
  })
  const covariance = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const scale = deviations[i]! * deviations[j]!
      const value =
        scale > 0 ? (products[(i + 1) * width + j + 1]! / total - means[i]! * means[j]!) / scale : 0
      covariance[i * n + j] = value
      covariance[j * n + i] = value
    }
  return { covariance, means, deviations }
}

/**
 * Right-looking, with symmetric interchanges: afterwards row i of the matrix, i a place in `order`, holds row i of L in
 * its first min(i + 1, rank) columns.
 */
function pivotedCholesky(
  matrix: Float64Array,
  n: number,
): { readonly order: readonly number[]; readonly rank: number } {
  const order = Array.from({ length: n }, (_, i) => i)
  for (let k = 0; k < n; k++) {
    let pivot = k
    for (let i = k + 1; i < n; i++) if (matrix[i * n + i]! > matrix[pivot * n + pivot]!) pivot = i
    if (!(matrix[pivot * n + pivot]! > dependence)) return { order, rank: k }
    swap(matrix, { n, a: k, b: pivot })
    ;[order[k], order[pivot]] = [order[pivot]!, order[k]!]
    const root = Math.sqrt(matrix[k * n + k]!)
    matrix[k * n + k] = root
    for (let i = k + 1; i < n; i++) matrix[i * n + k]! /= root
    for (let i = k + 1; i < n; i++) {
      const factor = matrix[i * n + k]!
      if (factor !== 0) for (let j = k + 1; j < n; j++) matrix[i * n + j]! -= factor * matrix[j * n + k]!
    }
  }
  return { order, rank: n }
}

function swap(
  matrix: Float64Array,
  { n, a, b }: { readonly n: number; readonly a: number; readonly b: number },
): void {
  if (a === b) return
  for (let j = 0; j < n; j++)
    [matrix[a * n + j], matrix[b * n + j]] = [matrix[b * n + j]!, matrix[a * n + j]!]
  for (let i = 0; i < n; i++)
    [matrix[i * n + a], matrix[i * n + b]] = [matrix[i * n + b]!, matrix[i * n + a]!]
}

/** The combination of the independent columns that a dependent one, in place `row`, is: Lᵀ c = its row of L. */
function backSubstitute(
  factor: Float64Array,
  of: { readonly n: number; readonly order: readonly number[]; readonly rank: number; readonly row: number },
): Float64Array {
  const { n, rank, row } = of
  const c = new Float64Array(rank)
  for (let i = rank - 1; i >= 0; i--) {
    let sum = factor[row * n + i]!
    for (let k = i + 1; k < rank; k++) sum -= factor[k * n + i]! * c[k]!
    c[i] = sum / factor[i * n + i]!
  }
  return c
}

/** Gram and Schmidt, twice, because once loses digits. */
function orthonormal(directions: readonly Float64Array[]): readonly Float64Array[] {
  const basis: Float64Array[] = []
  for (const direction of directions) {
    for (let pass = 0; pass < 2; pass++)
      for (const other of basis) {
        const length = dot(other, direction)
        for (let j = 0; j < direction.length; j++) direction[j]! -= length * other[j]!
      }
    const length = Math.sqrt(dot(direction, direction))
    basis.push(direction.map(v => v / length))
  }
  return basis
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!
  return sum
}
