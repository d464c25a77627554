/** `progress`: work that shows how far it is. */
import { startBar, type Bar } from './board.ts'

export interface ProgressOptions {
  /** What is being done. Default `Progress`. */
  readonly label?: string
  /** How many items there are. Default: the iterable's `length` or `size`, if it has one. */
  readonly total?: number
  /** What the items are called, e.g. `rows`. Default: nothing. */
  readonly unit?: string
}

/** A bar that the program moves itself. In a `for` loop it gives 0, 1, …, total − 1. */
export interface ProgressHandle extends Iterable<number> {
  /** @param n how many more are done. Default: 1. @param message what is going on, beside the bar */
  advance(n?: number, message?: string): void
  /** @param done how many are done altogether */
  update(done: number, message?: string): void
  /** Only the first call counts; `using` does it. A bar that is not full shows `stopped`. */
  end(): void
  [Symbol.dispose](): void
}

/**
 * Passes the items through and shows how many have been taken, how fast, and how long the rest will take: a bar in a
 * cell, events in a step, a line on a terminal, one line at the end elsewhere. Nothing is read ahead. What begins
 * inside stands below, in the same place.
 *
 *     for (const file of progress(files, { label: 'Reading' })) …
 *     for await (const rows of progress(table, { total: await table.count() })) …
 *     using bar = progress(100, { label: 'Simulating' })
 */
export function progress(total: number, options?: Omit<ProgressOptions, 'total'>): ProgressHandle
export function progress<Item>(items: AsyncIterable<Item>, options?: ProgressOptions): AsyncIterable<Item>
export function progress<Item>(items: Iterable<Item>, options?: ProgressOptions): Iterable<Item>
export function progress<Item>(
  items: Iterable<Item> | AsyncIterable<Item> | number,
  options: ProgressOptions = {},
): Iterable<Item> | AsyncIterable<Item> | ProgressHandle {
  if (typeof items === 'number') return createHandle(items, options)
  const total = options.total ?? sizeOf(items)
  return Symbol.asyncIterator in items
    ? passAsync(items, { ...options, total })
    : passSync(items, { ...options, total })
}

function begin({
  label = 'Progress',
  total,
  unit = '',
}: Omit<ProgressOptions, 'total'> & { total: number | undefined }): Bar {
  return startBar({ label, total, unit, summary: true })
}

type Passing = Omit<ProgressOptions, 'total'> & { readonly total: number | undefined }

function* passSync<Item>(items: Iterable<Item>, options: Passing): Generator<Item> {
  const counter = createCounter(options)
  try {
    for (const item of items) {
      yield item
      counter.next()
    }
    counter.end('done')
  } catch (error) {
    counter.end('failed')
    throw error
  } finally {
    counter.end('stopped')
  }
}

async function* passAsync<Item>(items: AsyncIterable<Item>, options: Passing): AsyncGenerator<Item> {
  const counter = createCounter(options)
  try {
    for await (const item of items) {
      yield item
      counter.next()
    }
    counter.end('done')
  } catch (error) {
    counter.end('failed')
    throw error
  } finally {
    counter.end('stopped')
  }
}

function createCounter(options: Passing) {
  const bar = begin(options)
  let done = 0
  return {
    next: () => bar.set({ done: ++done }),
    end: (state: 'done' | 'failed' | 'stopped') => bar.end(state),
  }
}

function createHandle(total: number, options: ProgressOptions): ProgressHandle {
  const bar = begin({ ...options, total })
  let done = 0
  const handle: ProgressHandle = {
    advance: (n = 1, message) => handle.update(done + n, message),
    update(value, message) {
      done = value
      bar.set({ done, ...(message === undefined ? {} : { message }) })
    },
    end: () => bar.end(done >= total ? 'done' : 'stopped'),
    [Symbol.dispose]: () => handle.end(),
    *[Symbol.iterator]() {
      try {
        for (let i = 0; i < total; i++) {
          yield i
          handle.update(i + 1)
        }
      } finally {
        handle.end()
      }
    },
  }
  return handle
}

function sizeOf(items: object): number | undefined {
  const { length, size } = items as { length?: unknown; size?: unknown }
  if (typeof length === 'number') return length
  return typeof size === 'number' ? size : undefined
}
