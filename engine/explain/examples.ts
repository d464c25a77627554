/** Rows as a fitted model sees them: the values of its features, and the columns its parameters are over. */
import type { Row, Value } from '../../language/index.ts'
import type { EncodedRows } from '../estimators/dataset.ts'
import { rowPreparer } from '../rows/prepare.ts'
import type { FittedModel } from '../types.ts'

export interface ExampleRow {
  /** Of every feature, in the plan's order. */
  readonly values: readonly Value[]
  /** Columns that random effects are per. */
  readonly row: Row
  /** As `EncodedRows.label`. */
  readonly label: number
}

export interface Examples {
  /** Where they are from. */
  readonly split: string
  readonly rows: readonly ExampleRow[]
  /** Column or feature that a metric is per → code of each row, −1 where missing. */
  readonly groups: Readonly<Record<string, Int32Array>>
}

/** The prepared columns of the rows. */
export function encodeExamples(fitted: FittedModel, rows: readonly ExampleRow[]): EncodedRows {
  const prepare = rowPreparer(fitted)
  const prepared = rows.map(({ values, row }) => prepare(values, row))
  const { columns, keys } = fitted
  return {
    nRows: rows.length,
    numbers: columns.numbers.map((_, j) => Float64Array.from(prepared, p => p.numbers[j]!)),
    codes: columns.codes.map((_, k) => Int32Array.from(prepared, p => p.codes[k]!)),
    keys: keys.map((_, e) => Int32Array.from(prepared, p => p.keys[e]!)),
    label: Float64Array.from(rows, row => row.label),
    groups: [],
  }
}

/** What is explained together: a feature with all its columns, or the column that random effects are per. */
export interface Explained {
  readonly name: string
  /** Indices into the encoded columns. */
  readonly numbers: readonly number[]
  readonly codes: readonly number[]
  readonly keys: readonly number[]
}

/** Features in the plan's order, then columns that only random effects read. */
export function explainedOf({ features, columns, keys }: FittedModel): readonly Explained[] {
  const indices = <T>(items: readonly T[], fits: (item: T) => boolean) =>
    items.flatMap((item, i) => (fits(item) ? [i] : []))
  const ofFeatures = features.map(({ name }, f) => ({
    name,
    numbers: indices(columns.numbers, source => source.feature === f),
    codes: indices(columns.codes, feature => feature === f),
    keys: indices(keys, ({ source }) => source.kind === 'feature' && source.name === name),
  }))
  const names = [...new Set(keys.flatMap(({ source }) => (source.kind === 'column' ? [source.name] : [])))]
  const ofColumns = names.map(name => ({
    name,
    numbers: [],
    codes: [],
    keys: indices(keys, ({ source }) => source.kind === 'column' && source.name === name),
  }))
  return [...ofFeatures, ...ofColumns]
}
