/**
 * Columns of numbers in memory that WebAssembly may work in, so that what goes through them by a kernel need not copy
 * them. To everyone else they are columns like others.
 */

export interface ColumnMemory {
  readonly memory: WebAssembly.Memory
  readonly buffer: ArrayBufferLike
  /** First byte after the columns, from where on a kernel may write. */
  readonly end: number
}

/** By the buffer of their columns. */
const memories = new WeakMap<ArrayBufferLike, ColumnMemory>()

const pageBytes = 1 << 16
/** What 32-bit addresses reach. */
const maxPages = 1 << 16
/** Left for a kernel. */
const sparePages = 1 << 10
/** A multiple of what the processor reads at once. */
const alignment = 64
/** Fewer numbers are copied as fast. */
const leastBytes = 1 << 18

/** Of zeros. Not in memory of their own where they are few, or more than it reaches. */
export function allocateColumns(nRows: number, nColumns: number): readonly Float64Array[] {
  const stride = Math.ceil((8 * nRows) / alignment) * alignment
  const end = alignment + stride * nColumns
  const pages = Math.ceil(end / pageBytes)
  const memory = end < leastBytes || pages > maxPages - sparePages ? undefined : createMemory(pages)
  if (!memory) return Array.from({ length: nColumns }, () => new Float64Array(nRows))
  const { buffer } = memory
  memories.set(buffer, { memory, buffer, end })
  return Array.from({ length: nColumns }, (_, j) => new Float64Array(buffer, alignment + j * stride, nRows))
}

/** Shared, because only then it grows without taking its buffer from the columns. Absent where the system gives none. */
function createMemory(pages: number): WebAssembly.Memory | undefined {
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: maxPages, shared: true })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** Where the column lies, if it was allocated here. */
export function memoryOf(column: Float64Array | undefined): ColumnMemory | undefined {
  return column && memories.get(column.buffer)
}
