/** Weighted products between the columns of a design matrix, and their Cholesky factor. */
import { blockRows, blocksOf, type Block, type Design } from './design.ts'
import { createNumberProducts } from './linear-kernel/products.ts'

/** Gives the rows of a block their weights of 0 or more, in buffers of so many. */
export type Weighing = (block: Block, weights: readonly Float64Array[]) => void

/** As the rows say. */
export const rowWeights: Weighing = ({ rows, from, n }, [weights]) => {
  if (rows.weights) weights!.set(rows.weights.subarray(from, from + n))
  else weights!.fill(1)
}

/** Σ weight · x xᵀ over the rows, (nParameters, nParameters), row after row; only the lower triangle is filled in. */
export function columnProducts(design: Design, weigh: Weighing): Float64Array {
  return columnProductsBy(design, 1, weigh)[0]!
}

/** The same by each of several weights of a row. */
export function columnProductsBy(design: Design, nWeights: number, weigh: Weighing): readonly Float64Array[] {
  const { nParameters: width } = design.layout
  const each = Array.from({ length: nWeights }, () => ({
    products: new Float64Array(width * width),
    buffer: new Float64Array(blockRows(design)),
  }))
  const ofNumbers = createNumberProducts(design, nWeights)
  const values = new Float64Array(blockRows(design))
  for (const block of blocksOf(design)) {
    const weights = each.map(({ buffer }) => buffer.subarray(0, block.n))
    weigh(block, weights)
    each.forEach(({ products }, w) => {
      ofNumbers.add(block, weights[w]!, w)
      if (block.rows.codes.length > 0)
        addCodeProducts(design, block, { products, weighted: weights[w]!, values })
    })
  }
  each.forEach(({ products }, w) => ofNumbers.finish(products, width, w))
  return each.map(({ products }) => products)
}

/** Of every category with whatever there is; `values` is a buffer. */
function addCodeProducts(
  design: Design,
  block: Block,
  of: { readonly products: Float64Array; readonly weighted: Float64Array; readonly values: Float64Array },
): void {
  const { products, weighted, values } = of
  const { rows, from, n } = block
  addCodes(design, block, { products, values: weighted, column: 0 })
  for (let k = 0; k < rows.codes.length; k++) addCodePairs(design, block, { products, weighted, k })
  rows.numbers.forEach((x, j) => {
    for (let i = 0; i < n; i++) values[i] = weighted[i]! * x[from + i]!
    addCodes(design, block, { products, values, column: 1 + j })
  })
}

/** Of every category with the intercept or a column of numbers. */
function addCodes(
  { layout }: Design,
  { rows, from, n }: Block,
  of: { readonly products: Float64Array; readonly values: Float64Array; readonly column: number },
): void {
  const { products, values, column } = of
  const width = layout.nParameters
  for (let k = 0; k < rows.codes.length; k++) {
    const codes = rows.codes[k]!
    const base = layout.bases[k]! + 1
    for (let i = 0; i < n; i++) products[(base + codes[from + i]!) * width + column]! += values[i]!
  }
}

/** Of the categories of column k with themselves and with those of the columns before it. */
function addCodePairs(
  { layout }: Design,
  { rows, from, n }: Block,
  of: { readonly products: Float64Array; readonly weighted: Float64Array; readonly k: number },
): void {
  const { products, weighted, k } = of
  const width = layout.nParameters
  const codes = rows.codes[k]!
  const base = layout.bases[k]! + 1
  for (let other = 0; other <= k; other++) {
    const otherCodes = rows.codes[other]!
    const otherBase = layout.bases[other]! + 1
    for (let i = 0; i < n; i++) {
      const row = base + codes[from + i]!
      products[row * width + otherBase + otherCodes[from + i]!]! += weighted[i]!
    }
  }
}

/** Cholesky, in place in the lower triangle; false where the matrix is not positive definite. */
export function factorize(matrix: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++)
      matrix[i * n + j] = (matrix[i * n + j]! - dotRows(matrix, i * n, j * n, j)) / matrix[j * n + j]!
    const rest = matrix[i * n + i]! - dotRows(matrix, i * n, i * n, i)
    if (!(rest > 0)) return false
    matrix[i * n + i] = Math.sqrt(rest)
  }
  return true
}

