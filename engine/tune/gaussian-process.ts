/**
 * A Gaussian process over few points (C. E. Rasmussen and C. K. I. Williams, "Gaussian Processes for Machine Learning",
 * 2006, chapters 2 and 5): Matérn 5/2 with a length per dimension, of values that are standardized before.
 */
import type { Random } from '../estimators/random.ts'

export interface Observations {
  /** (nPoints, nCoordinates) */
  readonly places: readonly (readonly number[])[]
  /** Of mean 0 and variance about 1. */
  readonly values: readonly number[]
  /** Per coordinate the dimension whose length it has. */
  readonly dimensionOf: readonly number[]
}

export interface GaussianProcess {
  /** Mean and standard deviation of the value at a place. */
  predict(place: readonly number[]): { readonly mean: number; readonly deviation: number }
}

/** Logarithms: a length per dimension, then the deviation of the noise. */
type Settings = readonly number[]

/** Widths of the unit cube that lengths are expected around, and how far from it (in logarithms). */
const expectedLength = { center: Math.log(0.5), deviation: 0.75 }
const expectedNoise = { center: Math.log(0.05), deviation: 1.5 }

/** The settings that are likeliest for the observations, found by a search from several starts. */
export function fitGaussianProcess(observations: Observations, random: Random): GaussianProcess {
  const nDimensions = Math.max(...observations.dimensionOf) + 1
  const judge = (settings: Settings) => logPosterior(observations, settings)
  const middle = [...new Array<number>(nDimensions).fill(expectedLength.center), expectedNoise.center]
  let best = climb(middle, judge)
  for (let start = 0; start < 2; start++) {
    const from = middle.map((center, d) => center + random.normal() * (d < nDimensions ? 0.8 : 1.2))
    const found = climb(from, judge)
    if (found.posterior > best.posterior) best = found
  }
  return condition(observations, best.settings)
}

/** A search along each setting in turn, with steps that grow where they help and shrink where they do not. */
function climb(start: Settings, judge: (settings: Settings) => number) {
  let settings = [...start]
  let posterior = judge(settings)
  const steps = settings.map(() => 0.5)
  for (let round = 0; round < 12 && Math.max(...steps.map(Math.abs)) > 0.05; round++)
    for (let d = 0; d < settings.length; d++) {
      const moved = settings.with(d, settings[d]! + steps[d]!)
      const there = judge(moved)
      if (there > posterior) {
        settings = moved
        posterior = there
        steps[d]! *= 1.5
      } else steps[d]! *= -0.5
    }
  return { settings, posterior }
}

function condition({ places, values, dimensionOf }: Observations, settings: Settings): GaussianProcess {
  const lengths = dimensionOf.map(d => Math.exp(settings[d]!))
  const factor = factorize(covariances(places, lengths, noiseOf(settings)))
  // Settings that were taken have a covariance that can be factorized.
  const lower = factor!.lower
  const weights = solveUpper(lower, solveLower(lower, values))
  return {
    predict(place) {
      const near = places.map(other => matern(distance(place, other, lengths)))
      const mean = near.reduce((sum, k, i) => sum + k * weights[i]!, 0)
      const explained = solveLower(lower, near).reduce((sum, v) => sum + v * v, 0)
      return { mean, deviation: Math.sqrt(Math.max(1e-12, 1 - explained)) }
    },
  }
}

function logPosterior({ places, values, dimensionOf }: Observations, settings: Settings): number {
  const lengths = dimensionOf.map(d => Math.exp(settings[d]!))
  const factor = factorize(covariances(places, lengths, noiseOf(settings)))
  if (!factor) return -Infinity
  const whitened = solveLower(factor.lower, values)
  const fit = whitened.reduce((sum, v) => sum + v * v, 0)
  const prior = settings.reduce((sum, s, d) => {
    const { center, deviation } = d < settings.length - 1 ? expectedLength : expectedNoise
    return sum + ((s - center) / deviation) ** 2
  }, 0)
  return -(fit + prior) / 2 - factor.halfLogDeterminant
}

/** Variance of the noise; never so small that equal places cannot be told from a singular matrix. */
function noiseOf(settings: Settings): number {
  return Math.exp(2 * settings.at(-1)!) + 1e-8
}

function covariances(
  places: Observations['places'],
  lengths: readonly number[],
  noise: number,
): Float64Array[] {
  return places.map((place, i) => {
    const row = new Float64Array(i + 1)
    for (let j = 0; j < i; j++) row[j] = matern(distance(place, places[j]!, lengths))
    row[i] = 1 + noise
    return row
  })
}

function distance(a: readonly number[], b: readonly number[], lengths: readonly number[]): number {
  let sum = 0
  for (let d = 0; d < a.length; d++) {
    const difference = (a[d]! - b[d]!) / lengths[d]!
    sum += difference * difference
  }
  return Math.sqrt(sum)
}

function matern(r: number): number {
  const z = Math.sqrt(5) * r
  return (1 + z + (z * z) / 3) * Math.exp(-z)
}

/** Cholesky's factor of a symmetric matrix given by its lower rows, in their place; undefined when it is not positive. */
function factorize(lower: Float64Array[]) {
  let halfLogDeterminant = 0
  for (let i = 0; i < lower.length; i++) {
    const row = lower[i]!
    for (let j = 0; j <= i; j++) {
      const other = lower[j]!
      let sum = row[j]!
      for (let k = 0; k < j; k++) sum -= row[k]! * other[k]!
      if (j < i) row[j] = sum / other[j]!
      else if (sum > 0) row[i] = Math.sqrt(sum)
      else return undefined
    }
    halfLogDeterminant += Math.log(row[i]!)
  }
  return { lower, halfLogDeterminant }
}

function solveLower(lower: readonly Float64Array[], right: readonly number[]): number[] {
  const x: number[] = []
  for (let i = 0; i < right.length; i++) {
    let sum = right[i]!
    for (let j = 0; j < i; j++) sum -= lower[i]![j]! * x[j]!
    x.push(sum / lower[i]![i]!)
  }
  return x
}

/** Of the transposed factor. */
function solveUpper(lower: readonly Float64Array[], right: readonly number[]): number[] {
  const x = [...right]
  for (let i = x.length - 1; i >= 0; i--) {
    for (let j = i + 1; j < x.length; j++) x[i]! -= lower[j]![i]! * x[j]!
    x[i]! /= lower[i]![i]!
  }
  return x
}
