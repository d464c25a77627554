/**
 * Bootstrap intervals (Efron 1979, percentile): the rows are drawn again with replacement, and again, and the middle
 * 95 % of the metric's values are the interval. Drawing is by a Poisson distribution per unit, which for many rows is
 * drawing with replacement (Chamandy et al. 2012) and needs no second look at the data:
 *
 * - A metric of sums has a unit per row; of more rows than `nUnits`, rows are put into units by a hash of their place, and
 *   units are drawn.
 * - A metric of order has a unit per tie and label; n rows in one are drawn together, by a Poisson distribution of mean n.
 *   Of more ties, neighbours are joined for the interval alone.
 *
 * The ends are not corrected for bias: a calibration error, which chance can only raise, may lie at or below the lower end
 * when a model is calibrated as well as can be told.
 *
 * The work is the number of resamples times that of units, whatever the number of rows. Everything follows from the seed.
 */
import type { Interval } from '../types.ts'
import { valueOfTies, type Ties, type TieSum } from './order.ts'
import { createRandom, mix } from './random.ts'
import type { SumMetric } from './sums.ts'

export interface Resampling {
  readonly nResamples: number
  readonly nUnits: number
  readonly seed: number
}

/** Over all rows of a split. Quantiles of 1000 values are off by some percent of the interval's width. */
export const wholeResampling: Resampling = { nResamples: 1000, nUnits: 4096, seed: 0 }
/** Of one of many groups: off by a tenth of the width. */
export const groupResampling: Resampling = { nResamples: 200, nUnits: 512, seed: 0 }

/** Sums that fit the processor's cache. */
const maxSums = 65_536

/** Sums per unit, which rows are put into. */
export interface Units {
  readonly nUnits: number
  /** (nUnits, nSums) */
  readonly sums: Float64Array
  /** Where the sums of the unit of row i begin. */
  place(i: number): number
}

export function unitsOf(nSums: number, nRows: number, resampling: Resampling): Units {
  const nUnits = Math.min(nRows, resampling.nUnits, Math.max(64, Math.floor(maxSums / nSums)))
  return {
    nUnits,
    sums: new Float64Array(nUnits * nSums),
    place: i => nSums * (nRows === nUnits ? i : mix(i ^ resampling.seed) % nUnits),
  }
}

/** Null where fewer than half of the resamples have a value. */
export function bootstrapSums(metric: SumMetric, nRows: number, resampling: Resampling): Interval | null {
  const units = unitsOf(metric.nSums, nRows, resampling)
  for (let i = 0; i < nRows; i++) metric.add(i, units.sums, units.place(i))
  return bootstrapUnits(metric, units, resampling)
}

export function bootstrapUnits(
  metric: Pick<SumMetric, 'nSums' | 'value'>,
  { nUnits, sums: units }: Units,
  resampling: Resampling,
): Interval | null {
  const { nSums } = metric
  const random = createRandom(resampling.seed)
  const sums = new Float64Array(nSums)
  return percentiles(resampling.nResamples, () => {
    sums.fill(0)
    for (let u = 0; u < nUnits; u++) {
      const n = random.poisson1()
      if (n > 0) for (let s = 0; s < nSums; s++) sums[s]! += n * units[u * nSums + s]!
    }
    return metric.value(sums)
  })
}

/** So many ties are drawn: the others are joined to them. */
export function nTiesDrawn({ nUnits }: Resampling): number {
  return nUnits / 2
}

/**
 * @param ties as many as are drawn
 * @param value of the metric over all rows: what joining ties changes of it is taken back
 */
export function bootstrapOrder(
  metric: () => TieSum,
  ties: Ties,
  { value, nResamples, seed }: Resampling & { readonly value: number },
): Interval | null {
  const shift = value - valueOfTies(metric, ties)
  const random = createRandom(seed)
  const drawn = { nTrue: ties.nTrue.slice(), nFalse: ties.nFalse.slice() }
  return percentiles(nResamples, () => {
    for (let i = 0; i < ties.nTrue.length; i++) {
      drawn.nTrue[i] = random.poisson(ties.nTrue[i]!)
      drawn.nFalse[i] = random.poisson(ties.nFalse[i]!)
    }
    return valueOfTies(metric, drawn) + shift
  })
}

/** Of the mean of values that are drawn again themselves. */
export function bootstrapMean(values: readonly number[], resampling: Resampling): Interval | null {
  const mean: SumMetric = {
    nSums: 2,
    add(i, sums, at) {
      sums[at]!++
      sums[at + 1]! += values[i]!
    },
    value: sums => sums[1]! / sums[0]!,
  }
  return bootstrapSums(mean, values.length, resampling)
}

/** The middle 95 % of what resamples give. */
function percentiles(nResamples: number, resample: () => number): Interval | null {
  const values = Float64Array.from({ length: nResamples }, resample).filter(Number.isFinite).sort()
  return values.length * 2 < nResamples ? null : [quantile(values, 0.025), quantile(values, 0.975)]
}

/** Of sorted values, between the two nearest. */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const place = q * (sorted.length - 1)
  const below = Math.floor(place)
  const above = Math.min(below + 1, sorted.length - 1)
  return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!)
}
