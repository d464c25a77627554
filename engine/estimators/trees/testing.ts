/** Rows and options that the tests of trees share. */
import type { BoostOptions, BoostRows } from './boost.ts'
import { createRandom } from './sampling.ts'

export const defaults: BoostOptions = {
  loss: 'squared',
  trees: 5,
  learningRate: 0.3,
  growth: 'leaf',
  maxLeaves: 6,
  maxDepth: 16,
  minRows: 1,
  minGain: 0,
  maxBins: 255,
  l1: 0,
  l2: 1,
  subsample: 1,
  featureFraction: 1,
  earlyStoppingRounds: 0,
  seed: 0,
  threads: 1,
}

export interface Shape {
  readonly nRows: number
  readonly nNumbers?: number
  /** Categories of every column of codes. */
  readonly nCategories?: readonly number[]
  /** Share of numbers that are missing. */
  readonly missing?: number
  readonly label?: BoostOptions['loss']
  readonly nClasses?: number
  readonly weighted?: boolean
  readonly seed?: number
}

/** Numbers in thirds between −1 and 1 or so, codes from −1 on, and a label that both say something of. */
export function makeRows({
  nRows,
  nNumbers = 2,
  nCategories = [],
  missing = 0,
  label = 'squared',
  nClasses = 3,
  weighted = false,
  seed = 1,
}: Shape): BoostRows {
  const random = createRandom(seed, 0)
  const column = (of: () => number) => Float64Array.from({ length: nRows }, of)
  const normal = () => random() + random() + random() - 1.5
  const numbers = Array.from({ length: nNumbers }, () => column(() => (random() < missing ? NaN : normal())))
  const codes = nCategories.map(n =>
    Int32Array.from({ length: nRows }, () => Math.floor(random() * (n + 1)) - 1),
  )
  const labels = column(() => 0).map((_, i) => {
    const signal =
      numbers.reduce((sum, x, j) => sum + (Number.isNaN(x[i]!) ? 0.4 : Math.sin(2 * x[i]! + j)), 0) +
      codes.reduce((sum, c) => sum + ((c[i]! * 7) % 5) / 4, 0)
    const z = signal + 0.5 * normal()
    if (label === 'squared') return z
    if (label === 'logistic') return z > 0.5 ? 1 : 0
    if (label === 'poisson') return Math.floor(Math.exp(z / 2) * 2 * random())
    return Math.min(nClasses - 1, Math.max(0, Math.floor(z + 1)))
  })
  const weights = weighted ? column(() => 0.5 + random()) : undefined
  return { nRows, numbers, codes, label: labels, weights }
}

/** The rows at the indices. */
export function takeRows(rows: BoostRows, indices: readonly number[]): BoostRows {
  const of = (column: Float64Array) => Float64Array.from(indices, i => column[i]!)
  return {
    nRows: indices.length,
    numbers: rows.numbers.map(of),
    codes: rows.codes.map(column => Int32Array.from(indices, i => column[i]!)),
    label: of(rows.label),
    ...(rows.weights && { weights: of(rows.weights) }),
    ...(rows.offset && { offset: of(rows.offset) }),
  }
}
