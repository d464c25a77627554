/**
 * Bayesian search: the next trial is where a Gaussian process over those before expects the greatest improvement on the
 * best of them (J. Mockus 1975; D. R. Jones, M. Schonlau and W. J. Welch, "Efficient global optimization", 1998).
 */
import { createRandom, type Random } from '../estimators/random.ts'
import { fitGaussianProcess, type GaussianProcess } from './gaussian-process.ts'
import { sobolPoint } from './sobol.ts'
import { dimensionsOfPlace, hyperparametersAt, locate, type Hyperparameters, type Space } from './space.ts'

export interface Observed {
  readonly hyperparameters: Hyperparameters
  /** The less, the better; undefined when the trial failed. */
  readonly cost: number | undefined
}

/** A process over more trials costs more than most fits: of more, the best half and the newest half take part. */
const maxObservations = 160

/** Points of the cube that are compared, and how often the best of them are moved a little. */
const nCandidates = 800
const nRefinements = 8

/** @param index of the trial, from 0 */
export function suggestBayesian(
  space: Space,
  observed: readonly Observed[],
  { index, seed }: { readonly index: number; readonly seed: number },
): Hyperparameters {
  const nFirst = Math.max(4, Math.min(2 * space.length + 1, 12))
  if (index < nFirst || observed.every(({ cost }) => cost === undefined))
    return hyperparametersAt(space, sobolPoint(index, space.length, seed))
  const random = createRandom(seed, index)
  const tried = new Set(observed.map(({ hyperparameters }) => JSON.stringify(hyperparameters)))
  const { process, best } = learn(space, chosen(observed), random)
  const gain = (hyperparameters: Hyperparameters) =>
    tried.has(JSON.stringify(hyperparameters))
      ? -1
      : expectedImprovement(process, best.cost, locate(space, hyperparameters))
  return greatest(space, { gain, best: best.hyperparameters, random })
}

function chosen(observed: readonly Observed[]): readonly Observed[] {
  if (observed.length <= maxObservations) return observed
  const half = maxObservations / 2
  const older = observed.slice(0, -half)
  const cost = (o: Observed) => o.cost ?? Infinity
  return [...older.toSorted((a, b) => cost(a) - cost(b)).slice(0, half), ...observed.slice(-half)]
}

/** What failed counts as the worst; costs far beyond the middle say only that they are bad, and not how bad. */
function learn(space: Space, observed: readonly Observed[], random: Random) {
  const known = observed.flatMap(({ cost }) => (cost === undefined ? [] : [cost])).toSorted((a, b) => a - b)
  const [least, median] = [known[0]!, known[Math.floor(known.length / 2)]!]
  const most = Math.min(known.at(-1)!, median + 2 * (median - least))
  const costs = observed.map(({ cost }) => Math.min(cost ?? most, most))
  const mean = costs.reduce((sum, c) => sum + c, 0) / costs.length
  const deviation = Math.sqrt(costs.reduce((sum, c) => sum + (c - mean) ** 2, 0) / costs.length) || 1
  const values = costs.map(c => (c - mean) / deviation)
  const places = observed.map(({ hyperparameters }) => locate(space, hyperparameters))
  const process = fitGaussianProcess({ places, values, dimensionOf: dimensionsOfPlace(space) }, random)
  const at = observed.findIndex(({ cost }) => cost === least)
  return { process, best: { cost: values[at]!, hyperparameters: observed[at]!.hyperparameters } }
}

function expectedImprovement(process: GaussianProcess, best: number, place: readonly number[]): number {
  const { mean, deviation } = process.predict(place)
  const z = (best - mean) / deviation
  return deviation * (z * normalBelow(z) + Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI))
}

/** The standard normal distribution (M. Abramowitz and I. A. Stegun, 26.2.17; to 7.5e-8). */
function normalBelow(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z))
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  const tail = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series
  return z > 0 ? 1 - tail : tail
}

interface Candidate {
  readonly hyperparameters: Hyperparameters
  readonly gain: number
}

interface Maximize {
  readonly gain: (hyperparameters: Hyperparameters) => number
  readonly best: Hyperparameters
  readonly random: Random
}

/** Among points all over the cube and points near the best, then near the most promising of those. */
function greatest(space: Space, { gain, best, random }: Maximize): Hyperparameters {
  const anywhere = () =>
    hyperparametersAt(
      space,
      space.map(() => random.next()),
    )
  const judged = (hyperparameters: Hyperparameters): Candidate => ({
    hyperparameters,
    gain: gain(hyperparameters),
  })
  const candidates = Array.from({ length: nCandidates }, (_, i) =>
    judged(i % 4 === 0 ? moved(space, best, { by: 0.1, random }) : anywhere()),
  )
  const promising = candidates.toSorted((a, b) => b.gain - a.gain).slice(0, 5)
  let winner = promising[0]!
  for (let candidate of promising)
    for (let step = 0, by = 0.1; step < nRefinements; step++, by *= 0.7)
      for (let n = 0; n < 8; n++) {
        const next = judged(moved(space, candidate.hyperparameters, { by, random }))
        if (next.gain > candidate.gain) candidate = next
        if (next.gain > winner.gain) winner = next
      }
  return winner.hyperparameters
}

/** Every number a little elsewhere, and sometimes another choice. */
function moved(
  space: Space,
  from: Hyperparameters,
  { by, random }: { readonly by: number; readonly random: Random },
): Hyperparameters {
  const place = locate(space, from)
  let at = 0
  const point = space.map(dimension => {
    if (dimension.kind === 'choice') {
      const n = dimension.values.length
      at += n
      const now = dimension.values.indexOf(from[dimension.hyperparameter]!)
      return random.next() < 0.15 ? random.next() : (now + 0.5) / n
    }
    const u = place[at++]! + by * random.normal() * (random.next() < 0.5 ? 1 : 0.1)
    // Beyond an end, back inside.
    return Math.min(1 - 1e-9, Math.abs(u > 1 ? 2 - u : u))
  })
  return hyperparametersAt(
    space,
    point.map(u => Math.min(1 - 1e-9, Math.max(0, u))),
  )
}