/**
 * The factor of the matrix without row and column r, in place of that of an (n, n) matrix (Golub and Van Loan, Matrix
 * Computations, 6.5.4).
 */
export function withoutRow(factor: Float64Array, n: number, r: number): void {
  const column = Float64Array.from({ length: n - 1 - r }, (_, i) => factor[(r + 1 + i) * n + r]!)
  for (let i = 0; i < n - 1; i++)
    for (let j = 0; j <= i; j++)
      factor[i * (n - 1) + j] = factor[(i < r ? i : i + 1) * n + (j < r ? j : j + 1)]!
  for (let k = r; k < n - 1; k++) {
    const x = column[k - r]!
    const own = factor[k * (n - 1) + k]!
    const length = Math.hypot(own, x)
    const [c, s] = [length / own, x / own]
    factor[k * (n - 1) + k] = length
    for (let i = k + 1; i < n - 1; i++) {
      const value = (factor[i * (n - 1) + k]! + s * column[i - r]!) / c
      factor[i * (n - 1) + k] = value
      column[i - r] = c * column[i - r]! - s * value
    }
  }
}

/** Four sums, so that no addition waits for the one before. */
function dotRows(matrix: Float64Array, a: number, b: number, n: number): number {
  let [p, q, r, s] = [0, 0, 0, 0]
  let k = 0
  for (; k + 4 <= n; k += 4) {
    p += matrix[a + k]! * matrix[b + k]!
    q += matrix[a + k + 1]! * matrix[b + k + 1]!
    r += matrix[a + k + 2]! * matrix[b + k + 2]!
    s += matrix[a + k + 3]! * matrix[b + k + 3]!
  }
  for (; k < n; k++) p += matrix[a + k]! * matrix[b + k]!
  return p + q + (r + s)
}

/** Solves L Lᵀ x = b in place, of the n values of b from `at` on. */
export function solve(factor: Float64Array, n: number, b: Float64Array, at = 0): void {
  for (let i = 0; i < n; i++) {
    let sum = b[at + i]!
    for (let k = 0; k < i; k++) sum -= factor[i * n + k]! * b[at + k]!
    b[at + i] = sum / factor[i * n + i]!
  }
  for (let i = n - 1; i >= 0; i--) {
    const x = b[at + i]! / factor[i * n + i]!
    b[at + i] = x
    for (let k = 0; k < i; k++) b[at + k]! -= factor[i * n + k]! * x
  }
}

/** Eigenvalues and vectors (the columns of `vectors`) of a small symmetric matrix, by Jacobi's rotations. */
export function eigen(symmetric: readonly (readonly number[])[]): {
  readonly values: readonly number[]
  readonly vectors: readonly (readonly number[])[]
} {
  const n = symmetric.length
  const a = symmetric.map(row => [...row])
  const v = symmetric.map((_, i) => symmetric.map((__, j) => (i === j ? 1 : 0)))
  for (let sweep = 0; sweep < 60; sweep++) {
    let rest = 0
    for (let p = 0; p < n; p++) for (let q = 0; q < p; q++) rest += a[p]![q]! ** 2
    if (rest < 1e-30) break
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, v, p, q)
  }
  return { values: a.map((row, i) => row[i]!), vectors: v }
}

/** Makes a[p][q] zero. */
function rotate(a: number[][], v: number[][], p: number, q: number): void {
  if (a[p]![q] === 0) return
  const theta = (a[q]![q]! - a[p]![p]!) / (2 * a[p]![q]!)
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
  const c = 1 / Math.sqrt(t * t + 1)
  const s = t * c
  for (const row of a) [row[p], row[q]] = [c * row[p]! - s * row[q]!, s * row[p]! + c * row[q]!]
  const [rp, rq] = [a[p]!, a[q]!]
  for (let k = 0; k < a.length; k++) [rp[k], rq[k]] = [c * rp[k]! - s * rq[k]!, s * rp[k]! + c * rq[k]!]
  for (const row of v) [row[p], row[q]] = [c * row[p]! - s * row[q]!, s * row[p]! + c * row[q]!]
}
