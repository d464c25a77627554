/** The rows of a fit as trees see them: bins of every column, in the kernel's memory. */
import { assignCategories, assignNumbers, isWide, type Bins, type ColumnBins } from './bins.ts'
import { lanes, type Column } from './histogram.ts'
import type { Arena } from './kernel.ts'

export interface BinnedColumn extends Column {
  readonly bins: number
  /** The same memory, to read from here. */
  readonly values: Bins
  readonly of: ColumnBins
}

export interface Columns {
  readonly numbers: readonly Float64Array[]
  readonly codes: readonly Int32Array[]
}

/** Columns in one order: numbers, then codes. */
export function binColumns(
  { numbers, codes }: Columns,
  {
    bins,
    nRows,
    arena,
  }: { readonly bins: readonly ColumnBins[]; readonly nRows: number; readonly arena: Arena },
): BinnedColumn[] {
  const addresses = bins.map(column => arena.allocate(nRows * (isWide(column) ? 2 : 1)))
  let offset = 0
  return bins.map((of, j) => {
    const { buffer } = arena.memory
    const at = addresses[j]!
    const values = isWide(of) ? new Uint16Array(buffer, at, nRows) : new Uint8Array(buffer, at, nRows)
    if (of.kind === 'number') assignNumbers(of, numbers[j]!, values)
    else assignCategories(codes[j - numbers.length]!, values)
    const column = { bins: at, wide: isWide(of), nBins: of.nBins, offset, values, of }
    offset += of.nBins * lanes * Float64Array.BYTES_PER_ELEMENT
    return column
  })
}

/** Bytes of the sums of all columns. */
export function sumsBytes(columns: readonly Column[]): number {
  const last = columns.at(-1)
  return last ? last.offset + last.nBins * lanes * Float64Array.BYTES_PER_ELEMENT : 0
}
