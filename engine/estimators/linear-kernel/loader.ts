/**
 * Columns of numbers block by block of rows where the kernel can read them. Those that lie in memory that it can work in
 * stay where they are; others are copied block by block, as often as they are gone through, which costs less than memory
 * for all of them.
 */
import { memoryOf } from '../column-memory.ts'
import { isPaged } from '../dataset.ts'
import { blockRows, type Block, type Design } from '../design.ts'
import { createKernel, filledUp, type KernelMemory } from './kernel.ts'

export interface Loader<Name extends string> extends KernelMemory<Name> {
  /** Rows that a block has at most, a multiple of 4. */
  readonly rows: number
  /** Where the loaded block's columns begin; up to a multiple of 4 columns follow that are 0. */
  readonly addresses: Int32Array
  /** Once before a pass: what else worked in the same memory left its numbers there. */
  begin(): void
  /**
   * Gives the block's rows up to a multiple of 4; those beyond have a number of the caller's in every column.
   * @param beyond per column; 0 when absent
   */
  load(block: Block, beyond?: Float64Array): number
}

/** @param lengths of the buffers that the caller needs, per row of a block and besides */
export function createLoader<Name extends string>(
  design: Design,
  lengths: (rows: number, k: number) => Readonly<Record<Name, number>>,
): Loader<Name> {
  const { nNumbers } = design.layout
  const rows = filledUp(blockRows(design))
  const k = filledUp(nNumbers)
  const home = isPaged(design.rows) ? undefined : memoryOf(design.rows.numbers[0])
  const { kernel, buffers } = createKernel<Name | 'copies' | 'zeros'>(
    { ...lengths(rows, k), copies: nNumbers * rows, zeros: rows },
    home,
  )
  const { copies, zeros } = buffers
  const addresses = new Int32Array(k).fill(zeros.byteOffset)
  return {
    kernel,
    buffers,
    rows,
    addresses,
    begin: () => void zeros.fill(0),
    load({ rows: { numbers }, from, n }, beyond) {
      const filled = filledUp(n)
      for (let j = 0; j < nNumbers; j++) {
        const column = numbers[j]!
        if (filled === n && column.buffer === home?.buffer) {
          addresses[j] = column.byteOffset + 8 * from
          continue
        }
        const at = j * rows
        copies.set(column.subarray(from, from + n), at)
        copies.fill(beyond ? beyond[j]! : 0, at + n, at + filled)
        addresses[j] = copies.byteOffset + 8 * at
      }
      return filled
    },
  }
}
