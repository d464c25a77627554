/** Statistics of a column in memory over a sample of its rows: bounded work, however many rows there are. */
import { isMissing, textOf } from '../query/values.ts'
import type { TableColumn } from '../messages.ts'
import { cut } from './cells.ts'
import { scalarOf, type ViewColumn } from './view.ts'

const maxSampleRows = 10_000
const minSampleRows = 500
const maxSampleCells = 100_000
const nBins = 20
const nTop = 10
const maxTopText = 80

export type Statistics = Pick<
  TableColumn,
  'nNull' | 'nDistinct' | 'histogram' | 'mean' | 'std' | 'quantiles' | 'top'
>

/** Places from 0 to n − 1: all, or one of each of as many equal parts as the columns leave room for. */
export function samplePlaces(n: number, nColumns: number): Uint32Array {
  const room = Math.floor(maxSampleCells / Math.max(1, nColumns))
  const size = Math.min(n, Math.max(minSampleRows, Math.min(maxSampleRows, room)))
  const places = new Uint32Array(size)
  let state = 1
  for (let i = 0; i < size; i++) {
    // Drawn inside each part, so that data with a period is not always met at the same place of it.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const from = Math.floor((i * n) / size)
    const width = Math.floor(((i + 1) * n) / size) - from
    places[i] = from + (size === n ? 0 : Math.floor((state / 2 ** 32) * width))
  }
  return places
}

/** @param places of rows; every figure is over these */
export function columnStatistics(column: ViewColumn, places: ArrayLike<number>): Statistics {
  const { type } = column
  const numbers: number[] = []
  const counts = new Map<string, number>()
  let nNull = 0
  for (let i = 0; i < places.length; i++) {
    const value = scalarOf(column.value(places[i]!), type)
    if (isMissing(value)) nNull += 1
    else if (typeof value === 'number' || typeof value === 'bigint') numbers.push(Number(value))
    else {
      const text = cut(textOf(value, type), maxTopText)
      counts.set(text, (counts.get(text) ?? 0) + 1)
    }
  }
  if (counts.size > 0) return { nNull, nDistinct: counts.size, top: mostFrequent(counts) }
  return { nNull, nDistinct: new Set(numbers).size, ...numberStatistics(numbers.filter(Number.isFinite)) }
}

function mostFrequent(counts: ReadonlyMap<string, number>): NonNullable<Statistics['top']> {
  return [...counts]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, nTop)
    .map(([value, count]) => ({ value, count }))
}

function numberStatistics(values: readonly number[]): Statistics {
  if (values.length === 0) return {}
  const sorted = Float64Array.from(values).sort()
  const min = sorted[0]!
  const max = sorted.at(-1)!
  const mean = sorted.reduce((sum, value) => sum + value / sorted.length, 0)
  const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const quantiles = [0.05, 0.25, 0.5, 0.75, 0.95].map(
    share => sorted[Math.round(share * (sorted.length - 1))]!,
  )
  const std = Math.sqrt(squares / (sorted.length - 1))
  return {
    histogram: { min, max, counts: binCounts(sorted, min, max) },
    mean,
    ...(Number.isFinite(std) ? { std } : {}),
    quantiles,
  }
}

function binCounts(values: Float64Array, min: number, max: number): readonly number[] {
  if (min === max) return [values.length]
  const counts = new Array<number>(nBins).fill(0)
  const width = max / nBins - min / nBins
  for (const value of values) counts[Math.min(nBins - 1, Math.floor((value - min) / width))]! += 1
  return counts
}
