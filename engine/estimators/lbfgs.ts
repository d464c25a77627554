/**
 * L-BFGS (Nocedal and Wright, Numerical Optimization, algorithm 7.5) and, where there is an absolute penalty,
 * OWL-QN (Andrew and Gao, ICML 2007). One thread, fixed order of operations: the same bits on every run.
 */

export interface Objective {
  readonly nParameters: number
  /** Writes the gradient of the smooth part at `x` and gives its value. */
  evaluate(x: Float64Array, gradient: Float64Array): number
}

export interface MinimizeOptions {
  readonly start: Float64Array
  /** Weight of |x| per parameter. */
  readonly l1?: Float64Array
  /** Default: a multiple of the identity. */
  readonly preconditioner?: Preconditioner | undefined
  /** Whether the start is near the minimum: the preconditioner is taken there. */
  readonly startsClose?: boolean
  readonly maxIterations: number
  /** Whether to stop, from the (pseudo-)gradient. */
  readonly isConverged: (gradient: Float64Array) => boolean
  /** Called before every iteration; may throw to cancel. */
  readonly onIteration: (iteration: number, value: number) => Promise<void>
}

export interface Preconditioner {
  /** Multiplies by an estimate of the inverse Hessian, in place. */
  readonly multiply: (gradient: Float64Array) => void
  /** Takes the estimate anew, from the curvature at `x`. */
  readonly renew?: (x: Float64Array) => void
  /** Whether the estimate is the Hessian's inverse itself where it was last taken. */
  readonly isExact: boolean
}

export interface Minimum {
  readonly x: Float64Array
  readonly value: number
  readonly iterations: number
  readonly converged: boolean
}

const memory = 12
const sufficientDecrease = 1e-4
const maxHalvings = 40
/** Relative error that a sum over many rows may have. */
const rounding = 1e-13

export async function minimize(objective: Objective, options: MinimizeOptions): Promise<Minimum> {
  const n = objective.nParameters
  const { l1 } = options
  let x = options.start.slice()
  let gradient = new Float64Array(n)
  let value = objective.evaluate(x, gradient) + penalty(x, l1)
  const steps: Step[] = []
  for (let iteration = 0; ; iteration++) {
    const steepest = l1 ? pseudoGradient(x, gradient, l1) : gradient
    if (options.isConverged(steepest)) return { x, value, iterations: iteration, converged: true }
    if (iteration === options.maxIterations) return { x, value, iterations: iteration, converged: false }
    await options.onIteration(iteration, value)
    if (isRenewed(iteration, options)) renew(x, steps, options.preconditioner)
    let direction = descentDirection(steepest, steps, options.preconditioner)
    if (l1) keepSigns(direction, steepest, l1)
    if (dot(direction, steepest) >= 0) {
      steps.length = 0
      direction = steepest.map(g => -g)
    }
    const found = search(objective, { x, value, steepest, direction, l1 })
    if (!found) {
      const promised = -dot(direction, steepest) / 2
      return { x, value, iterations: iteration, converged: promised <= rounding * Math.abs(value) }
    }
    remember(steps, difference(found.x, x), difference(found.gradient, gradient))
    ;({ x, gradient, value } = found)
  }
}

/** After 1, 2, 4, 8 … iterations; less often where it is rough, because what the steps told is as good then. */
function isRenewed(iteration: number, { preconditioner, startsClose }: MinimizeOptions): boolean {
  if (iteration === 0) return startsClose === true
  return preconditioner?.isExact ? isPower(iteration, 2) : iteration > 1 && isPower(iteration, 4)
}

function renew(x: Float64Array, steps: Step[], preconditioner: Preconditioner | undefined): void {
  if (!preconditioner?.renew) return
  preconditioner.renew(x)
  if (preconditioner.isExact) steps.length = 0
}

function isPower(n: number, base: number): boolean {
  while (n > 1) n /= base
  return n === 1
}

interface Step {
  readonly s: Float64Array
  readonly y: Float64Array
  readonly rho: number
}

interface Point {
  readonly x: Float64Array<ArrayBuffer>
  readonly gradient: Float64Array<ArrayBuffer>
  readonly value: number
}

/** The two-loop recursion: −H·g. */
function descentDirection(
  gradient: Float64Array,
  steps: readonly Step[],
  preconditioner: Preconditioner | undefined,
): Float64Array<ArrayBuffer> {
  const q = gradient.slice()
  const alphas = new Float64Array(steps.length)
  for (let i = steps.length - 1; i >= 0; i--) {
    const { s, y, rho } = steps[i]!
    alphas[i] = rho * dot(s, q)
    addScaled(q, y, -alphas[i]!)
  }
  if (preconditioner) preconditioner.multiply(q)
  else scaleByNewest(q, steps.at(-1))
  steps.forEach(({ s, y, rho }, i) => addScaled(q, s, alphas[i]! - rho * dot(y, q)))
  for (let j = 0; j < q.length; j++) q[j] = -q[j]!
  return q
}

