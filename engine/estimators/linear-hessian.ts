/** The Hessian of a linear model's objective for Newton's method; of classes it is that between all of their scores. */
import {
  costOfProducts,
  matrixOf,
  maxParameters,
  rowCurvature,
  sampleSize,
  type CurvatureContext,
  type CurvatureOptions,
} from './curvature.ts'
import { blockRows, scoreBlock, secondMoments, type Block } from './design.ts'
import type { Problem } from './linear-objective.ts'
import { columnProducts, columnProductsBy, type Weighing } from './products.ts'

/** Evaluations of the objective that a Hessian may cost, unless few rows are all there are. */
const maxCost = 6

/**
 * That of the mean objective at scaled parameters, lower triangle row after row; from a sample where all rows cost too
 * much. Absent when there are too many parameters.
 */
export function objectiveHessian(
  problem: Problem,
  options: CurvatureOptions,
): ((x: Float64Array) => Float64Array) | undefined {
  const { design, nScores } = problem
  const n = nScores * design.layout.nParameters
  if (n > maxParameters) return undefined
  const cost = costOfProducts(design, nScores)
  const nSampled = Math.max(sampleSize(design), Math.ceil((design.rows.nRows * maxCost) / cost))
  const sample = options.allRows || cost <= maxCost ? design : options.sampler(nSampled)
  const plain = sample.rows === design.rows ? options.moments : secondMoments(sample)
  const context = { problem, options, sample, plain }
  let constant: Float64Array | undefined
  return x => {
    if (constant) return constant
    const parameters = x.map((v, j) => v * options.scales[j % options.scales.length]!)
    const matrix = nScores === 1 ? ofScore(context, parameters) : ofClasses(context, parameters)
    if (options.allRows) constant = matrix
    return matrix
  }
}

function ofScore(context: CurvatureContext, parameters: Float64Array): Float64Array {
  const products = columnProducts(context.sample, rowCurvature(context.problem, parameters))
  return matrixOf(context, { products, factor: 1 })
}

/** Blocks of p_k (1 − p_k) and −p_k p_l, which is as curved as the softmax is between the scores k and l. */
function ofClasses(context: CurvatureContext, parameters: Float64Array): Float64Array {
  const { problem, options, sample, plain } = context
  const { nScores } = problem
  const { scales } = options
  const width = scales.length
  const n = nScores * width
  const pairs = columnProductsBy(sample, pairOf(nScores, 0), classCurvatures(problem, parameters))
  const matrix = new Float64Array(n * n)
  for (let k = 0; k < nScores; k++) {
    const own = matrixOf(context, {
      products: pairs[pairOf(k, k)]!,
      factor: 1,
    })
    for (let i = 0; i < width; i++)
      for (let j = 0; j <= i; j++) matrix[(k * width + i) * n + k * width + j] = own[i * width + j]!
    for (let l = 0; l < k; l++) {
      const products = pairs[pairOf(k, l)]!
      for (let i = 0; i < width; i++)
        for (let j = 0; j < width; j++) {
          const product = i < j ? products[j * width + i]! : products[i * width + j]!
          matrix[(k * width + i) * n + l * width + j] = (-product * scales[i]! * scales[j]!) / plain[0]!
        }
    }
  }
  return matrix
}

/** Place of a pair of classes k ≥ l. */
function pairOf(k: number, l: number): number {
  return (k * (k + 1)) / 2 + l
}

/** Per pair of classes k ≥ l the row's weight times p_k (1 − p_k) or p_k p_l. */
function classCurvatures({ design, nScores }: Problem, parameters: Float64Array): Weighing {
  const width = design.layout.nParameters
  const scores = Array.from({ length: nScores }, () => new Float64Array(blockRows(design)))
  return (block, pairs) => {
    scores.forEach((z, k) => scoreBlock(design, block, { z, parameters, at: k * width }))
    softmaxOf(scores, block)
    for (let k = 0; k < nScores; k++)
      for (let l = 0; l <= k; l++)
        multiply(pairs[pairOf(k, l)]!, block, {
          p: scores[k]!,
          q: k === l ? undefined : scores[l]!,
        })
  }
}

function multiply(
  to: Float64Array,
  { rows: { weights }, from, n }: Block,
  { p, q }: { readonly p: Float64Array; readonly q: Float64Array | undefined },
): void {
  for (let i = 0; i < n; i++) {
    const other = q ? q[i]! : 1 - p[i]!
    to[i] = p[i]! * other * (weights ? weights[from + i]! : 1)
  }
}

function softmaxOf(scores: readonly Float64Array[], { n }: Block): void {
  for (let i = 0; i < n; i++) {
    let greatest = -Infinity
    for (const z of scores) greatest = Math.max(greatest, z[i]!)
    let sum = 0
    for (const z of scores) sum += z[i] = Math.exp(z[i]! - greatest)
    for (const z of scores) z[i]! /= sum
  }
}
