/**
 * The curvature of a linear model's objective as a preconditioner: complete one-hot columns beside a free intercept are
 * nearly collinear, which no diagonal scaling mends. Taken from some rows; what a parameter has by itself, from all.
 */
import { blockRows, blocksOf, sampleRows, scoreBlock, type Block, type Design } from './design.ts'
import type { Preconditioner } from './lbfgs.ts'
import type { Problem } from './linear-objective.ts'
import { columnProducts, eigen, factorize, solve } from './products.ts'

/** Beyond so many parameters of a score the factorization costs more than it saves. */
export const maxParameters = 1000
/** Multiplications that the factors of all scores may cost. */
const maxOperations = 2e9
const maxScores = 100
/** Added to the diagonal, whose greatest is about 1: what the rows leave undetermined stays where it is. */
const jitter = 1e-9

export interface CurvatureOptions {
  /** The parameters are divided by these, so that each has a curvature of about 1 in the mean objective. */
  readonly scales: Float64Array
  /** Per parameter of one score: Σ weight · x² over all rows. */
  readonly moments: Float64Array
  /** The mean second derivatives of a row's loss by its scores, (nScores, nScores), at the start. */
  readonly lossCurvature: readonly (readonly number[])[]
  /** Rows that products between columns are taken from; all when there are no more. */
  readonly nRows: number
}

/** Absent when there are too many parameters. */
export function curvaturePreconditioner(
  problem: Problem,
  options: CurvatureOptions,
): Preconditioner | undefined {
  const { design, nScores } = problem
  const n = design.layout.nParameters
  if (n > maxParameters || nScores > maxScores || (nScores * n ** 3) / 6 > maxOperations) return undefined
  const sample: Design = { ...design, rows: sampleRows(design.rows, options.nRows) }
  const { values, vectors } = eigen(options.lossCurvature)
  const weights = sample.rows.weights ?? new Float64Array(sample.rows.nRows).fill(1)
  const sampled = weights.reduce((sum, w) => sum + w, 0)
  const products = columnProducts(sample, weights)
  let factors = values.map(value =>
    curvatureFactor(problem, options, {
      products,
      sampled,
      moments: options.moments,
      factor: Math.max(0, value),
    }),
  )
  return {
    multiply(b) {
      if (nScores > 1) rotate(b, vectors, { n, transposed: true })
      factors.forEach((factor, k) => solve(factor, n, b, k * n))
      if (nScores > 1) rotate(b, vectors, { n, transposed: false })
    },
    ...(nScores === 1 && {
      renew(x) {
        const parameters = x.map((v, j) => v * options.scales[j]!)
        const h = rowCurvature(problem, sample, parameters)
        factors = [
          curvatureFactor(problem, options, {
            products: columnProducts(sample, h),
            sampled,
            moments: curvatureMoments(problem, parameters),
            factor: 1,
          }),
        ]
      },
    }),
  }
}

/** The factor of (factor · mean of x xᵀ + penalty), of scaled parameters. */
function curvatureFactor(
  { design, l2, total }: Problem,
  { scales }: CurvatureOptions,
  of: {
    readonly products: Float64Array
    /** Weight of the rows that the products are of. */
    readonly sampled: number
    readonly moments: Float64Array
    readonly factor: number
  },
): Float64Array {
  const n = design.layout.nParameters
  const { products, sampled, moments, factor } = of
  const matrix = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++)
      matrix[i * n + j] = (factor * products[i * n + j]! * scales[i]! * scales[j]!) / sampled
    const mean = factor * Math.max(moments[i]! / total, products[i * n + i]! / sampled)
    matrix[i * n + i] = (mean + (i === 0 ? 0 : l2 / total)) * scales[i]! ** 2 + jitter
  }
  if (!factorize(matrix, n)) throw new RangeError('Expected the curvature of the objective to be finite')
  return matrix
}

/** Per row weight · second derivative of the loss. */
function rowCurvature({ loss }: Problem, design: Design, parameters: Float64Array): Float64Array {
  const curvature = new Float64Array(design.rows.nRows)
  for (const block of blocksOf(design))
    blockCurvature({ design, loss }, block, { parameters, h: curvature.subarray(block.from) })
  return curvature
}

/** Σ weight · second derivative · x² per parameter, of all rows. */
function curvatureMoments({ design, loss }: Problem, parameters: Float64Array): Float64Array {
  const { rows, layout } = design
  const moments = new Float64Array(layout.nParameters)
  const h = new Float64Array(blockRows(design))
  for (const block of blocksOf(design)) {
    const { from, n } = block
    blockCurvature({ design, loss }, block, { parameters, h })
    for (let i = 0; i < n; i++) moments[0]! += h[i]!
    rows.numbers.forEach((x, j) => {
      let sum = 0
      for (let i = 0; i < n; i++) sum += h[i]! * x[from + i]! * x[from + i]!
      moments[1 + j]! += sum
    })
    rows.codes.forEach((codes, k) => {
      const base = layout.bases[k]! + 1
      for (let i = 0; i < n; i++) moments[base + codes[from + i]!]! += h[i]!
    })
  }
  return moments
}

function blockCurvature(
  { design, loss }: Pick<Problem, 'design' | 'loss'>,
  block: Block,
  of: { readonly parameters: Float64Array; readonly h: Float64Array },
): void {
  const { weights } = design.rows
  const { parameters, h } = of
  scoreBlock(design, block, { z: h, parameters, at: 0 })
  for (let i = 0; i < block.n; i++) h[i] = loss.curvature(h[i]!) * (weights ? weights[block.from + i]! : 1)
}

/** Turns the scores of every parameter into the eigenvectors' coordinates (transposed) or back. */
function rotate(
  b: Float64Array,
  vectors: readonly (readonly number[])[],
  of: { readonly n: number; readonly transposed: boolean },
): void {
  const { n, transposed } = of
  const scores = new Float64Array(vectors.length)
  for (let j = 0; j < n; j++) {
    for (let k = 0; k < scores.length; k++) scores[k] = b[k * n + j]!
    for (let k = 0; k < scores.length; k++) {
      let sum = 0
      for (let l = 0; l < scores.length; l++)
        sum += (transposed ? vectors[l]![k]! : vectors[k]![l]!) * scores[l]!
      b[k * n + j] = sum
    }
  }
}