function scaleByNewest(q: Float64Array, newest: Step | undefined): void {
  if (!newest) return
  const scale = 1 / (newest.rho * dot(newest.y, newest.y))
  for (let j = 0; j < q.length; j++) q[j]! *= scale
}

/** Backtracks until the value falls enough. With an absolute penalty, no parameter crosses zero. */
function search(
  objective: Objective,
  from: {
    readonly x: Float64Array
    readonly value: number
    readonly steepest: Float64Array
    readonly direction: Float64Array
    readonly l1?: Float64Array | undefined
  },
): Point | undefined {
  const { x, value, steepest, direction, l1 } = from
  const slope = dot(steepest, direction)
  const gradient = new Float64Array(x.length)
  for (let step = 1, i = 0; i < maxHalvings; i++) {
    const next = x.slice() as Float64Array<ArrayBuffer>
    addScaled(next, direction, step)
    if (l1) stayInOrthant(next, x, steepest, l1)
    const nextValue = objective.evaluate(next, gradient) + penalty(next, l1)
    const expected = l1 ? projectedSlope(steepest, next, x) : step * slope
    if (nextValue <= value + sufficientDecrease * expected) return { x: next, gradient, value: nextValue }
    if (!l1 && isSameButFlatter({ value, slope }, { value: nextValue, slope: dot(gradient, direction) }))
      return { x: next, gradient, value: nextValue }
    if (l1) {
      step *= 0.5
      continue
    }
    // The minimum of the parabola through what is known, kept away from both ends.
    const parabola = (-slope * step * step) / (2 * (nextValue - value - slope * step))
    step = Number.isFinite(parabola) ? Math.min(Math.max(parabola, 0.1 * step), 0.5 * step) : 0.5 * step
  }
  return undefined
}

/**
 * Close to the minimum values differ by no more than their rounding errors while the slope still tells the way (the
 * approximate Wolfe conditions of Hager and Zhang, SIAM J. Optim. 16, 2005).
 */
function isSameButFlatter(
  from: { readonly value: number; readonly slope: number },
  to: { readonly value: number; readonly slope: number },
): boolean {
  return (
    to.value <= from.value + rounding * Math.abs(from.value) &&
    Math.abs(to.slope) <= 0.9 * Math.abs(from.slope)
  )
}

function remember(steps: Step[], s: Float64Array, y: Float64Array): void {
  const curvature = dot(s, y)
  if (curvature <= 1e-14 * dot(y, y)) return
  steps.push({ s, y, rho: 1 / curvature })
  if (steps.length > memory) steps.shift()
}

/** Σ l1 |x| */
export function penalty(x: Float64Array, l1: Float64Array | undefined): number {
  return l1 ? l1.reduce((sum, weight, j) => sum + weight * Math.abs(x[j]!), 0) : 0
}

/** The subgradient of least length. */
export function pseudoGradient(x: Float64Array, gradient: Float64Array, l1: Float64Array): Float64Array {
  return gradient.map((g, j) => {
    const weight = l1[j]!
    if (x[j]! !== 0) return g + weight * Math.sign(x[j]!)
    return Math.sign(g) * Math.max(Math.abs(g) - weight, 0)
  })
}

/** Penalized parameters move against their pseudo-gradient or not at all. */
function keepSigns(direction: Float64Array, steepest: Float64Array, l1: Float64Array): void {
  for (let j = 0; j < direction.length; j++)
    if (l1[j]! > 0 && direction[j]! * steepest[j]! >= 0) direction[j] = 0
}

function stayInOrthant(next: Float64Array, x: Float64Array, steepest: Float64Array, l1: Float64Array): void {
  for (let j = 0; j < next.length; j++) {
    if (l1[j] === 0) continue
    const sign = x[j] !== 0 ? Math.sign(x[j]!) : -Math.sign(steepest[j]!)
    if (Math.sign(next[j]!) !== sign) next[j] = 0
  }
}

function projectedSlope(steepest: Float64Array, next: Float64Array, x: Float64Array): number {
  let sum = 0
  for (let j = 0; j < x.length; j++) sum += steepest[j]! * (next[j]! - x[j]!)
  return sum
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!
  return sum
}

function addScaled(target: Float64Array, source: Float64Array, scale: number): void {
  for (let j = 0; j < target.length; j++) target[j]! += scale * source[j]!
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, j) => value - b[j]!)
}
