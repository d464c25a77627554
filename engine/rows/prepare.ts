/** The prepared values of a row, from the values of its features. */
import type { Row, Value } from '../../language/index.ts'
import type { FittedFeature, FittedKey, FittedModel, FittedNumber, NumberSource } from '../types.ts'
import { textOf } from './expression.ts'

/** What the parameters are computed with: `columns` of the fitted model, one value each. */
export interface PreparedRow {
  /** NaN where a value is missing and nothing stands in for it. */
  readonly numbers: Float64Array
  /** Index of the category, −1 for every other value. */
  readonly codes: Int32Array
  /** Index of the key's value, −1 for every value without effects. */
  readonly keys: Int32Array
}

/** @param values of every feature, in order @param row its canonical columns */
export type PrepareRow = (values: readonly Value[], row: Row) => PreparedRow

export function rowPreparer({ features, columns, keys }: FittedModel): PrepareRow {
  const numbers = columns.numbers.map(source => numberReader(source, features[source.feature]!))
  const codes = columns.codes.map(i => codeReader(i, features[i]!))
  const names = features.map(feature => feature.name)
  const effects = keys.map(key => keyReader(key, names))
  return (values, row) => ({
    numbers: Float64Array.from(numbers, read => read(values)),
    codes: Int32Array.from(codes, read => read(values)),
    keys: Int32Array.from(effects, read => read(values, row)),
  })
}

function numberReader(
  { feature: i, element, indicator }: NumberSource,
  fitted: FittedFeature,
): (values: readonly Value[]) => number {
  if (indicator) return values => (values[i] === null ? 1 : 0)
  if (fitted.kind === 'category') throw new RangeError(`Expected numbers of \`${fitted.name}\`.`)
  if (fitted.kind === 'numeric') return values => prepared(fitted, values[i] as number | boolean | null)
  const column = fitted.elements[element!]!
  return values => {
    const vector = values[i] as readonly number[] | null
    return prepared(column, vector === null ? null : vector[element!]!)
  }
}

function prepared({ impute, center, scale }: FittedNumber, value: number | boolean | null): number {
  const x = value === null ? impute : Number(value)
  return x === null ? NaN : (x - center) / scale
}

function codeReader(i: number, fitted: FittedFeature): (values: readonly Value[]) => number {
  const indices = indicesOf(fitted.kind === 'category' ? fitted.categories : [])
  return values => indexOf(indices, values[i]!)
}

function keyReader({ source, values: known }: FittedKey, names: readonly string[]) {
  const indices = indicesOf(known)
  const feature = names.indexOf(source.name)
  return (values: readonly Value[], row: Row): number =>
    indexOf(indices, (source.kind === 'feature' ? values[feature] : row[source.name]) ?? null)
}

function indicesOf(texts: readonly string[]): ReadonlyMap<string, number> {
  return new Map(texts.map((text, i) => [text, i]))
}

function indexOf(indices: ReadonlyMap<string, number>, value: Value): number {
  const text = value === null ? null : textOf(value)
  return text === null ? -1 : (indices.get(text) ?? -1)
}
