/**
 * Rows of equal probability together, the greatest first, of more rows than are held: sorted by parts, which lie on disk and
 * are merged from their ends.
 */
import type { TieSum } from '../metrics/order.ts'
import { createPageFile, type PageFile } from './page-file.ts'

export interface TieSorter {
  /** @param label 1 where true */
  add(probabilities: Float64Array, label: Float64Array): void
  readonly nTrue: number
  readonly nFalse: number
  /** Tells all of them of every tie; called once. */
  visit(sums: readonly Pick<TieSum, 'add'>[]): void
  dispose(): void
}

/** Values that are sorted at once, and those of a part that are read at once. */
const nSorted = 1 << 20
const nRead = 1 << 13

/** @throws EngineError ENG014 */
export function createTieSorter(
  folder: string,
  sizes: { readonly nSorted: number; readonly nRead: number } = { nSorted, nRead },
): TieSorter {
  const file = createPageFile(folder)
  const [negatives, positives] = [false, true].map(isTrue => createSide(file, isTrue, sizes.nSorted))
  return {
    add(probabilities, label) {
      for (let i = 0; i < label.length; i++) (label[i] === 1 ? positives! : negatives!).add(probabilities[i]!)
    },
    get nTrue() {
      return positives!.n
    },
    get nFalse() {
      return negatives!.n
    },
    visit(sums) {
      const parts = [...positives!.finish(), ...negatives!.finish()]
      mergeParts(
        parts.map(part => openPart(file, part, sizes.nRead)),
        sums,
      )
    },
    dispose: () => file.dispose(),
  }
}

/** Sorted values on disk, the least first. */
interface Part {
  readonly place: number
  readonly n: number
  readonly isTrue: boolean
}

interface Side {
  readonly n: number
  add(value: number): void
  finish(): readonly Part[]
}

function createSide(file: PageFile, isTrue: boolean, capacity: number): Side {
  const values = new Float64Array(capacity)
  const parts: Part[] = []
  let filled = 0
  let n = 0
  const flush = () => {
    const sorted = values.subarray(0, filled).sort()
    const bytes = new Uint8Array(sorted.buffer, sorted.byteOffset, sorted.byteLength)
    parts.push({ place: file.append(bytes), n: filled, isTrue })
    filled = 0
  }
  return {
    get n() {
      return n
    },
    add(value) {
      values[filled++] = value
      n++
      if (filled === capacity) flush()
    },
    finish() {
      if (filled > 0) flush()
      return parts
    },
  }
}

/** A part that is read from its end. */
interface Cursor {
  readonly isTrue: boolean
  /** The greatest value that is left; undefined where none is. */
  head(): number | undefined
  /** Takes all that equal the head, and says how many. */
  take(): number
}

function openPart(file: PageFile, { place, n, isTrue }: Part, size: number): Cursor {
  const values = new Float64Array(Math.min(size, n))
  let left = n
  let at = -1
  const fill = () => {
    const some = Math.min(values.length, left)
    left -= some
    if (some > 0) file.read(new Uint8Array(values.buffer, 0, 8 * some), place + 8 * left)
    at = some - 1
  }
  fill()
  const head = () => (at < 0 ? undefined : values[at]!)
  return {
    isTrue,
    head,
    take() {
      const value = head()
      let count = 0
      while (at >= 0 && values[at] === value) {
        count++
        if (--at < 0) fill()
      }
      return count
    },
  }
}

/** By a heap of the parts, that with the greatest head on top. */
function mergeParts(cursors: readonly Cursor[], sums: readonly Pick<TieSum, 'add'>[]): void {
  const heap = cursors.filter(cursor => cursor.head() !== undefined)
  for (let i = (heap.length >> 1) - 1; i >= 0; i--) sink(heap, i)
  while (heap.length > 0) {
    const value = heap[0]!.head()!
    const counts = { nTrue: 0, nFalse: 0 }
    do {
      const [top] = heap
      counts[top!.isTrue ? 'nTrue' : 'nFalse'] += top!.take()
      if (top!.head() === undefined) {
        const last = heap.pop()!
        if (heap.length > 0) heap[0] = last
      }
      sink(heap, 0)
    } while (heap.length > 0 && heap[0]!.head() === value)
    for (const sum of sums) sum.add(counts.nTrue, counts.nFalse)
  }
}

function sink(heap: Cursor[], from: number): void {
  for (let i = from; ;) {
    let greatest = i
    for (const child of [2 * i + 1, 2 * i + 2])
      if (child < heap.length && heap[child]!.head()! > heap[greatest]!.head()!) greatest = child
    if (greatest === i) return
    ;[heap[i], heap[greatest]] = [heap[greatest]!, heap[i]!]
    i = greatest
  }
}
