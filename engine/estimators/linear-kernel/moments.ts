/** Sums of the columns of numbers and of their squares, by the kernel. */
import type { Block, Design } from '../design.ts'
import { createLoader } from './loader.ts'

/** Per column; d is a number less the column's first one, so that all of a constant column's are 0. */
export interface NumberMoments {
  /** The first number of each column. */
  readonly firsts: Float64Array
  /** Σ w d */
  readonly sums: Float64Array
  /** Σ w d² */
  readonly squares: Float64Array
  /** Σ w x² */
  readonly plain: Float64Array
}

export interface MomentBlocks {
  add(block: Block): void
  finish(): NumberMoments
}

/** Nothing else may work between the first block and the last. */
export function createMomentBlocks(design: Design): MomentBlocks {
  const { nNumbers } = design.layout
  const { kernel, buffers, addresses, begin, load } = createLoader(design, rows => ({
    w: rows,
    sums: 3 * nNumbers,
  }))
  const { w, sums } = buffers
  let firsts: Float64Array | undefined
  return {
    add(block) {
      const { rows, from } = block
      if (!firsts) {
        begin()
        sums.fill(0)
        firsts = Float64Array.from(rows.numbers, column => column[from]!)
      }
      const n = load(block, firsts)
      if (rows.weights) w.set(rows.weights.subarray(from, from + block.n))
      else w.fill(1)
      w.fill(0, block.n, n)
      for (let j = 0; j < nNumbers; j++)
        kernel.moments(addresses[j]!, n, firsts[j]!, w.byteOffset, sums.byteOffset + 24 * j)
    },
    finish() {
      const every = (at: number) => Float64Array.from({ length: nNumbers }, (_, j) => sums[3 * j + at]!)
      return {
        firsts: firsts ?? new Float64Array(nNumbers),
        sums: every(0),
        squares: every(1),
        plain: every(2),
      }
    },
  }
}
