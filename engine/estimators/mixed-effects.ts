/**
 * Generalized linear mixed models: a fixed effect and, for every key, effects of its own that are shrunk towards 0 (Zhang et
 * al., GLMix, KDD 2016). The objective is Σ weight · loss + l2/2·|β|² + Σ effects l2/2·|b|², the fixed intercept free; with
 * the gaussian family and l2 = σ²/τ² its minimum has the best linear unbiased predictions of the random effects.
 */
import { EngineError } from '../errors.ts'
import { centerColumns, uncenter } from './center-columns.ts'
import type { EncodedRows } from './dataset.ts'
import { layoutOf } from './design.ts'
import type { Estimator, FitRequest, MixedParameters, RandomEffect } from './estimator.ts'
import { gaussianFamily, logisticFamily, poissonFamily } from './families.ts'
import { parametersOf, scoresOf } from './linear-parameters.ts'
import { leastNorm } from './minimum-norm.ts'
import { descend } from './mixed-effects/descent.ts'
import {
  createDesign,
  endOf,
  type Design,
  type KeyedEffect,
  type PlacedEffect,
} from './mixed-effects/design.ts'
import { families, type Family } from './mixed-effects/families.ts'
import { objectiveOf, refreshScores, type State } from './mixed-effects/joint-step.ts'
import { keysWithRows, numberKeys, sampleKeys } from './mixed-effects/keys.ts'

export const fitMixedEffects: Estimator = async request => {
  if (request.training.nRows === 0)
    throw new EngineError('ENG003', 'Expected rows to fit to, got none. Check `where`, `split` and `weight`.')
  const { random = [], nCategories, seed, signal, onProgress } = request
  const { family, link, intercept } = familyOf(request)
  const rows = sampleKeys(request.training, {
    random,
    maxRows: random.map(effect => numberOf(effect, 'max_rows', 0)),
    seed,
  })
  const layout = layoutOf(rows.numbers.length, nCategories)
  const { design: centered, shifts } = centerColumns({ rows, layout })
  const l2 = numberOf(request, 'l2')
  const effects = random.map((effect, e) => placeEffect(request.training, rows, { effect, e }))
  const design = createDesign(centered.rows, { nCategories, l2, effects })
  const state = startingState(request, design, { family, intercept, shifts })
  const maxRounds = numberOf(request, 'max_iterations')
  const { rounds, converged } = await descend(design, family, state, {
    tolerance: numberOf(request, 'tolerance'),
    maxRounds,
    onRound(round) {
      const message = `Round ${round}, objective ${state.objective.toPrecision(7)}`
      onProgress?.({ done: round - 1, total: maxRounds, message })
    },
    async pause() {
      await new Promise(resolve => setImmediate(resolve))
      signal?.throwIfAborted()
    },
  })
  return {
    parameters: { kind: 'mixed', link, ...parametersAt(state.x, design, { random, shifts, l2 }) },
    iterations: rounds,
    converged,
    objective: state.objective,
    nParameters: design.effects.reduce(
      (sum, e) => sum + endOf(e) - e.offset,
      design.fixed.layout.nParameters,
    ),
  }
}

/** The family and the intercept that fits best by itself, about. @throws EngineError ENG005 */
function familyOf({ hyperparameters, training, label }: FitRequest) {
  switch (hyperparameters['family']) {
    case 'logistic': {
      const { link, intercepts } = logisticFamily(training, label)
      return { family: families.logistic, link, intercept: intercepts[0]! }
    }
    case 'poisson': {
      const { link, intercepts } = poissonFamily(training)
      return { family: families.poisson, link, intercept: intercepts[0]! }
    }
    default: {
      const { link, intercepts } = gaussianFamily(training)
      return { family: families.gaussian, link, intercept: intercepts[0]! }
    }
  }
}

function numberOf(
  { hyperparameters }: Pick<FitRequest, 'hyperparameters'>,
  name: string,
  otherwise?: number,
): number {
  const value = hyperparameters[name] ?? otherwise
  if (typeof value !== 'number') throw new TypeError(`Expected a number for ${name}, got ${String(value)}`)
  return value
}

