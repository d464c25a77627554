/**
 * Generalized linear mixed models: a fixed effect and, for every key, effects of its own that are shrunk towards 0 (Zhang et
 * al., GLMix, KDD 2016). The objective is Σ weight · loss + l2/2·|β|² + Σ effects l2/2·|b|², the fixed intercept free; with
 * the gaussian family and l2 = σ²/τ² its minimum has the best linear unbiased predictions of the random effects.
 *
 * A round is block descent over the keys and a step over all blocks at once. Block descent alone creeps where groupings
 * cross or nest, because each block answers for what the others have not yet taken over; as the preconditioner of conjugate
 * gradients it needs the root of as many rounds, always ends, and takes memory for the blocks alone, which a factorization
 * of the whole system would fill in. The gaussian objective is its own quadratic: one round ends it.
 */
import { EngineError } from '../errors.ts'
import type { EncodedRows } from './dataset.ts'
import type { Estimator, FitRequest, Fitted, MixedParameters, Parameters, RandomEffect } from './estimator.ts'
import {
  createDesign,
  endOf,
  type Design,
  type KeyedEffect,
  type PlacedEffect,
} from './mixed-effects/design.ts'
import { families, type Family, type FamilyName } from './mixed-effects/families.ts'
import {
  moveAlong,
  objectiveOf,
  refreshScores,
  slopeOf,
  solveJointly,
  type State,
} from './mixed-effects/joint-step.ts'
import { descendKeys } from './mixed-effects/key-descent.ts'
import { keysWithRows, numberKeys, sampleKeys } from './mixed-effects/keys.ts'
import { createPreconditioner } from './mixed-effects/preconditioner.ts'

/** What the gaussian system is solved to, of the tolerance. */
const gaussianAccuracy = 1e-4
const leastAccurate = 1e-2
const mostAccurate = 1e-12

export const fitMixedEffects: Estimator = async request => {
  const random = request.random ?? []
  const family = familyOf(request)
  checkLabel(request.training, family)
  const rows = sampleKeys(request.training, {
    random,
    maxRows: random.map(({ hyperparameters }) => numberOr(hyperparameters['max_rows'], 0)),
    seed: request.seed,
  })
  const design = createDesign(rows, {
    nCategories: request.nCategories,
    l2: numberOr(request.hyperparameters['l2'], 0),
    effects: random.map((_, e) => placeEffect(request, rows, e)),
  })
  const state = startingState(design, family, request.start)
  const { rounds, converged } = await descend(design, family, state, request)
  return fittedOf(design, family, { random, state, rounds, converged })
}

async function descend(
  design: Design,
  family: Family,
  state: State,
  request: FitRequest,
): Promise<{ readonly rounds: number; readonly converged: boolean }> {
  const tolerance = numberOr(request.hyperparameters['tolerance'], 1e-6)
  const maxRounds = numberOr(request.hyperparameters['max_iterations'], 100)
  const pause = async () => {
    await new Promise(resolve => setImmediate(resolve))
    request.signal?.throwIfAborted()
  }
  const total = design.weights ? design.weights.reduce((sum, w) => sum + w, 0) : design.nRows
  let alone = family.name !== 'gaussian'
  let accuracy = family.name === 'gaussian' ? bounded(tolerance * gaussianAccuracy) : leastAccurate
  for (let round = 1; round <= maxRounds; round++) {
    const mean = (state.objective / total).toPrecision(6)
    request.onProgress?.({ done: round - 1, total: maxRounds, message: `Round ${round}: mean loss ${mean}` })
    await pause()
    const before = state.objective
    if (alone) await descendAlone(design, family, state, pause)
    const slope = slopeOf(design, family, state)
    const precondition = createPreconditioner(design, slope.curvature)
    const { direction, accurate } = await solveJointly(design, slope, {
      precondition,
      accuracy,
      onStep: pause,
    })
    const share = moveAlong(design, family, { state, gradient: slope.gradient, direction })
    const improvement = (before - state.objective) / Math.max(Math.abs(before), Number.MIN_VALUE)
    if (improvement <= tolerance || (family.name === 'gaussian' && accurate))
      return { rounds: round, converged: true }
    if (family.name === 'gaussian') continue
    alone = share < 1
    accuracy = bounded(improvement)
  }
  return { rounds: maxRounds, converged: false }
}

function bounded(accuracy: number): number {
  return Math.min(Math.max(accuracy, mostAccurate), leastAccurate)
}

/** One effect after the other. */
async function descendAlone(
  design: Design,
  family: Family,
  state: State,
  pause: () => Promise<void>,
): Promise<void> {
  for (const effect of design.effects) {
    descendKeys(design, family, effect, state)
    await pause()
  }
  state.objective = objectiveOf(design, family, state)
}

function familyOf({ hyperparameters }: FitRequest): Family {
  return families[hyperparameters['family'] as FamilyName]
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise
}

