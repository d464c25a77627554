/** What boosted trees are compared on: generated rows, a label that depends on them in crooked ways. */
import type { EncodedRows } from '../../engine/estimators/dataset.ts'

export interface TreesData {
  readonly training: EncodedRows
  readonly test: EncodedRows
  readonly nCategories: readonly number[]
}

/** `numbers`: 20 columns of numbers. `mixed`: 14 of numbers, a tenth of them missing, and 6 of categories. */
export type TreesCase = 'numbers' | 'mixed'

const nTest = 50_000

export function generate(name: TreesCase, nTraining: number): TreesData {
  const mixed = name === 'mixed'
  const uniform = generator(7)
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
  const nCategories = mixed ? [4, 10, 30, 100, 250, 250] : []
  const rows = (nRows: number): EncodedRows => {
    const complete = Array.from({ length: mixed ? 14 : 20 }, () =>
      Float64Array.from({ length: nRows }, normal),
    )
    const codes = nCategories.map(n =>
      Int32Array.from({ length: nRows }, () => Math.floor(uniform() ** 2 * (n + 1)) - 1),
    )
    const label = Float64Array.from({ length: nRows }, (_, i) => {
      const x = (j: number) => complete[j]![i]!
      const curves = x(0) + Math.sin(2 * x(1)) + x(2) * x(3) + (x(4) > 0.3 ? 0.5 : 0) - 0.3 * x(5) ** 2
      const groups = codes.reduce((sum, column) => sum + 0.5 * Math.sin(column[i]! * 12.9898), 0)
      return uniform() < 1 / (1 + Math.exp(-curves - groups)) ? 1 : 0
    })
    const numbers = complete.map(column => column.map(x => (mixed && uniform() < 0.1 ? NaN : x)))
    return { nRows, numbers, codes, label, groups: [] }
  }
  return { training: rows(nTraining), test: rows(nTest), nCategories }
}

/** Mulberry32. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
