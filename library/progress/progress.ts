/** `progress`: a loop that shows how far it is. */
import { createReporter } from './reporter.ts'

export interface ProgressOptions {
  /** What is being done. Default `Progress`. */
  readonly label?: string
  /** How many items there are. Default: the iterable's `length` or `size`, if it has one. */
  readonly total?: number
}

/**
 * Passes the items through and shows how many have been taken: a bar in a cell, events in a step, a line on a
 * terminal. Nothing is read ahead.
 */
export function progress<Item>(items: Iterable<Item>, options?: ProgressOptions): Iterable<Item>
export function progress<Item>(items: AsyncIterable<Item>, options?: ProgressOptions): AsyncIterable<Item>
export function progress<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  options: ProgressOptions = {},
): Iterable<Item> | AsyncIterable<Item> {
  const total = options.total ?? sizeOf(items)
  const label = options.label ?? 'Progress'
  return Symbol.asyncIterator in items
    ? passAsync(items, { label, total })
    : passSync(items, { label, total })
}

interface Passing {
  readonly label: string
  readonly total: number | undefined
}

function* passSync<Item>(items: Iterable<Item>, { label, total }: Passing): Generator<Item> {
  const reporter = createReporter()
  let done = 0
  try {
    for (const item of items) {
      reporter.report(label, { done, total })
      yield item
      done++
    }
  } finally {
    reporter.report(label, { done, total })
    reporter.end()
  }
}

async function* passAsync<Item>(items: AsyncIterable<Item>, { label, total }: Passing): AsyncGenerator<Item> {
  const reporter = createReporter()
  let done = 0
  try {
    for await (const item of items) {
      reporter.report(label, { done, total })
      yield item
      done++
    }
  } finally {
    reporter.report(label, { done, total })
    reporter.end()
  }
}

function sizeOf(items: object): number | undefined {
  const { length, size } = items as { length?: unknown; size?: unknown }
  if (typeof length === 'number') return length
  return typeof size === 'number' ? size : undefined
}
