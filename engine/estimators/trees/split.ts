/** The best split of a leaf, from the sums per bin. */
import type { BinnedColumn } from './data.ts'
import type { Arena, Kernel } from './kernel.ts'
import { bestGrouping, type Sums } from './split-categories.ts'

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

/** The least curvature of a side: with less, a Newton step goes nowhere near the minimum. */
export const minCurvature = 1e-3

/** The value of a leaf that lowers the loss most: Newton's step, shrunk by both penalties. */
export function leafValue({ gradient, curvature }: Totals, { l1, l2 }: SplitOptions): number {
  const shrunk = Math.sign(gradient) * Math.max(0, Math.abs(gradient) - l1)
  return shrunk === 0 ? 0 : -shrunk / (curvature + l2)
}

export interface Splitter {
  /** How pairs are to be read from now on: one unit of gradient, of curvature, and the bits of the count. */
  setUnits(units: Units): void
  /** What the pair at the address says. */
  read(pair: number): Totals
  /** @param sums address of the leaf's sums @param total address of their pair @param allowed indices of columns */
  find(sums: number, total: number, allowed: readonly number[]): Split | undefined
}

export interface Units {
  readonly gradient: number
  readonly curvature: number
  readonly countBits: number
}

/** Addresses of the kernel's `settings` and `best`, as indices of doubles. */
const settingsBytes = 56
const bestBytes = 96

export function createSplitter(
  columns: readonly BinnedColumn[],
  { kernel, arena }: { readonly kernel: Kernel; readonly arena: Arena },
  options: SplitOptions,
): Splitter {
  const most = Math.max(1, ...columns.map(({ nBins }) => nBins))
  const settingsAt = arena.allocate(settingsBytes)
  const bestAt = arena.allocate(bestBytes)
  const decodedAt = arena.allocate(most * 24)
  const { buffer } = arena.memory
  const settings = new Float64Array(buffer, settingsAt, 7)
  const countBits = new Int32Array(buffer, settingsAt + 48, 1)
  const best = new Float64Array(buffer, bestAt, 7)
  const bestBin = new Int32Array(buffer, bestAt + 56, 2)
  const decoded = new Float64Array(buffer, decodedAt, most * 3)
  settings.set([0, 0, options.l1, options.l2, options.minRows, minCurvature])

  function splitNumber(j: number, sums: number): Split {
    const { nBins, offset } = columns[j]!
    const [bin, onLeft] = [bestBin[0]!, bestBin[1] === 1]
    const left = totalsAt(best, 1)
    const right = totalsAt(best, 4)
    kernel.decode(sums + offset + (nBins - 1) * 16, 1, settingsAt, decodedAt)
    // Where no value was missing in training, the larger side is the safer one.
    const missingLeft = decoded[2]! > 0 ? onLeft : left.nRows > right.nRows
    const goesLeft = new Uint8Array(nBins).fill(1, 0, bin + 1)
    goesLeft[nBins - 1] = missingLeft ? 1 : 0
    return { column: j, gain: best[0]! / 2, bin, missingLeft, goesLeft, left, right }
  }

  function splitCategories(j: number, sums: Sums, total: Totals): Split | undefined {
    const grouping = bestGrouping(sums, total, { ...options, minGain: best[0]! })
    if (!grouping) return undefined
    best[0] = grouping.gain
    return { column: j, bin: -1, missingLeft: false, ...grouping, gain: grouping.gain / 2 }
  }

  const read = (pair: number): Totals => {
    kernel.decode(pair, 1, settingsAt, decodedAt)
    return totalsAt(decoded, 0)
  }

  return {
    setUnits(units) {
      settings[0] = units.gradient
      settings[1] = units.curvature
      countBits[0] = units.countBits
    },
    read,
    find(sums, totalAt, allowed) {
      const total = read(totalAt)
      // The kernel leaves out the half of what a split lowers the loss by.
      best[0] = 2 * options.minGain
      let split: Split | undefined
      for (const j of allowed) {
        const { of, nBins, offset } = columns[j]!
        if (of.kind === 'number') {
          if (kernel.scan(sums + offset, nBins, totalAt, settingsAt, bestAt) === 1)
            split = splitNumber(j, sums)
        } else {
          kernel.decode(sums + offset, nBins, settingsAt, decodedAt)
          split = splitCategories(j, { decoded, nBins }, total) ?? split
        }
      }
      return split
    },
  }
}

const totalsAt = (values: Float64Array, at: number): Totals => ({
  gradient: values[at]!,
  curvature: values[at + 1]!,
  nRows: values[at + 2]!,
})
