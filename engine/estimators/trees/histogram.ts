/**
 * Sums of gradient, curvature and rows per bin. They are sums of whole numbers (kernel.wat), and every column's are made
 * by one thread: no bit depends on how many threads there are.
 */
import { createCrew, type Crew } from './crew.ts'
import { type Arena, instantiateKernel, type Kernel } from './kernel.ts'

/** Bytes of a bin's sums. */
export const pairBytes = 16

export interface Column {
  /** Address of the bins. */
  readonly bins: number
  /** Whether a bin takes two bytes. */
  readonly wide: boolean
  readonly nBins: number
  /** Byte offset of the column's sums in those of a leaf. */
  readonly offset: number
}

export interface SumRequest {
  readonly rows: number
  readonly n: number
  /** Address of the pairs of those rows, in their order. */
  readonly pairs: number
  /** Address of the leaf's sums, whatever is there. */
  readonly sums: number
}

export interface Histograms {
  readonly kernel: Kernel
  /** Chooses the columns that are added up from now on. */
  choose(columns: readonly Column[]): void
  /** Adds the chosen columns up. `between` is called now and then. */
  sum(request: SumRequest, between: () => Promise<void> | undefined): Promise<void>
  dispose(): void
}

/** Fields of a job and of a task in the kernel's memory, in 32-bit words. */
const jobWords = 12
const taskWords = 13
/** Below so many cells other threads cost more than they save. */
const minSharedCells = 40_000
/** Cells that are added up in a few milliseconds. */
const maxCells = 8_000_000

export function createHistograms(
  arena: Arena,
  { maxColumns, threads, nCells }: { maxColumns: number; threads: number; nCells: number },
): Histograms {
  const kernel = instantiateKernel(arena.memory)
  const job = arena.allocate(jobWords * 4)
  const tasks = arena.allocate(maxColumns * taskWords * 4)
  let nTasks = 0
  let nColumns = 0
  const nHelpers = Math.min(threads, Math.ceil(maxColumns / 4)) - 1
  const crew: Crew | undefined =
    nHelpers > 0 && nCells >= minSharedCells * 10
      ? createCrew({ memory: arena.memory, job, nHelpers, end: () => kernel.end(job) })
      : undefined
  return {
    kernel,
    choose(columns) {
      const words = new Int32Array(arena.memory.buffer, tasks, maxColumns * taskWords)
      nTasks = writeTasks(words, columns)
      nColumns = columns.length
    },
    async sum({ rows, n, pairs, sums }, between) {
      const shared = crew && n * nColumns >= minSharedCells
      const atOnce = Math.max(shared ? nHelpers + 1 : 1, Math.floor(maxCells / (4 * n)))
      for (let from = 0; from < nTasks; from += atOnce) {
        if (from > 0) await between()
        const to = Math.min(nTasks, from + atOnce)
        const first = tasks + from * taskWords * 4
        if (shared) {
          new Int32Array(arena.memory.buffer, job + 16, 5).set([first, rows, n, pairs, sums])
          kernel.lead(job, to - from)
        } else for (let t = 0; t < to - from; t++) kernel.run(first + t * taskWords * 4, rows, n, pairs, sums)
      }
    },
    dispose() {
      crew?.dispose()
    },
  }
}

/** Columns of bytes four at a time. Gives the number of tasks. */
function writeTasks(words: Int32Array, columns: readonly Column[]): number {
  const narrow = columns.filter(({ wide }) => !wide)
  const fours = Array.from({ length: narrow.length >> 2 }, (_, i) => narrow.slice(4 * i, 4 * i + 4))
  const ones = narrow.slice(fours.length * 4)
  const tasks = [
    ...columns.filter(({ wide }) => wide).map(column => ({ kind: 2, columns: [column] })),
    ...fours.map(four => ({ kind: 0, columns: four })),
    ...ones.map(column => ({ kind: 1, columns: [column] })),
  ]
  tasks.forEach((task, t) => {
    words[t * taskWords] = task.kind
    task.columns.forEach(({ bins, offset, nBins }, k) =>
      words.set([bins, offset, nBins * pairBytes], t * taskWords + 1 + 3 * k),
    )
  })
  return tasks.length
}