/** Whether a key has enough rows is seen on all rows, not on the sample. */
function placeEffect(
  training: EncodedRows,
  rows: EncodedRows,
  { effect, e }: { readonly effect: RandomEffect; readonly e: number },
): PlacedEffect {
  const { nKeys, intercept, slopes } = effect
  const codes = keysWithRows(training.keys![e]!, { nKeys, minRows: numberOf(effect, 'min_rows', 1) })
  return {
    keys: numberKeys(rows.keys![e]!, codes, nKeys),
    nKeys: codes.length,
    codes,
    intercept,
    slopes: slopes.map(j => rows.numbers[j]!),
    l2: numberOf(effect, 'l2'),
  }
}

function startingState(
  { start, random = [] }: FitRequest,
  design: Design,
  of: { readonly family: Family; readonly intercept: number; readonly shifts: Float64Array },
): State {
  const { fixed, effects, nParameters, nRows } = design
  const x = new Float64Array(nParameters)
  if (start) {
    const width = fixed.layout.nParameters
    checkStart(start as MixedParameters, design, random)
    const own = parametersOf((start as MixedParameters).fixed, fixed.layout)
    uncenter(own, { width, shifts: of.shifts.map(shift => -shift) })
    x.set(own)
    effects.forEach((effect, e) => putValues((start as MixedParameters).random[e]!.values, effect, x))
  } else x[0] = of.intercept
  const state = { x, scores: new Float64Array(nRows), objective: 0 }
  refreshScores(design, state)
  state.objective = objectiveOf(design, of.family, state)
  return state
}

function checkStart(
  start: MixedParameters,
  { fixed, effects }: Design,
  random: readonly RandomEffect[],
): void {
  const { layout } = fixed
  const fits =
    start.kind === 'mixed' &&
    start.fixed.numbers.length === layout.nNumbers &&
    start.fixed.categories.reduce((n, values) => n + values.length, 1 + layout.nNumbers) ===
      layout.nParameters &&
    start.random.length === effects.length &&
    effects.every(
      ({ nCoefficients }, e) => start.random[e]!.values.length === random[e]!.nKeys * nCoefficients,
    )
  if (!fits) throw new TypeError('Expected parameters to start from of a fit to the same columns and keys')
}

function parametersAt(
  x: Float64Array,
  { fixed, effects }: Design,
  of: { readonly random: readonly RandomEffect[]; readonly shifts: Float64Array; readonly l2: number },
): Pick<MixedParameters, 'fixed' | 'random'> {
  const { layout } = fixed
  const own = x.slice(0, layout.nParameters)
  if (of.l2 === 0) leastNorm(fixed, own)
  uncenter(own, { width: own.length, shifts: of.shifts })
  return {
    fixed: scoresOf(own, layout)[0]!,
    random: effects.map((effect, e) => ({
      intercept: effect.intercept,
      slopes: of.random[e]!.slopes,
      nCoefficients: effect.nCoefficients,
      values: valuesOf(effect, x, of.random[e]!.nKeys),
    })),
  }
}

/** Key after key as they were given; 0 for those that are not fitted. */
function valuesOf(
  { codes, nCoefficients, offset }: KeyedEffect,
  x: Float64Array,
  nKeys: number,
): Float64Array {
  const values = new Float64Array(nKeys * nCoefficients)
  codes.forEach((code, k) => {
    const from = offset + k * nCoefficients
    values.set(x.subarray(from, from + nCoefficients), code * nCoefficients)
  })
  return values
}

/** The inverse of `valuesOf`. */
function putValues(
  values: ArrayLike<number>,
  { codes, nCoefficients, offset }: KeyedEffect,
  x: Float64Array,
): void {
  codes.forEach((code, k) => {
    for (let c = 0; c < nCoefficients; c++)
      x[offset + k * nCoefficients + c] = values[code * nCoefficients + c]!
  })
}
