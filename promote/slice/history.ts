/**
 * What the interpreter remembers of how it came to know what it knows: everything that it can write is a cell, and
 * its work is cut into steps, each with the cells that it read and what it left in those that it wrote. So steps can
 * be undone, done again without being interpreted, and need interpreting only where what they read is another.
 * Knows nothing of syntax or of values.
 */

/** Something that can be written; what it holds is never changed in place. */
export interface Cell<T = unknown> {
  content: T
  isSame(a: T, b: T): boolean
  /** The step that read it, or wrote it, last. */
  reader: number
  writer: number
  /** Of the memo that was made of what it holds, for whoever keeps such. */
  memo: number
  /** What it held at this time when everything was last gone through, where it holds something else now. */
  before?: { readonly content: T } | undefined
}

interface Write {
  readonly cell: Cell
  before: unknown
  after: unknown
}

export interface Step {
  readonly reads: Cell[]
  readonly writes: Write[]
}

export interface History {
  readonly read: <T>(cell: Cell<T>) => T
  /** @param content is not changed afterwards */
  readonly write: <T>(cell: Cell<T>, content: T) => void
  /** Begins a step; everything until its end belongs to it. */
  readonly begin: () => Step
  readonly end: () => void
  /** Steps are undone latest first. */
  readonly undo: (step: Step) => void
  /** Does again what a step did whose reads are what they were. */
  readonly redo: (step: Step) => void
  /** Whether everything that a step read is what it was. */
  readonly isCurrent: (step: Step) => boolean
  /** Notes where these steps left something else than those did in whose place they stand. */
  readonly compare: (old: readonly Step[], now: readonly Step[]) => void
  /** From here on nothing counts as different. */
  readonly settle: () => void
}

export function createCell<T>(content: T, isSame: Cell<T>['isSame'] = Object.is): Cell<T> {
  return { content, isSame, reader: 0, writer: 0, memo: 0, before: undefined }
}

export function createHistory(): History {
  let stamp = 0
  let step: Step = { reads: [], writes: [] }
  const different = new Set<Cell>()

  function settleCell(cell: Cell): void {
    cell.before = undefined
    different.delete(cell)
  }

  return {
    read(cell) {
      if (cell.reader !== stamp && cell.writer !== stamp) {
        cell.reader = stamp
        step.reads.push(cell as Cell)
      }
      return cell.content
    },
    write(cell, content) {
      if (cell.writer !== stamp) {
        cell.writer = stamp
        step.writes.push({ cell: cell as Cell, before: cell.content, after: content })
      }
      cell.content = content
    },
    begin() {
      stamp++
      step = { reads: [], writes: [] }
      return step
    },
    end() {
      for (const write of step.writes) write.after = write.cell.content
      stamp++
      step = { reads: [], writes: [] }
    },
    undo({ writes }) {
      for (let i = writes.length - 1; i >= 0; i--) {
        const { cell, before } = writes[i] as Write
        cell.content = before
      }
    },
    redo({ writes }) {
      for (const write of writes) {
        const { cell } = write
        write.before = cell.content
        cell.content = write.after
        if (cell.before) settleCell(cell)
      }
    },
    isCurrent({ reads }) {
      if (different.size === 0) return true
      for (const cell of reads) if (cell.before) return false
      return true
    },
    compare(old, now) {
      const were = new Map<Cell, unknown>()
      for (const { writes } of old) for (const { cell, after } of writes) were.set(cell, after)
      for (const { writes } of now)
        for (const { cell, before } of writes)
          if (!were.has(cell)) were.set(cell, cell.before ? cell.before.content : before)
      for (const [cell, content] of were)
        if (cell.isSame(cell.content, content)) {
          cell.content = content
          settleCell(cell)
        } else {
          cell.before = { content }
          different.add(cell)
        }
    },
    settle() {
      for (const cell of different) cell.before = undefined
      different.clear()
    },
  }
}
