/**
 * Columns as small whole numbers: the values of a number by quantiles of the training rows, categories by their code.
 * What trees are grown on; nothing after this sees a value again.
 */

export interface NumberBins {
  readonly kind: 'number'
  /**
   * Ascending and finite; the value x is in the first bin b with x ≤ edges[b], in bin `edges.length` when there is none.
   * The bin after that is for missing values. Where there are such, the last edge is the greatest finite number, so that
   * a split can tell all present values from them.
   */
  readonly edges: Float64Array
  readonly nBins: number
}

export interface CategoryBins {
  readonly kind: 'category'
  /** Code c is in bin c + 1; bin 0 has every other value, missing included. */
  readonly nBins: number
}

export type ColumnBins = NumberBins | CategoryBins

export type Bins = Uint8Array | Uint16Array

/** Rows that the quantiles are taken from, evenly spaced. */
const maxRows = 200_000
/** Bins that 16 bits can number. */
export const maxBinsOfColumn = 1 << 16

/**
 * Bins of about equal weight. A value that alone has the weight of a bin has one to itself; edges lie halfway between
 * two neighbouring values of the training rows.
 * @param values (nRows), NaN where missing
 */
export function numberBins(
  values: Float64Array,
  { maxBins, weights }: { readonly maxBins: number; readonly weights?: Float64Array | undefined },
): NumberBins {
  const sorted = sortedSample(values)
  const isMissing = values.some(Number.isNaN)
  const { distinct, mass } = distinctValues(sorted, { values, weights })
  const n = Math.max(1, isMissing ? maxBins - 1 : maxBins)
  const edges = distinct.length <= n ? betweenAll(distinct) : quantileEdges(distinct, mass, n)
  const all = isMissing && edges.at(-1) !== Number.MAX_VALUE ? [...edges, Number.MAX_VALUE] : edges
  return { kind: 'number', edges: Float64Array.from(all), nBins: all.length + 2 }
}

export function categoryBins(nCategories: number): CategoryBins {
  return { kind: 'category', nBins: nCategories + 1 }
}

/** Writes the bin of every row. */
export function assignCategories(codes: Int32Array, bins: Bins): void {
  for (let i = 0; i < codes.length; i++) bins[i] = codes[i]! + 1
}

/** Whether a bin's number takes two bytes. */
export const isWide = ({ nBins }: ColumnBins): boolean => nBins > 256

/** Index of the first edge that is at least x; the number of edges when none is. */
function firstAtLeast(edges: Float64Array, x: number): number {
  let low = 0
  let high = edges.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (edges[middle]! < x) low = middle + 1
    else high = middle
  }
  return low
}

interface Distinct {
  readonly distinct: Float64Array
  /** The weight of the rows that have each. */
  readonly mass: Float64Array
}

/** Ascending, without missing ones. What is less than every finite number counts as the least of them. */
function sortedSample(values: Float64Array): Float64Array {
  const step = stride(values)
  const sample = new Float64Array(Math.ceil(values.length / step))
  for (let k = 0; k < sample.length; k++) sample[k] = Math.max(values[k * step]!, -Number.MAX_VALUE)
  sample.sort()
  let n = sample.length
  while (n > 0 && Number.isNaN(sample[n - 1]!)) n -= 1
  return sample.subarray(0, n)
}

const stride = (values: Float64Array): number => Math.max(1, Math.ceil(values.length / maxRows))

function distinctValues(
  sorted: Float64Array,
  { values, weights }: { readonly values: Float64Array; readonly weights: Float64Array | undefined },
): Distinct {
  const distinct = new Float64Array(sorted.length)
  const mass = new Float64Array(sorted.length)
  let n = 0
  for (let k = 0; k < sorted.length; k++) {
    if (n === 0 || sorted[k]! !== distinct[n - 1]!) distinct[n++] = sorted[k]!
    if (!weights) mass[n - 1]! += 1
  }
  const found = { distinct: distinct.slice(0, n), mass: mass.slice(0, n) }
  if (weights)
    for (let i = 0, step = stride(values); i < values.length; i += step)
      if (!Number.isNaN(values[i]!)) found.mass[firstAtLeast(found.distinct, values[i]!)]! += weights[i]!
  return found
}

function betweenAll(distinct: Float64Array): Float64Array {
  const edges = new Float64Array(Math.max(0, distinct.length - 1))
  for (let k = 0; k < edges.length; k++) edges[k] = between(distinct[k]!, distinct[k + 1]!)
  return edges
}

/** At least the lower and below the upper, whatever rounding does; finite. */
function between(lower: number, upper: number): number {
  if (upper === Infinity) return Number.MAX_VALUE
  const middle = lower / 2 + upper / 2
  return middle >= lower && middle < upper ? middle : lower
}

function quantileEdges(distinct: Float64Array, mass: Float64Array, maxBins: number): Float64Array {
  const share = mass.reduce((sum, m) => sum + m, 0) / maxBins
  const heavy = (k: number) => mass[k]! >= share
  let restMass = 0
  let restBins = maxBins
  for (let k = 0; k < mass.length; k++) {
    if (heavy(k)) restBins -= 1
    else restMass += mass[k]!
  }
  const edges: number[] = []
  let current = 0
  let target = restMass / Math.max(1, restBins)
  for (let k = 0; k < distinct.length - 1 && edges.length < maxBins - 1; k++) {
    current += mass[k]!
    if (!heavy(k)) restMass -= mass[k]!
    if (!heavy(k) && !heavy(k + 1) && current < target) continue
    if (heavy(k + 1) && !heavy(k) && current < target / 2) continue
    edges.push(between(distinct[k]!, distinct[k + 1]!))
    if (!heavy(k)) restBins -= 1
    target = restMass / Math.max(1, restBins)
    current = 0
  }
  return Float64Array.from(edges)
}
