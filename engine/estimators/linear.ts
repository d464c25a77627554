/**
 * Linear, logistic and Poisson regression: Σ weight · loss + l2/2 · Σβ² + l1 · Σ|β|, intercepts free of penalties. A row
 * of weight 2 is as good as two. L-BFGS, preconditioned by the curvature between columns; OWL-QN where l1 is above 0.
 *
 * What the rows leave undetermined (columns that repeat each other, a constant column, one-hot columns beside the
 * intercept) takes the least Σβ² of all optima, which is where l2 → 0 leads. Columns without variation get 0.
 */
import { EngineError } from '../errors.ts'
import { centerColumns, uncenter } from './center-columns.ts'
import { curvaturePreconditioner } from './curvature.ts'
import type { EncodedRows } from './dataset.ts'
import { layoutOf, secondMoments, type Layout } from './design.ts'
import type {
  Estimator,
  Fitted,
  FitRequest,
  FittedLabel,
  LinearParameters,
  LinearScore,
  Parameters,
} from './estimator.ts'
import { gaussianFamily, logisticFamily, poissonFamily, type Family } from './families.ts'
import { minimize } from './lbfgs.ts'
import { scaledObjective, type Problem } from './linear-objective.ts'
import { centerScores, leastNorm } from './minimum-norm.ts'

/** Least squares. */
export const fitLinear: Estimator = request => fitFamily(request, gaussianFamily)

/** Maximum likelihood of a bool or a class: of two classes one score, for the second; of more one score per class. */
export const fitLogistic: Estimator = request => fitFamily(request, logisticFamily)

/** Maximum likelihood of counts, on the scale of logarithms. */
export const fitPoisson: Estimator = request => fitFamily(request, poissonFamily)

interface Hyperparameters {
  readonly l1: number
  readonly l2: number
  readonly maxIterations: number
  readonly tolerance: number
}

async function fitFamily(
  request: FitRequest,
  familyOf: (rows: EncodedRows, label: FittedLabel) => Family,
): Promise<Fitted> {
  const { signal, onProgress } = request
  if (request.training.nRows === 0)
    throw new EngineError('ENG003', 'Expected rows to fit to, got none. Check `where`, `split` and `weight`.')
  const family = familyOf(request.training, request.label)
  const { l1, l2, maxIterations, tolerance } = hyperparametersOf(request)
  const { rows, shifts } = centerColumns(request.training)
  const layout = layoutOf(rows.numbers.length, request.nCategories)
  const design = { rows, layout }
  const moments = secondMoments(design)
  const nScores = family.intercepts.length
  const problem: Problem = { design, loss: family.loss, nScores, l2, total: moments[0]! }
  const scales = parameterScales(problem, { moments, family })
  const width = layout.nParameters
  const units = family.units.map(unit => unit * tolerance)

  const minimum = await minimize(scaledObjective(problem, scales), {
    start: startOf(request, { family, layout, shifts, scales }),
    ...(l1 > 0 && {
      l1: new Float64Array(nScores * width).map((_, j) =>
        j % width === 0 ? 0 : (l1 * scales[j % width]!) / problem.total,
      ),
    }),
    ...(l1 === 0 && {
      preconditioner: curvaturePreconditioner(problem, {
        scales,
        moments,
        lossCurvature: family.lossCurvature,
        allRows: family.constantCurvature === true,
      }),
    }),
    maxIterations,
    isConverged: gradient => gradient.every((g, j) => Math.abs(g) <= units[Math.floor(j / width)]!),
    async onIteration(done, value) {
      const message = `Iteration ${done}, mean objective ${value.toFixed(6)}`
      onProgress?.({ done, total: maxIterations, message })
      await new Promise(resolve => setImmediate(resolve))
      signal?.throwIfAborted()
    },
  })
  const parameters = minimum.x.map((v, j) => v * scales[j % width]!)
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

function hyperparametersOf({ hyperparameters }: FitRequest): Hyperparameters {
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
  { start }: FitRequest,
  of: {
    readonly family: Family
    readonly layout: Layout
    readonly shifts: Float64Array
    readonly scales: Float64Array
  },
): Float64Array {
  const { family, layout, shifts, scales } = of
  const { nParameters: width } = layout
  const parameters = new Float64Array(family.intercepts.length * width)
  if (start) {
    checkStart(start, family, layout)
    start.scores.forEach((score, k) => parameters.set(parametersOf(score, layout), k * width))
    uncenter(parameters, { width, shifts: shifts.map(shift => -shift) })
  } else family.intercepts.forEach((intercept, k) => (parameters[k * width] = intercept))
  return parameters.map((v, j) => v / scales[j % width]!)
}

function checkStart(
  start: Parameters,
  { link, intercepts }: Family,
  { nNumbers, nParameters }: Layout,
): asserts start is LinearParameters {
  const fits =
    start.kind === 'linear' &&
    start.link === link &&
    start.scores.length === intercepts.length &&
    start.scores.every(({ numbers, categories }) => {
      const nCodes = categories.reduce((n, values) => n + values.length, 0)
      return numbers.length === nNumbers && 1 + nNumbers + nCodes === nParameters
    })
  if (!fits) throw new TypeError('Expected parameters to start from of a fit to the same columns')
}

/** As the layout has them. */
export function parametersOf({ intercept, numbers, categories }: LinearScore, layout: Layout): Float64Array {
  const parameters = new Float64Array(layout.nParameters)
  parameters[0] = intercept
  parameters.set(numbers, 1)
  categories.forEach((values, k) => {
    const nCategories = values.length - 1
    parameters[layout.bases[k]!] = values[nCategories]!
    for (let c = 0; c < nCategories; c++) parameters[layout.bases[k]! + 1 + c] = values[c]!
  })
  return parameters
}

/** The inverse of `parametersOf`, score after score. */
export function scoresOf(
  parameters: Float64Array,
  { nParameters, nNumbers, bases }: Layout,
): readonly LinearScore[] {
  return Array.from({ length: parameters.length / nParameters }, (_, k) => {
    const score = parameters.subarray(k * nParameters, (k + 1) * nParameters)
    return {
      intercept: score[0]!,
      numbers: score.slice(1, 1 + nNumbers),
      categories: bases.map((base, c) =>
        Float64Array.of(...score.subarray(base + 1, bases[c + 1] ?? nParameters), score[base]!),
      ),
    }
  })
}
