/**
 * Linear, logistic and Poisson regression: Σ weight · loss + l2/2 · Σβ² + l1 · Σ|β|, intercepts free of penalties. A row
 * of weight 2 is as good as two. L-BFGS, preconditioned by the curvature between columns; where l1 is above 0 Newton's
 * method with coordinate descent, or OWL-QN where there are too many parameters for it.
 *
 * What the rows leave undetermined (columns that repeat each other, a constant column, one-hot columns beside the
 * intercept) takes the least Σβ² of all optima, which is where l2 → 0 leads. Columns without variation get 0.
 */
import { EngineError } from '../errors.ts'
import { centerColumns, uncenter } from './center-columns.ts'
import { curvaturePreconditioner, sampleSize } from './curvature.ts'
import type { Rows } from './dataset.ts'
import { countNumbers, createSampler, layoutOf, secondMoments, type Layout, type Sampler } from './design.ts'
import type { Estimator, Fitted, FitRequest, FittedLabel } from './estimator.ts'
import { gaussianFamily, logisticFamily, poissonFamily, type Family } from './families.ts'
import { minimize, type MinimizeOptions, type Minimum } from './lbfgs.ts'
import { objectiveHessian } from './linear-hessian.ts'
import { scaledObjective, type Problem } from './linear-objective.ts'
import { checkStart, parametersOf, scoresOf } from './linear-parameters.ts'
import { centerScores, leastNorm } from './minimum-norm.ts'
import { minimizeProximal } from './proximal-newton.ts'

/** Least squares. */
export const fitLinear: Estimator<Rows> = request => fitFamily(request, gaussianFamily)

/** Maximum likelihood of a bool or a class: of two classes one score, for the second; of more one score per class. */
export const fitLogistic: Estimator<Rows> = request => fitFamily(request, logisticFamily)

/** Maximum likelihood of counts, on the scale of logarithms. */
export const fitPoisson: Estimator<Rows> = request => fitFamily(request, poissonFamily)

interface Hyperparameters {
  readonly l1: number
  readonly l2: number
  readonly maxIterations: number
  readonly tolerance: number
}

/** At least so many times the rows of a sample make it worth starting from its optimum. */
const worthSampling = 4
const sampleIterations = 15
/** By how much the sample's optimum may be missed: it is off by more for being a sample's. */
const sampleTolerance = 1e-3

async function fitFamily(
  request: FitRequest<Rows>,
  familyOf: (rows: Rows, label: FittedLabel) => Family,
): Promise<Fitted> {
  const { signal, onProgress } = request
  if (request.training.nRows === 0)
    throw new EngineError('ENG003', 'Expected rows to fit to, got none. Check `where`, `split` and `weight`.')
  const family = familyOf(request.training, request.label)
  const { l1, l2, maxIterations, tolerance } = hyperparametersOf(request)
  const layout = layoutOf(countNumbers(request.training), request.nCategories)
  const { design, shifts, moments } = centerColumns({ rows: request.training, layout })
  const nScores = family.intercepts.length
  const problem: Problem = { design, loss: family.loss, nScores, l1, l2, total: moments[0]! }
  const scales = parameterScales(problem, { moments, family })
  const fitting: Fitting = { family, moments, scales, sampler: createSampler(design) }
  const start = startOf(request, { fitting, layout, shifts })
  const sampled = request.start
    ? undefined
    : await sampleOptimum(problem, fitting, { start, maxIterations, signal })

  const minimum = await optimum(problem, fitting, {
    start: sampled ?? start,
    startsClose: (sampled ?? request.start) !== undefined,
    maxIterations,
    tolerance,
    async onIteration(done, value) {
      const message = `Iteration ${done}, mean objective ${value.toFixed(6)}`
      onProgress?.({ done, total: maxIterations, message })
      await pause(signal)
    },
  })
  const width = layout.nParameters
  const parameters = minimum.x.map((v, j) => v * fitting.scales[j % width]!)
  if (l1 === 0 && l2 === 0) leastNorm(design, parameters)
  uncenter(parameters, { width, shifts })
  // Classes' scores may all move alike; penalties hold all but the intercepts.
  centerScores(parameters, { width, nMoved: l1 === 0 && l2 === 0 ? width : 1 })
  return {
    parameters: { kind: 'linear', link: family.link, scores: scoresOf(parameters, layout) },
    iterations: minimum.iterations,
    converged: minimum.converged,
    objective: minimum.value * problem.total,
    nParameters: parameters.length,
  }
}

interface Fitting {
  readonly family: Family
  /** Per parameter of a score Σ weight · x². */
  readonly moments: Float64Array
  readonly scales: Float64Array
  /** Of the problem's design. */
  readonly sampler: Sampler
}