/** @throws EngineError ENG005 */
function checkLabel({ label }: EncodedRows, { name }: Family): void {
  if (name === 'gaussian') return
  if (name === 'poisson' && label.some(y => y < 0))
    throw new EngineError(
      'ENG005',
      `Expected counts of 0 or more, got ${label.find(y => y < 0)}. Use the family gaussian, or correct the label.`,
    )
  const positive = label.some(y => y > 0)
  if (!positive || (name === 'logistic' && !label.some(y => y === 0)))
    throw new EngineError(
      'ENG005',
      `Expected more than one value of the label, got only ${label[0]} on ${label.length} training rows. Change the label's threshold or the split.`,
    )
}

/** Whether a key has enough rows is seen on all rows, not on the sample. */
function placeEffect(request: FitRequest, rows: EncodedRows, e: number): PlacedEffect {
  const { nKeys, intercept, slopes, hyperparameters } = request.random![e]!
  const minRows = numberOr(hyperparameters['min_rows'], 1)
  const codes = keysWithRows(request.training.keys![e]!, { nKeys, minRows })
  return {
    keys: numberKeys(rows.keys![e]!, codes, nKeys),
    nKeys: codes.length,
    codes,
    intercept,
    slopes: slopes.map(j => rows.numbers[j]!),
    l2: numberOr(hyperparameters['l2'], 0),
  }
}

function startingState(design: Design, family: Family, start: Parameters | undefined): State {
  const x = new Float64Array(design.nParameters)
  if (start) copyStart(design, start, x)
  else x[design.intercept] = interceptAlone(design, family)
  const state = { x, scores: new Float64Array(design.nRows), objective: 0 }
  refreshScores(design, state)
  state.objective = objectiveOf(design, family, state)
  return state
}

/** The intercept that fits best where there is nothing else; but for the logistic family, beside the offset too. */
function interceptAlone({ nRows, label, weights, scoreOffset }: Design, { name }: Family): number {
  let total = 0
  let labels = 0
  let offsets = 0
  for (let i = 0; i < nRows; i++) {
    const weight = weights ? weights[i]! : 1
    const offset = scoreOffset ? scoreOffset[i]! : 0
    total += weight
    labels += weight * label[i]!
    offsets += weight * (name === 'poisson' ? Math.exp(offset) : offset)
  }
  if (name === 'gaussian') return (labels - offsets) / total
  return name === 'poisson' ? Math.log(labels / offsets) : Math.log(labels / (total - labels))
}

/** @throws EngineError ENG010 when the parameters are of other columns or keys */
function copyStart(design: Design, start: Parameters, x: Float64Array): void {
  const fixed = start.kind === 'mixed' ? start.fixed : start.kind === 'linear' ? start.scores[0] : undefined
  const random = start.kind === 'mixed' ? start.random : []
  const fits =
    fixed?.numbers.length === design.numbers.length &&
    fixed.categories.length === design.codes.length &&
    fixed.categories.every((weights, k) => weights.length === design.codeSizes[k]) &&
    random.every(({ nCoefficients }, e) => nCoefficients === design.effects[e]?.nCoefficients) &&
    design.effects.every(
      ({ codes, nCoefficients }, e) =>
        !random[e] || random[e].values.length >= ((codes.at(-1) ?? -1) + 1) * nCoefficients,
    )
  if (!fits)
    throw new EngineError(
      'ENG010',
      'Expected parameters of the same columns and keys to start from, got those of others. Start without, or from a model of the same plan and data.',
    )
  x.set(fixed.numbers)
  fixed.categories.forEach((weights, k) => x.set(weights, design.codeOffsets[k]!))
  x[design.intercept] = fixed.intercept
  random.forEach(({ values }, e) => {
    const { codes, nCoefficients, offset } = design.effects[e]!
    codes.forEach((code, k) => {
      for (let c = 0; c < nCoefficients; c++)
        x[offset + k * nCoefficients + c] = values[code * nCoefficients + c]!
    })
  })
}

function fittedOf(
  design: Design,
  family: Family,
  {
    random,
    state,
    rounds,
    converged,
  }: { random: readonly RandomEffect[]; state: State; rounds: number; converged: boolean },
): Fitted {
  const { x, objective } = state
  const parameters: MixedParameters = {
    kind: 'mixed',
    link: family.link,
    fixed: {
      intercept: x[design.intercept]!,
      numbers: x.slice(0, design.numbers.length),
      categories: design.codeOffsets.map((offset, k) => x.slice(offset, offset + design.codeSizes[k]!)),
    },
    random: design.effects.map((effect, e) => ({
      intercept: effect.intercept,
      slopes: random[e]!.slopes,
      nCoefficients: effect.nCoefficients,
      values: valuesOf(effect, x, random[e]!.nKeys),
    })),
  }
  const nParameters = design.effects.reduce((sum, e) => sum + endOf(e) - e.offset, design.nFixed)
  return { parameters, iterations: rounds, converged, objective, nParameters }
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
