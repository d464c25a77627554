/** What a suite gives back, and helpers that every suite shares. */

/** One line of the result. Lower is better unless the unit says otherwise (`rows/s`). */
export interface BenchRow {
  /** What was done, e.g. `one row scored in process`. */
  readonly work: string
  readonly unit: string
  /** Median of ours. */
  readonly ours: number
  /** Medians of others, measured in the same run. */
  readonly peers: Readonly<Record<string, number>>
  /** The figure to reach; absent when there is none. */
  readonly goal?: number
  readonly met?: boolean
}

/** A suite is the default export of `bench/<suite>.ts`. */
export type BenchSuite = (options: {
  readonly log: (message: string) => void
}) => Promise<readonly BenchRow[]>

/** `ours` against a goal in the row's unit. */
export function row(
  work: string,
  unit: string,
  values: {
    readonly ours: number
    readonly peers?: Readonly<Record<string, number>>
    readonly goal?: number
  },
): BenchRow {
  const { ours, peers = {}, goal } = values
  if (goal === undefined) return { work, unit, ours, peers }
  return { work, unit, ours, peers, goal, met: unit.endsWith('/s') ? ours >= goal : ours <= goal }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Milliseconds of each of `times` calls, after `warmUp` calls that do not count. */
export async function measure(
  work: () => unknown,
  { times, warmUp = 0 }: { readonly times: number; readonly warmUp?: number },
): Promise<readonly number[]> {
  for (let i = 0; i < warmUp; i++) await work()
  const measured: number[] = []
  for (let i = 0; i < times; i++) {
    const start = performance.now()
    await work()
    measured.push(performance.now() - start)
  }
  return measured
}
