/**
 * The curvature of a linear model's objective as a preconditioner: complete one-hot columns beside a free intercept are
 * nearly collinear, which no diagonal scaling mends. Taken from some rows; what a parameter has by itself, from all.
 */
import { scoreBlock, secondMoments, type Design, type Sampler } from './design.ts'
import type { Preconditioner } from './lbfgs.ts'
import type { Problem } from './linear-objective.ts'
import { columnProducts, eigen, factorize, rowWeights, solve, type Weighing } from './products.ts'

/** Beyond so many parameters of a score the factorization costs more than it saves. */
export const maxParameters = 1000
/** Multiplications that the factors of all scores may cost. */
const maxOperations = 2e9
const maxScores = 100
/** Added to the diagonal, whose greatest is about 1: what the rows leave undetermined stays where it is. */
const jitter = 1e-9
/** Rows of the sample, at least, and per parameter. */
const leastRows = 4096
const rowsPerParameter = 32
/** Weight of rows that is added to a parameter's own in the sample. */
const pseudo = 5

export interface CurvatureOptions {
  /** The parameters are divided by these, so that each has a curvature of about 1 in the mean objective. */
  readonly scales: Float64Array
  /** Per parameter of one score: Σ weight · x² over all rows. */
  readonly moments: Float64Array
  /** The mean second derivatives of a row's loss by its scores, (nScores, nScores), at the start. */
  readonly lossCurvature: readonly (readonly number[])[]
  /** Whether products between columns are taken from all rows, whatever it costs. */
  readonly allRows: boolean
  readonly sampler: Sampler
}

/** Absent when there are too many parameters. */
export function curvaturePreconditioner(
  problem: Problem,
  options: CurvatureOptions,
): Preconditioner | undefined {
  const { design, nScores } = problem
  const n = design.layout.nParameters
  if (n > maxParameters || nScores > maxScores || (nScores * n ** 3) / 6 > maxOperations) return undefined
  const sample = isCheap(design) || options.allRows ? design : options.sampler(sampleSize(design))
  const context = { problem, options, sample, plain: secondMoments(sample) }
  const { values, vectors } = eigen(options.lossCurvature)
  let factors: readonly Float64Array[] | undefined
  const atStart = () => {
    const products = columnProducts(sample, rowWeights)
    return values.map(value => factorOf(context, { products, factor: Math.max(0, value) }))
  }
  return {
    isExact: sample.rows === design.rows && nScores === 1,
    multiply(b) {
      if (nScores > 1) rotate(b, vectors, { n, transposed: true })
      factors ??= atStart()
      factors.forEach((factor, k) => solve(factor, n, b, k * n))
      if (nScores > 1) rotate(b, vectors, { n, transposed: false })
    },
    ...(nScores === 1 && {
      renew(x) {
        const parameters = x.map((v, j) => v * options.scales[j]!)
        const h = rowCurvature(problem, parameters)
        factors = [factorOf(context, { products: columnProducts(sample, h), factor: 1 })]
      },
    }),
  }
}

/** Whether products between columns of all rows cost no more than some evaluations of the objective. */
function isCheap(design: Design): boolean {
  return costOfProducts(design, 1) <= 4
}

/** What all products between columns and scores take against an evaluation of the objective. */
export function costOfProducts({ layout }: Design, nScores: number): number {
  const perRow = 1 + layout.nNumbers + layout.bases.length
  return (((nScores + 1) / 2) * perRow ** 2) / 2 / (2 * perRow + 20)
}

/** So many rows that products between columns cost about as much as an evaluation, yet enough to tell columns apart. */
export function sampleSize(design: Design, nScores = 1): number {
  const { rows, layout } = design
  const asCostly = isCheap(design) ? 0 : rows.nRows / costOfProducts(design, 1)
  return Math.ceil(Math.max(asCostly, rowsPerParameter * layout.nParameters * nScores, leastRows))
}

export interface CurvatureContext {
  readonly problem: Problem
  readonly options: CurvatureOptions
  readonly sample: Design
  /** Per parameter Σ weight · x² of the sample. */
  readonly plain: Float64Array
}

function factorOf(
  context: CurvatureContext,
  of: { readonly products: Float64Array; readonly factor: number },
): Float64Array {
  const matrix = matrixOf(context, of)
  if (!factorize(matrix, context.problem.design.layout.nParameters))
    throw new RangeError('Expected the curvature of the objective to be finite')
  return matrix
}

/** factor · mean of h x xᵀ + penalty, of scaled parameters; `products` are Σ h x xᵀ of the sample. */
export function matrixOf(
  { problem, options, sample, plain }: CurvatureContext,
  of: { readonly products: Float64Array; readonly factor: number },
): Float64Array {
  const { design, l2, total } = problem
  const { scales, moments } = options
  const n = design.layout.nParameters
  const { products, factor } = of
  const sampled = plain[0]!
  const isExact = sample.rows === design.rows
  const meanCurvature = products[0]! / sampled
  const matrix = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++)
      matrix[i * n + j] = (factor * products[i * n + j]! * scales[i]! * scales[j]!) / sampled
    const own = products[i * n + i]!
    // What little the sample says of a rare category is mixed with what it says of all rows.
    const share = moments[i]! / total
    const mixed =
      isExact || share === 0
        ? 0
        : (share * (own + pseudo * share * meanCurvature)) / (plain[i]! + pseudo * share)
    const mean = factor * Math.max(own / sampled, mixed)
    matrix[i * n + i] = (mean + (i === 0 ? 0 : l2 / total)) * scales[i]! ** 2 + jitter
  }
  return matrix
}

/** Weight · second derivative of the loss at the parameters. */
export function rowCurvature({ design, loss }: Problem, parameters: Float64Array): Weighing {
  return (block, [h]) => {
    const { weights } = block.rows
    scoreBlock(design, block, { z: h!, parameters, at: 0 })
    for (let i = 0; i < block.n; i++)
      h![i] = loss.curvature(h![i]!) * (weights ? weights[block.from + i]! : 1)
  }
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
