/** The best split of a leaf, from the sums per bin. */
import type { ColumnBins } from './bins.ts'

/** Numbers per bin of decoded sums: gradient, curvature, rows. */
export const lanes = 3

export interface SplitOptions {
  readonly l1: number
  readonly l2: number
  readonly minRows: number
  readonly minGain: number
}

export interface Totals {
  readonly gradient: number
  readonly curvature: number
  readonly nRows: number
}

export interface Split {
  readonly column: number
  readonly gain: number
  /** Numbers: bins ≤ this go left. −1 for categories. */
  readonly bin: number
  readonly missingLeft: boolean
  /** Per bin, 1 where it goes left. */
  readonly goesLeft: Uint8Array
  readonly left: Totals
  readonly right: Totals
}

/** Where categories are told apart, their own noise is: what LightGBM calls cat_smooth and cat_l2. */
const categorySmoothing = 10
const categoryL2 = 10
/** So few categories are split off one by one, others in the order of their gradients (Fisher 1958). */
const maxSingly = 4
/** Categories on the smaller side of a split. */
const maxMembers = 64
const minCurvature = 1e-3

/** The value of a leaf that lowers the loss most: Newton's step, shrunk by both penalties. */
export function leafValue({ gradient, curvature }: Totals, { l1, l2 }: SplitOptions): number {
  return -shrink(gradient, l1) / (curvature + l2 + Number.EPSILON)
}

function shrink(gradient: number, l1: number): number {
  return l1 === 0 ? gradient : Math.sign(gradient) * Math.max(0, Math.abs(gradient) - l1)
}

function score(gradient: number, curvature: number, { l1, l2 }: SplitOptions): number {
  const g = shrink(gradient, l1)
  return (g * g) / (curvature + l2 + Number.EPSILON)
}

export interface ColumnSums {
  readonly column: number
  readonly bins: ColumnBins
  readonly sums: Float64Array
  readonly offset: number
}

/** Of one column; undefined when no split gains more than `minGain`. That is what the best split so far gains, later. */
export function bestSplit(of: ColumnSums, total: Totals, options: SplitOptions): Split | undefined {
  return of.bins.kind === 'number' ? splitNumber(of, total, options) : splitCategories(of, total, options)
}

function splitNumber(of: ColumnSums, total: Totals, options: SplitOptions): Split | undefined {
  const { sums, offset, bins } = of
  const missing = offset + (bins.nBins - 1) * lanes
  const hasMissing = sums[missing + 2]! > 0
  const whole = score(total.gradient, total.curvature, options)
  let best: { bin: number; gain: number; missingLeft: boolean } | undefined
  for (const missingLeft of hasMissing ? [false, true] : [false]) {
    let gradient = missingLeft ? sums[missing]! : 0
    let curvature = missingLeft ? sums[missing + 1]! : 0
    let nRows = missingLeft ? sums[missing + 2]! : 0
    // With missing values on the right, all present ones against them is a split too.
    const last = hasMissing && !missingLeft ? bins.nBins - 1 : bins.nBins - 2
    for (let bin = 0; bin < last; bin++) {
      const at = offset + bin * lanes
      if (sums[at + 2] === 0 && bin > 0) continue
      gradient += sums[at]!
      curvature += sums[at + 1]!
      nRows += sums[at + 2]!
      if (nRows < options.minRows || curvature < minCurvature) continue
      if (total.nRows - nRows < options.minRows || total.curvature - curvature < minCurvature) break
      const gain =
        score(gradient, curvature, options) +
        score(total.gradient - gradient, total.curvature - curvature, options) -
        whole
      if (gain > options.minGain && (!best || gain > best.gain)) best = { bin, gain, missingLeft }
    }
  }
  if (!best) return undefined
  const goesLeft = new Uint8Array(bins.nBins).fill(1, 0, best.bin + 1)
  // Where no value was missing in training, the larger side is the safer one.
  goesLeft[bins.nBins - 1] = best.missingLeft ? 1 : 0
  const sides = sidesOf(of, total, goesLeft)
  const missingLeft = hasMissing ? best.missingLeft : sides.left.nRows > sides.right.nRows
  goesLeft[bins.nBins - 1] = missingLeft ? 1 : 0
  return { column: of.column, gain: best.gain, bin: best.bin, missingLeft, goesLeft, ...sides }
}

function splitCategories(of: ColumnSums, total: Totals, options: SplitOptions): Split | undefined {
  const { sums, offset, bins } = of
  const used: number[] = []
  for (let bin = 0; bin < bins.nBins; bin++) if (sums[offset + bin * lanes + 2]! > 0) used.push(bin)
  if (used.length < 2) return undefined
  const singly = used.length <= maxSingly
  const smoothed = singly ? options : { ...options, l2: options.l2 + categoryL2 }
  const ratio = (bin: number) =>
    sums[offset + bin * lanes]! / (sums[offset + bin * lanes + 1]! + categorySmoothing)
  const order = singly ? used : used.toSorted((a, b) => ratio(a) - ratio(b) || a - b)
  const whole = score(total.gradient, total.curvature, smoothed)
  let best: { from: number; to: number; gain: number } | undefined
  const consider = (side: Totals, from: number, to: number): void => {
    const rest = { curvature: total.curvature - side.curvature, nRows: total.nRows - side.nRows }
    if (Math.min(side.nRows, rest.nRows) < options.minRows) return
    if (Math.min(side.curvature, rest.curvature) < minCurvature) return
    const gain =
      score(side.gradient, side.curvature, smoothed) +
      score(total.gradient - side.gradient, rest.curvature, smoothed) -
      whole
    if (gain > options.minGain && (!best || gain > best.gain)) best = { from, to, gain }
  }
  if (singly) order.forEach((bin, k) => consider(sumOf(of, [bin]), k, k + 1))
  else
    for (const backwards of [false, true]) {
      let side: Totals = { gradient: 0, curvature: 0, nRows: 0 }
      for (let k = 1; k <= Math.min(maxMembers, order.length - 1); k++) {
        side = add(side, sumOf(of, [order[backwards ? order.length - k : k - 1]!]))
        consider(side, backwards ? order.length - k : 0, backwards ? order.length : k)
      }
    }
  if (!best) return undefined
  const goesLeft = new Uint8Array(bins.nBins)
  for (let k = best.from; k < best.to; k++) goesLeft[order[k]!] = 1
  return {
    column: of.column,
    gain: best.gain,
    bin: -1,
    missingLeft: false,
    goesLeft,
    ...sidesOf(of, total, goesLeft),
  }
}

function sumOf({ sums, offset }: ColumnSums, bins: readonly number[]): Totals {
  let [gradient, curvature, nRows] = [0, 0, 0]
  for (const bin of bins) {
    gradient += sums[offset + bin * lanes]!
    curvature += sums[offset + bin * lanes + 1]!
    nRows += sums[offset + bin * lanes + 2]!
  }
  return { gradient, curvature, nRows }
}

const add = (a: Totals, b: Totals): Totals => ({
  gradient: a.gradient + b.gradient,
  curvature: a.curvature + b.curvature,
  nRows: a.nRows + b.nRows,
})

function sidesOf(of: ColumnSums, total: Totals, goesLeft: Uint8Array): { left: Totals; right: Totals } {
  const members: number[] = []
  goesLeft.forEach((side, bin) => {
    if (side === 1) members.push(bin)
  })
  const left = sumOf(of, members)
  const right = {
    gradient: total.gradient - left.gradient,
    curvature: total.curvature - left.curvature,
    nRows: total.nRows - left.nRows,
  }
  return { left, right }
}