/** Over scaled parameters. */
async function optimum(
  problem: Problem,
  { family, moments, scales, sampler }: Fitting,
  options: Pick<MinimizeOptions, 'start' | 'startsClose' | 'maxIterations' | 'onIteration'> & {
    readonly tolerance: number
  },
): Promise<Minimum> {
  const { tolerance, ...rest } = options
  const { l1, nScores, total } = problem
  const width = scales.length
  const limits = family.units.map(unit => unit * tolerance)
  const l1Weight = (j: number) => (j % width === 0 ? 0 : (l1 * scales[j % width]!) / total)
  const curvature = {
    scales,
    moments,
    lossCurvature: family.lossCurvature,
    allRows: family.constantCurvature === true,
    sampler,
  }
  const objective = scaledObjective(problem, scales)
  const isConverged = (gradient: Float64Array) =>
    gradient.every((g, j) => Math.abs(g) <= limits[Math.floor(j / width)]!)
  if (l1 === 0)
    return await minimize(objective, {
      ...rest,
      isConverged,
      preconditioner: curvaturePreconditioner(problem, curvature),
    })
  const weights = new Float64Array(nScores * width).map((_, j) => l1Weight(j))
  const hessian = objectiveHessian(problem, curvature)
  return hessian
    ? await minimizeProximal(objective, { ...rest, isConverged, l1: weights, hessian })
    : await minimize(objective, { ...rest, isConverged, l1: weights })
}

/** About the optimum of some rows, from where that of all is near; absent where there are not so many more. */
async function sampleOptimum(
  problem: Problem,
  fitting: Fitting,
  options: {
    readonly start: Float64Array
    readonly maxIterations: number
    readonly signal: AbortSignal | undefined
  },
): Promise<Float64Array | undefined> {
  const { design, total } = problem
  const { start, maxIterations, signal } = options
  const nRows = sampleSize(design, problem.nScores)
  if (design.rows.nRows < worthSampling * nRows || fitting.family.constantCurvature) return undefined
  const sample = fitting.sampler(nRows)
  const moments = secondMoments(sample)
  // Penalties are those of all rows in proportion; the squared one holds what few rows leave undetermined.
  const share = moments[0]! / total
  const l2 = problem.l2 * share + 1
  const { x } = await optimum(
    { ...problem, design: sample, l1: problem.l1 * share, l2, total: moments[0]! },
    { ...fitting, moments, sampler: createSampler(sample) },
    {
      start,
      maxIterations: Math.min(sampleIterations, maxIterations),
      tolerance: sampleTolerance,
      onIteration: async () => await pause(signal),
    },
  )
  return x
}

/** Lets others have the thread. @throws the signal's reason */
async function pause(signal: AbortSignal | undefined): Promise<void> {
  await new Promise(resolve => setImmediate(resolve))
  signal?.throwIfAborted()
}

function hyperparametersOf({ hyperparameters }: FitRequest<Rows>): Hyperparameters {
  const number = (name: string): number => {
    const value = hyperparameters[name]
    if (typeof value !== 'number') throw new TypeError(`Expected a number for ${name}, got ${String(value)}`)
    return value
  }
  return {
    l1: number('l1'),
    l2: number('l2'),
    maxIterations: number('max_iterations'),
    tolerance: number('tolerance'),
  }
}

/** Per parameter one over the root of its curvature in the mean objective at the start, so that all have about 1. */
function parameterScales(
  { l2, total, nScores }: Problem,
  { moments, family }: { readonly moments: Float64Array; readonly family: Family },
): Float64Array {
  const curvature = family.lossCurvature.reduce((sum, row, k) => sum + row[k]!, 0) / nScores
  return moments.map((moment, j) => {
    const mean = (curvature * moment + (j === 0 ? 0 : l2)) / total
    return mean > 0 ? 1 / Math.sqrt(mean) : 1
  })
}

/** Scaled parameters: those to begin with, or no effect of any column. */
function startOf(
  { start }: FitRequest<Rows>,
  of: {
    readonly fitting: Fitting
    readonly layout: Layout
    readonly shifts: Float64Array
  },
): Float64Array {
  const { layout, shifts } = of
  const { family, scales } = of.fitting
  const { nParameters: width } = layout
  const parameters = new Float64Array(family.intercepts.length * width)
  if (start) {
    checkStart(start, family, layout)
    start.scores.forEach((score, k) => parameters.set(parametersOf(score, layout), k * width))
    uncenter(parameters, { width, shifts: shifts.map(shift => -shift) })
  } else family.intercepts.forEach((intercept, k) => (parameters[k * width] = intercept))
  return parameters.map((v, j) => v / scales[j % width]!)
}
