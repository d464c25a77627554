/** What a comparison of two documents says, and the words in which it names a difference. */

/**
 * - `exact`: the same bits, or the same rows in another order.
 * - `tolerant`: the same but for the last digits of numbers, or for pixels that nobody sees.
 * - `statistical`: the notebook itself gives another value each time, and the pipeline's lies among those.
 * - `unverified`: nothing could be compared; never a pass.
 * - `different`: a failed verification.
 */
export type Verdict = 'exact' | 'tolerant' | 'statistical' | 'unverified' | 'different'

export interface Comparison {
  readonly verdict: Verdict
  /** Where they differ, and how; the first twenty. */
  readonly differences: readonly string[]
}

export interface Tolerance {
  /**
   * |a − b| ≤ relative · max(1, |a|, |b|) counts as equal and makes the verdict `tolerant`; whole numbers must be
   * equal. Default 1e-9.
   */
  readonly relative?: number
  /** The same for a model's metrics and coefficients, whose sums depend on the order of rows. Default 1e-6. */
  readonly model?: number
  /** The share of an image's pixels that may look different. Default 0.001. */
  readonly pixels?: number
  /** What the two sides are called in differences. Default: the notebook and the pipeline. */
  readonly sides?: readonly [string, string]
}

export interface Limits {
  readonly relative: number
  readonly model: number
  readonly pixels: number
  readonly sides: readonly [string, string]
}

export function limitsOf(tolerance: Tolerance): Limits {
  const {
    relative = 1e-9,
    model = 1e-6,
    pixels = 0.001,
    sides = ['the notebook', 'the pipeline'],
  } = tolerance
  return { relative, model, pixels, sides }
}

/** Documents of outputs: plain data, or a description under a `$slipway` tag. */
export type Document = Readonly<Record<string, unknown>>

const mostDifferences = 20

export const exact: Comparison = { verdict: 'exact', differences: [] }
export const tolerant: Comparison = { verdict: 'tolerant', differences: [] }

export function different(differences: readonly string[]): Comparison {
  return { verdict: 'different', differences: differences.slice(0, mostDifferences) }
}

export function unverified(reason: string): Comparison {
  return { verdict: 'unverified', differences: [reason] }
}

const worst: readonly Verdict[] = ['exact', 'tolerant', 'statistical', 'unverified', 'different']

/** The worst verdict of several, with all their differences. */
export function combine(comparisons: readonly Comparison[]): Comparison {
  const at = Math.max(0, ...comparisons.map(({ verdict }) => worst.indexOf(verdict)))
  return {
    verdict: worst[at] as Verdict,
    differences: comparisons.flatMap(({ differences }) => differences).slice(0, mostDifferences),
  }
}

export function isBranch(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

export function tagOf(value: unknown): unknown {
  return isBranch(value) ? value['$slipway'] : undefined
}

/** Two values side by side, with where they stand. */
export function side(path: string, values: readonly [unknown, unknown], { sides }: Limits): string {
  return `${path}: ${describe(values[0])} in ${sides[0]}, ${describe(values[1])} in ${sides[1]}`
}

export function describe(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}

/** Above this, the last digits of a sum may fall on whole numbers. */
const mostWhole = 2 ** 43

/** Whole numbers are counts, times and identifiers: these have no last digits to forgive. */
export function isClose(a: number, b: number, relative: number): boolean {
  if (Object.is(a, b) || a === b) return true
  if (!Number.isFinite(a) || !Number.isFinite(b)) return false
  if (Number.isInteger(a) && Number.isInteger(b) && Math.abs(a) < mostWhole) return false
  return Math.abs(a - b) <= relative * Math.max(1, Math.abs(a), Math.abs(b))
}
