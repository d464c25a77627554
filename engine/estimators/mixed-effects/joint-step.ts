/**
 * One step over all parameters at once: the minimum of the quadratic that fits the objective where it stands, found by
 * conjugate gradients that block descent preconditions, then a search along the way there.
 */
import { blockRows, blocksOf } from '../design.ts'
import { addTransposed, clearUnfitted, multiply, type Design } from './design.ts'
import type { Family } from './families.ts'
import type { Preconditioner } from './preconditioner.ts'

/** Where a fit stands. */
export interface State {
  readonly x: Float64Array
  /** X·x plus the rows' offset. */
  readonly scores: Float64Array
  objective: number
}

export interface Slope {
  readonly gradient: Float64Array
  /** Per row, weight included. */
  readonly curvature: Float64Array
}

const maxSteps = 1000
const sufficientDecrease = 1e-4
const maxHalvings = 40

/** Scores of all rows from the parameters alone. */
export function refreshScores(design: Design, state: State): void {
  const { x, scores } = state
  const { offset } = design
  multiply(design, x, (product, { from, n }) => {
    for (let i = 0; i < n; i++) scores[from + i] = product[i]! + (offset ? offset[from + i]! : 0)
  })
}

/** Scores and parameters a share of the way along a direction. */
interface Way {
  readonly direction: Float64Array
  /** X·direction. */
  readonly change: Float64Array
  readonly share: number
}

/** Σ weight · loss + half the penalized squares. */
export function objectiveOf(
  design: Design,
  family: Family,
  { x, scores }: Pick<State, 'x' | 'scores'>,
): number {
  return objectiveAlong(design, family, { x, scores, direction: x, change: scores, share: 0 })
}

function objectiveAlong(
  { fixed, label, weights, penalty }: Design,
  { loss }: Family,
  { x, scores, direction, change, share }: Pick<State, 'x' | 'scores'> & Way,
): number {
  let sum = 0
  for (const { from, n } of blocksOf(fixed)) {
    let part = 0
    for (let i = from; i < from + n; i++) {
      const weight = weights ? weights[i]! : 1
      part += weight * loss(scores[i]! + share * change[i]!, label[i]!)
    }
    sum += part
  }
  let squares = 0
  for (let j = 0; j < x.length; j++) {
    const at = x[j]! + share * direction[j]!
    squares += penalty[j]! * at * at
  }
  return sum + squares / 2
}

export function slopeOf(design: Design, family: Family, { x, scores }: State): Slope {
  const { label, weights, penalty } = design
  const gradient = new Float64Array(design.nParameters)
  const curvature = new Float64Array(design.nRows)
  const residual = new Float64Array(blockRows(design.fixed))
  for (const block of blocksOf(design.fixed)) {
    const { from, n } = block
    for (let i = 0; i < n; i++) {
      const weight = weights ? weights[from + i]! : 1
      const mean = family.mean(scores[from + i]!)
      residual[i] = weight * (mean - label[from + i]!)
      curvature[from + i] = weight * family.curvature(mean)
    }
    addTransposed(design, residual, block, gradient)
  }
  clearUnfitted(design, gradient)
  for (let j = 0; j < gradient.length; j++) gradient[j]! += penalty[j]! * x[j]!
  return { gradient, curvature }
}

export interface SolveOptions {
  readonly precondition: Preconditioner
  /** How much smaller the residual's norm, in the blocks' metric, becomes. */
  readonly accuracy: number
  /** Called after every step; may throw to cancel. */
  readonly onStep: () => Promise<void>
}

/** Solves (XᵀHX + penalty)·direction = −gradient (Golub and Van Loan, Matrix Computations, algorithm 11.5.1). */
export async function solveJointly(
  design: Design,
  { gradient, curvature }: Slope,
  { precondition, accuracy, onStep }: SolveOptions,
): Promise<{ readonly direction: Float64Array; readonly accurate: boolean }> {
  const n = design.nParameters
  const direction = new Float64Array(n)
  const residual = gradient.map(g => -g)
  const conditioned = residual.slice()
  precondition(conditioned)
  const search = conditioned.slice()
  const product = new Float64Array(n)
  let norm = dot(residual, conditioned)
  const enough = accuracy * accuracy * norm
  for (let step = 0; step < maxSteps && norm > enough; step++) {
    applyHessian(design, curvature, search, product)
    const bend = dot(search, product)
    // No curvature is left but that of rounding errors.
    if (!(bend > 0)) return { direction, accurate: true }
    addScaled(direction, search, norm / bend)
    addScaled(residual, product, -norm / bend)
    conditioned.set(residual)
    precondition(conditioned)
    const nextNorm = dot(residual, conditioned)
    const turn = nextNorm / norm
    for (let j = 0; j < n; j++) search[j] = conditioned[j]! + turn * search[j]!
    norm = nextNorm
    await onStep()
  }
  return { direction, accurate: norm <= enough }
}

/** product = (XᵀHX + penalty)·x. */
function applyHessian(design: Design, curvature: Float64Array, x: Float64Array, product: Float64Array): void {
  product.fill(0)
  multiply(design, x, (values, block) => {
    const { from, n } = block
    for (let i = 0; i < n; i++) values[i]! *= curvature[from + i]!
    addTransposed(design, values, block, product)
  })
  clearUnfitted(design, product)
  for (let j = 0; j < product.length; j++) product[j]! += design.penalty[j]! * x[j]!
}

/** Goes along the direction until the objective falls enough; gives the share of it that was gone, 0 when none of it helps. */
export function moveAlong(
  design: Design,
  family: Family,
  { state, gradient, direction }: { state: State; gradient: Float64Array; direction: Float64Array },
): number {
  const { x, scores, objective } = state
  const slope = dot(gradient, direction)
  const change = new Float64Array(design.nRows)
  multiply(design, direction, (product, { from, n }) => change.set(product.subarray(0, n), from))
  for (let share = 1, i = 0; i < maxHalvings; i++) {
    const value = objectiveAlong(design, family, { x, scores, direction, change, share })
    if (value <= objective + sufficientDecrease * share * slope) {
      addScaled(x, direction, share)
      addScaled(scores, change, share)
      state.objective = value
      return share
    }
    // The minimum of the parabola through what is known, kept away from both ends.
    const parabola = (-slope * share * share) / (2 * (value - objective - slope * share))
    share = Number.isFinite(parabola) ? Math.min(Math.max(parabola, 0.1 * share), 0.5 * share) : 0.25 * share
  }
  return 0
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!
  return sum
}

function addScaled(target: Float64Array, source: Float64Array, scale: number): void {
  for (let j = 0; j < target.length; j++) target[j]! += scale * source[j]!
}
