/** The rows of a fit as trees see them: bins of every column, in the kernel's memory. */
import { numberAssigner } from './assign-numbers.ts'
import { assignCategories, categoryBins, type ColumnBins, isWide, numberBins } from './bins.ts'
import { type Column, pairBytes } from './histogram.ts'
import type { Arena } from './kernel.ts'
import type { Pacer } from './pace.ts'

export interface BinnedColumn extends Column {
  readonly of: ColumnBins
}

/** Columns in one order: numbers (NaN where missing), then codes (−1 for every other value). */
export interface ColumnRows {
  readonly nRows: number
  readonly numbers: readonly Float64Array[]
  readonly codes: readonly Int32Array[]
  readonly weights?: Float64Array | undefined
}

/** Bins by the first part; the rows of all parts, one part after the other. */
export async function binColumns(
  parts: readonly ColumnRows[],
  { nCategories, maxBins }: { readonly nCategories: readonly number[]; readonly maxBins: number },
  { arena, pacer }: { readonly arena: Arena; readonly pacer: Pacer },
): Promise<BinnedColumn[]> {
  const [{ numbers, weights }] = parts as readonly [ColumnRows, ...ColumnRows[]]
  const nRows = parts.reduce((sum, part) => sum + part.nRows, 0)
  const columns: BinnedColumn[] = []
  const assign = numberAssigner(arena, pacer)
  let offset = pairBytes
  for (let j = 0; j < numbers.length + nCategories.length; j++) {
    const k = j - numbers.length
    const of = k < 0 ? numberBins(numbers[j]!, { maxBins, weights }) : categoryBins(nCategories[k]!)
    const wide = isWide(of)
    const bins = arena.allocate(nRows * (wide ? 2 : 1))
    let from = 0
    for (const part of parts) {
      const at = bins + from * (wide ? 2 : 1)
      const { buffer } = arena.memory
      if (of.kind === 'number') await assign(of, part.numbers[j]!, at)
      else if (wide) assignCategories(part.codes[k]!, new Uint16Array(buffer, at, part.nRows))
      else assignCategories(part.codes[k]!, new Uint8Array(buffer, at, part.nRows))
      from += part.nRows
      await pacer.pause()
    }
    columns.push({ bins, wide, nBins: of.nBins, offset, of })
    offset += of.nBins * pairBytes
  }
  return columns
}

/** Bytes of a leaf's sums: their total, then those of every column. */
export function sumsBytes(columns: readonly Column[]): number {
  const last = columns.at(-1)
  return last ? last.offset + last.nBins * pairBytes : pairBytes
}
