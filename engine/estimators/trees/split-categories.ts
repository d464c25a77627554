/** The best division of a column's categories into two groups. */
import { minCurvature, type SplitOptions, type Totals } from './split.ts'

export interface Sums {
  /** Gradient, curvature and rows, bin after bin. */
  readonly decoded: Float64Array
  readonly nBins: number
}

export interface Grouping {
  /** Twice what it lowers the loss by. */
  readonly gain: number
  /** Per bin, 1 where it goes left. Bins without rows go right, the side of more rows. */
  readonly goesLeft: Uint8Array
  readonly left: Totals
  readonly right: Totals
}

/** Of so few categories, all divisions are tried. */
const maxExhaustive = 4
/**
 * Of more, those in the order of gradient over curvature (Fisher, JASA 1958), whose noise is kept down as by LightGBM's
 * cat_smooth and cat_l2.
 */
const smoothing = 10
const extraL2 = 10
/** Categories that are split off at most, and never more than half of them. */
const maxMembers = 32
/**
 * What a category and a group need of curvature, which is what is known of them, or of the whole's where that is little.
 * Categories of less stay with the rest; groups of less than LightGBM's min_data_per_group would be learned by heart.
 */
const support = { most: 2.5, share: 1 / 80 }
const groupSupport = { most: 25, share: 1 / 8 }

/** Undefined when none gains more than `minGain`. */
export function bestGrouping(sums: Sums, total: Totals, options: SplitOptions): Grouping | undefined {
  const used: number[] = []
  for (let bin = 0; bin < sums.nBins; bin++) if (sums.decoded[bin * 3 + 2]! > 0) used.push(bin)
  if (used.length < 2) return undefined
  return used.length <= maxExhaustive
    ? bestSubset(used, { sums, total, options })
    : bestPrefix(used, { sums, total, options: { ...options, l2: options.l2 + extraL2 } })
}

interface Search {
  readonly sums: Sums
  readonly total: Totals
  readonly options: SplitOptions
}

function bestSubset(used: readonly number[], search: Search): Grouping | undefined {
  let best: { gain: number; members: readonly number[] } | undefined
  // The last one stays on its side: the others make all divisions.
  for (let subset = 1; subset < 1 << (used.length - 1); subset++) {
    const members = used.filter((_, k) => (subset >> k) & 1)
    const gain = gainOf(sumOf(search.sums, members), search)
    if (gain > (best?.gain ?? search.options.minGain)) best = { gain, members }
  }
  return best && grouping(best, search)
}

function bestPrefix(used: readonly number[], search: Search): Grouping | undefined {
  const { sums } = search
  const needs = ({ most, share }: typeof support) => Math.min(most, share * search.total.curvature)
  const [ofCategory, ofGroup] = [needs(support), needs(groupSupport)]
  const order = byRatio(
    used.filter(bin => sums.decoded[bin * 3 + 1]! >= ofCategory),
    sums,
  )
  const nMost = Math.min(maxMembers, (order.length + 1) >> 1)
  let best: { gain: number; members: readonly number[] } | undefined
  for (const backwards of [false, true]) {
    const from = (k: number) => order[backwards ? order.length - 1 - k : k]!
    const side = { gradient: 0, curvature: 0, nRows: 0 }
    let found = -1
    let foundGain = best?.gain ?? search.options.minGain
    let grouped = 0
    for (let k = 0; k < nMost; k++) {
      const at = from(k) * 3
      side.gradient += sums.decoded[at]!
      side.curvature += sums.decoded[at + 1]!
      side.nRows += sums.decoded[at + 2]!
      if (search.total.curvature - side.curvature < ofGroup) break
      if (side.curvature - grouped < ofGroup) continue
      grouped = side.curvature
      const gain = gainOf(side, search)
      if (gain > foundGain) [found, foundGain] = [k, gain]
    }
    if (found >= 0) best = { gain: foundGain, members: Array.from({ length: found + 1 }, (_, k) => from(k)) }
  }
  return best && grouping(best, search)
}

/** What a division gains; −∞ when a side is too small. */
function gainOf({ gradient, curvature, nRows }: Totals, { total, options }: Search): number {
  const restRows = total.nRows - nRows
  const restCurvature = total.curvature - curvature
  if (Math.min(nRows, restRows) < options.minRows) return -Infinity
  if (Math.min(curvature, restCurvature) < minCurvature) return -Infinity
  return (
    score(gradient, curvature, options) +
    score(total.gradient - gradient, restCurvature, options) -
    score(total.gradient, total.curvature, options)
  )
}

function score(gradient: number, curvature: number, { l1, l2 }: SplitOptions): number {
  const shrunk = Math.max(0, Math.abs(gradient) - l1)
  return (shrunk * shrunk) / (curvature + l2)
}

const keys = new Float64Array(1 << 16)
const words = new Uint32Array(keys.buffer)

/**
 * Bins by gradient over curvature. Each key carries its bin in its last 16 bits, so that plain numbers are sorted, which
 * is many times faster, and equal ones have an order.
 */
function byRatio(used: readonly number[], { decoded }: Sums): number[] {
  used.forEach((bin, k) => {
    keys[k] = decoded[bin * 3]! / (decoded[bin * 3 + 1]! + smoothing)
    words[2 * k] = ((words[2 * k]! & 0xffff0000) | bin) >>> 0
  })
  keys.subarray(0, used.length).sort()
  return used.map((_, k) => words[2 * k]! & 0xffff)
}

function sumOf({ decoded }: Sums, bins: readonly number[]): Totals {
  const sum = { gradient: 0, curvature: 0, nRows: 0 }
  for (const bin of bins) {
    sum.gradient += decoded[bin * 3]!
    sum.curvature += decoded[bin * 3 + 1]!
    sum.nRows += decoded[bin * 3 + 2]!
  }
  return sum
}

/** The group of more rows goes right, and with it what was never seen. */
function grouping(
  { gain, members }: { readonly gain: number; readonly members: readonly number[] },
  { sums, total }: Search,
): Grouping {
  const of = sumOf(sums, members)
  const rest = {
    gradient: total.gradient - of.gradient,
    curvature: total.curvature - of.curvature,
    nRows: total.nRows - of.nRows,
  }
  const goesLeft = new Uint8Array(sums.nBins)
  const isSmaller = of.nRows <= rest.nRows
  if (isSmaller) for (const bin of members) goesLeft[bin] = 1
  else
    for (let bin = 0; bin < sums.nBins; bin++)
      goesLeft[bin] = sums.decoded[bin * 3 + 2]! > 0 && !members.includes(bin) ? 1 : 0
  return { gain, goesLeft, left: isSmaller ? of : rest, right: isSmaller ? rest : of }
}
