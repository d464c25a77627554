/**
 * Minimizes a smooth function plus a weighted sum of absolute values by its exact curvature: each step is the minimum of
 * the quadratic model with the absolute values left as they are, found coordinate by coordinate (Lee, Sun and Saunders,
 * SIAM J. Optim. 24, 2014; the inner loop as in Friedman, Hastie and Tibshirani, J. Stat. Softw. 33, 2010). Some steps
 * where OWL-QN takes hundreds, for columns that nearly repeat each other.
 */
import { penalty, pseudoGradient, type Minimum, type MinimizeOptions, type Objective } from './lbfgs.ts'

export interface ProximalOptions extends Pick<
  MinimizeOptions,
  'start' | 'maxIterations' | 'isConverged' | 'onIteration'
> {
  /** Weight of |x| per parameter. */
  readonly l1: Float64Array
  /** The Hessian of the smooth part at `x`, lower triangle row after row, with a diagonal above 0. */
  readonly hessian: (x: Float64Array) => Float64Array
}

const sufficientDecrease = 1e-4
const maxHalvings = 40
/** Relative error that a sum over many rows may have. */
const rounding = 1e-13
const maxSweeps = 2000
/** Share of the largest first move at which the moves of a sweep are small enough. */
const smallMove = 1e-4

export async function minimizeProximal(objective: Objective, options: ProximalOptions): Promise<Minimum> {
  const { l1 } = options
  const n = objective.nParameters
  let x = options.start.slice()
  let gradient = new Float64Array(n)
  let value = objective.evaluate(x, gradient) + penalty(x, l1)
  for (let iteration = 0; ; iteration++) {
    if (options.isConverged(pseudoGradient(x, gradient, l1)))
      return { x, value, iterations: iteration, converged: true }
    if (iteration === options.maxIterations) return { x, value, iterations: iteration, converged: false }
    await options.onIteration(iteration, value)
    const hessian = mirror(options.hessian(x), n)
    const direction = modelStep({ x, gradient, hessian, l1 })
    const promised = promise({ x, gradient, direction, l1 })
    const found = search(objective, { x, value, direction, promised, l1 })
    if (!found) return { x, value, iterations: iteration, converged: -promised <= rounding * Math.abs(value) }
    ;({ x, gradient, value } = found)
  }
}

/** Fills in the upper triangle. */
function mirror(matrix: Float64Array, n: number): Float64Array {
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) matrix[j * n + i] = matrix[i * n + j]!
  return matrix
}

/** The d that makes g·d + ½ d·H·d + Σ l1 |x + d| least, about. */
function modelStep(at: {
  readonly x: Float64Array
  readonly gradient: Float64Array
  readonly hessian: Float64Array
  readonly l1: Float64Array
}): Float64Array {
  const { x, gradient, hessian, l1 } = at
  const n = x.length
  const d = new Float64Array(n)
  /** g + H·d */
  const slope = gradient.slice()
  let first = 0
  for (let sweep = 0; sweep < maxSweeps; sweep++) {
    let largest = 0
    for (let j = 0; j < n; j++) {
      const own = hessian[j * n + j]!
      const from = x[j]! + d[j]!
      const move = shrink(from - slope[j]! / own, l1[j]! / own) - from
      if (move === 0) continue
      d[j]! += move
      const row = j * n
      for (let i = 0; i < n; i++) slope[i]! += move * hessian[row + i]!
      largest = Math.max(largest, Math.abs(move) * Math.sqrt(own))
    }
    if (sweep === 0) first = largest
    if (largest <= smallMove * first) break
  }
  return d
}

/** Towards 0 by `by`, and no further. */
function shrink(value: number, by: number): number {
  return Math.sign(value) * Math.max(Math.abs(value) - by, 0)
}

/** What the step promises to first order; below 0. */
function promise(of: {
  readonly x: Float64Array
  readonly gradient: Float64Array
  readonly direction: Float64Array
  readonly l1: Float64Array
}): number {
  const { x, gradient, direction, l1 } = of
  let sum = 0
  for (let j = 0; j < x.length; j++)
    sum += gradient[j]! * direction[j]! + l1[j]! * (Math.abs(x[j]! + direction[j]!) - Math.abs(x[j]!))
  return sum
}

function search(
  objective: Objective,
  from: {
    readonly x: Float64Array
    readonly value: number
    readonly direction: Float64Array
    readonly promised: number
    readonly l1: Float64Array
  },
) {
  const { x, value, direction, promised, l1 } = from
  if (!(promised < 0)) return undefined
  // Where less is promised than a sum's rounding errors, the whole step is taken if it seems to cost no more than those.
  const slack = -promised <= rounding * Math.abs(value) * 10 ? rounding * Math.abs(value) : 0
  const gradient = new Float64Array(x.length)
  for (let step = 1, i = 0; i < maxHalvings; i++, step /= 2) {
    const next = x.map((v, j) => v + step * direction[j]!)
    const nextValue = objective.evaluate(next, gradient) + penalty(next, l1)
    if (nextValue <= value + sufficientDecrease * step * promised + slack)
      return { x: next, gradient, value: nextValue }
  }
  return undefined
}
