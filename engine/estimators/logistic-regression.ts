/**
 * Binary logistic regression. The objective is scikit-learn's with C = 1/l2:
 * Σ weight · log loss + l2/2·‖w‖² + l1·‖w‖₁, the intercept free of penalties. A row of weight 2 is as good as two.
 */
import { curvatureSolver, type ParameterLayout } from './curvature.ts'
import type { EncodedRows } from './dataset.ts'
import { minimize, type Objective } from './lbfgs.ts'

export interface LogisticRegression {
  readonly l2: number
  readonly l1: number
  readonly maxIterations: number
  /** Largest component of the gradient of the mean objective at which the fit is done. */
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

/** Rows are worked on in blocks that fit the processor's cache. */
const blockSize = 2048

export async function fitLogisticRegression(
  estimator: LogisticRegression,
  rows: EncodedRows,
  options: FitOptions,
): Promise<LogisticModel> {
  const layout = layoutOf(rows, options.nCategories)
  const total = rows.weights ? sumOf(rows.weights) : rows.nRows
  const rate = positiveWeight(rows) / total
  const scales = parameterScales(rows, layout, { l2: estimator.l2, rate })
  const scaled = scaledObjective(rows, layout, scales, estimator.l2)
  const start = new Float64Array(layout.nParameters)
  start[layout.intercept] = Math.log(rate / (1 - rate)) / scales[layout.intercept]!
  const minimum = await minimize(scaled, {
    start,
    ...(estimator.l1 > 0 && {
      l1: scales.map((s, j) => (j === layout.intercept ? 0 : (estimator.l1 * s) / total)),
    }),
    ...(estimator.l1 === 0 && {
      precondition: curvatureSolver(rows, layout, { weight: rate * (1 - rate), scales }),
    }),
    maxIterations: estimator.maxIterations,
    isConverged: gradient => gradient.every((g, j) => Math.abs(g) <= estimator.tolerance * scales[j]!),
    async onIteration(iteration, value) {
      options.onIteration?.(iteration, value)
      await new Promise(resolve => setImmediate(resolve))
      options.signal?.throwIfAborted()
    },
  })
  const weights = minimum.x.map((v, j) => v * scales[j]!)
  return {
    intercept: weights[layout.intercept]!,
    numbers: weights.slice(0, rows.numbers.length),
    categories: layout.offsets.map((offset, k) =>
      weights.slice(offset, offset + options.nCategories[k]! + 1),
    ),
    iterations: minimum.iterations,
    converged: minimum.converged,
    objective: minimum.value * total,
  }
}

function positiveWeight({ label, weights }: EncodedRows): number {
  return label.reduce((sum, y, i) => sum + (weights ? y * weights[i]! : y), 0)
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0)
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

function layoutOf(rows: EncodedRows, nCategories: readonly number[]): ParameterLayout {
  const offsets: number[] = []
  let next = rows.numbers.length
  for (const n of nCategories) {
    offsets.push(next)
    next += n + 1
  }
  return { nParameters: next + 1, offsets, sizes: nCategories.map(n => n + 1), intercept: next }
}

/** Per parameter, one over the root of the curvature at the start, so that all have about the same. */
function parameterScales(
  rows: EncodedRows,
  layout: ParameterLayout,
  { l2, rate }: { readonly l2: number; readonly rate: number },
): Float64Array {
  const { weights } = rows
  const curvature = new Float64Array(layout.nParameters)
  rows.numbers.forEach((column, j) => {
    for (let i = 0; i < rows.nRows; i++)
      curvature[j]! += column[i]! * column[i]! * (weights ? weights[i]! : 1)
  })
  rows.codes.forEach((column, k) => {
    const offset = layout.offsets[k]!
    const other = layout.sizes[k]! - 1
    for (let i = 0; i < rows.nRows; i++)
      curvature[offset + (column[i]! < 0 ? other : column[i]!)]! += weights ? weights[i]! : 1
  })
  const total = weights ? sumOf(weights) : rows.nRows
  curvature[layout.intercept] = total
  return curvature.map((c, j) => {
    const mean = (rate * (1 - rate) * c + (j === layout.intercept ? 0 : l2)) / total
    return mean > 0 ? 1 / Math.sqrt(mean) : 1
  })
}

/** The mean objective over parameters divided by their scales. */
function scaledObjective(
  rows: EncodedRows,
  layout: ParameterLayout,
  scales: Float64Array,
  l2: number,
): Objective {
  const weights = new Float64Array(layout.nParameters)
  const z = new Float64Array(blockSize)
  const total = rows.weights ? sumOf(rows.weights) : rows.nRows
  return {
    nParameters: layout.nParameters,
    evaluate(x, gradient) {
      for (let j = 0; j < x.length; j++) weights[j] = x[j]! * scales[j]!
      gradient.fill(0)
      let loss = 0
      for (let from = 0; from < rows.nRows; from += blockSize) {
        const until = Math.min(from + blockSize, rows.nRows)
        linear(rows, layout, weights, z, from, until)
        loss += rows.weights
          ? weightedResiduals(rows.label, rows.weights, z, from, until)
          : residuals(rows.label, z, from, until)
        accumulate(rows, layout, z, gradient, from, until)
      }
      return regularize(gradient, {
        loss,
        weights,
        scales,
        l2,
        total,
        intercept: layout.intercept,
      })
    },
  }
}

/** z = w·x + intercept of a block. */
function linear(
  rows: EncodedRows,
  layout: ParameterLayout,
  weights: Float64Array,
  z: Float64Array,
  from: number,
  until: number,
): void {
  const n = until - from
  z.fill(weights[layout.intercept]!, 0, n)
  for (let j = 0; j < rows.numbers.length; j++) {
    const column = rows.numbers[j]!
    const weight = weights[j]!
    for (let i = 0; i < n; i++) z[i]! += weight * column[from + i]!
  }
  for (let k = 0; k < rows.codes.length; k++) {
    const column = rows.codes[k]!
    const offset = layout.offsets[k]!
    const other = offset + layout.sizes[k]! - 1
    for (let i = 0; i < n; i++) {
      const code = column[from + i]!
      z[i]! += weights[code < 0 ? other : offset + code]!
    }
  }
}

/** Replaces z by p − y and gives the block's loss. */
function residuals(label: Float64Array, z: Float64Array, from: number, until: number): number {
  let loss = 0
  for (let i = 0; i < until - from; i++) {
    const margin = z[i]!
    const e = Math.exp(-Math.abs(margin))
    const positive = margin > 0 ? 1 / (1 + e) : e / (1 + e)
    const y = label[from + i]!
    loss += Math.log1p(e) + Math.max(margin, 0) - (y === 1 ? margin : 0)
    z[i] = positive - y
  }
  return loss
}

/** Apart from the above, whose loop is the fit's hottest. */
function weightedResiduals(
  label: Float64Array,
  weights: Float64Array,
  z: Float64Array,
  from: number,
  until: number,
): number {
  let loss = 0
  for (let i = 0; i < until - from; i++) {
    const margin = z[i]!
    const e = Math.exp(-Math.abs(margin))
    const positive = margin > 0 ? 1 / (1 + e) : e / (1 + e)
    const y = label[from + i]!
    const weight = weights[from + i]!
    loss += weight * (Math.log1p(e) + Math.max(margin, 0) - (y === 1 ? margin : 0))
    z[i] = weight * (positive - y)
  }
  return loss
}

function accumulate(
  rows: EncodedRows,
  layout: ParameterLayout,
  residual: Float64Array,
  gradient: Float64Array,
  from: number,
  until: number,
): void {
  const n = until - from
  let total = 0
  for (let i = 0; i < n; i++) total += residual[i]!
  gradient[layout.intercept]! += total
  for (let j = 0; j < rows.numbers.length; j++) {
    const column = rows.numbers[j]!
    let sum = 0
    for (let i = 0; i < n; i++) sum += residual[i]! * column[from + i]!
    gradient[j]! += sum
  }
  for (let k = 0; k < rows.codes.length; k++) {
    const column = rows.codes[k]!
    const offset = layout.offsets[k]!
    const other = offset + layout.sizes[k]! - 1
    for (let i = 0; i < n; i++) {
      const code = column[from + i]!
      gradient[code < 0 ? other : offset + code]! += residual[i]!
    }
  }
}

function regularize(
  gradient: Float64Array,
  at: {
    readonly loss: number
    readonly weights: Float64Array
    readonly scales: Float64Array
    readonly l2: number
    /** Sum of the rows' weights. */
    readonly total: number
    readonly intercept: number
  },
): number {
  let squares = 0
  for (let j = 0; j < gradient.length; j++) {
    const penalized = j === at.intercept ? 0 : at.l2 * at.weights[j]!
    squares += penalized * at.weights[j]!
    gradient[j] = ((gradient[j]! + penalized) * at.scales[j]!) / at.total
  }
  return (at.loss + squares / 2) / at.total
}
