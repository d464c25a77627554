/** What linear models are compared on: generated dense rows, Adult in one-hot form, hourly bike rentals. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { allocateRows, type EncodedRows } from '../../engine/estimators/dataset.ts'

export interface LinearData {
  readonly training: EncodedRows
  readonly nCategories: readonly number[]
  readonly test?: EncodedRows
}

export const linearCases = ['dense', 'a9a', 'bikes'] as const

export type LinearCase = (typeof linearCases)[number]

/** The files that a case reads from the folder of reference data. */
export const filesOf: Readonly<Record<LinearCase, readonly string[]>> = {
  dense: [],
  a9a: ['a9a', 'a9a.t'],
  bikes: ['bike-sharing-hour.csv'],
}

/** The folder of reference data when it has the case's files. */
export function folderOf(name: LinearCase): string | undefined {
  const folder = process.env['SLIPWAY_DATA'] ?? ''
  return filesOf[name].every(file => existsSync(join(folder, file))) ? folder : undefined
}

export function loadCase(name: LinearCase, folder: string): LinearData {
  switch (name) {
    case 'dense':
      return dense(100_000, 64)
    case 'a9a':
      return {
        training: readA9a(join(folder, 'a9a')),
        nCategories: a9aColumns,
        test: readA9a(join(folder, 'a9a.t')),
      }
    case 'bikes':
      return bikes(join(folder, 'bike-sharing-hour.csv'))
  }
}

/** Correlated normal columns and a label that depends on them. */
function dense(nRows: number, nColumns: number): LinearData {
  const uniform = generator(1)
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
  const shared = Float64Array.from({ length: nRows }, normal)
  const numbers = Array.from({ length: nColumns }, (_, j) =>
    Float64Array.from(shared, s => (normal() + (j % 2) * 0.7 * s) / Math.sqrt(1 + (j % 2) * 0.49)),
  )
  const effects = numbers.map(() => 0.3 * normal())
  const label = Float64Array.from(shared, (_, i) => {
    const score = numbers.reduce((sum, column, j) => sum + effects[j]! * column[i]!, -1)
    return uniform() < 1 / (1 + Math.exp(-score)) ? 1 : 0
  })
  const training = allocateRows(nRows, { nNumbers: nColumns, nCodes: 0, nGroups: 0 })
  numbers.forEach((column, j) => training.numbers[j]!.set(column))
  training.label.set(label)
  return { training, nCategories: [] }
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

/** How many of a9a's 123 columns of 0 and 1 come from each of Adult's 14 columns, in order; at most one of each is 1. */
const a9aColumns = [5, 8, 5, 16, 5, 7, 14, 6, 5, 2, 2, 2, 5, 41]

function readA9a(file: string): EncodedRows {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  const columns = a9aColumns.flatMap((n, k) => Array.from({ length: n }, (_, code) => ({ k, code })))
  const codes = a9aColumns.map(() => new Int32Array(lines.length).fill(-1))
  const label = new Float64Array(lines.length)
  lines.forEach((line, i) => {
    const [y, ...pairs] = line.trim().split(' ')
    label[i] = Number(y) > 0 ? 1 : 0
    for (const pair of pairs) {
      const { k, code } = columns[parseInt(pair) - 1]!
      if (codes[k]![i] !== -1) throw new Error(`Two values of column ${k} on line ${i + 1} of ${file}`)
      codes[k]![i] = code
    }
  })
  return { nRows: lines.length, numbers: [], codes, label, groups: [] }
}

function bikes(file: string): LinearData {
  const [header, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n')
  const names = header!.trim().split(',')
  const rows = lines.map(line => line.trim().split(','))
  const column = (name: string) => Float64Array.from(rows, row => Number(row[names.indexOf(name)]))
  const numbers = ['temp', 'hum', 'windspeed'].map(column)
  const categories = ['yr', 'mnth', 'hr', 'weekday', 'holiday', 'weathersit'].map(column)
  const codes = categories.map(values => {
    const distinct = [...new Set(values)].toSorted((a, b) => a - b)
    return { n: distinct.length, codes: Int32Array.from(values, value => distinct.indexOf(value)) }
  })
  return {
    training: {
      nRows: rows.length,
      numbers,
      codes: codes.map(c => c.codes),
      label: column('cnt'),
      groups: [],
    },
    nCategories: codes.map(c => c.n),
  }
}
