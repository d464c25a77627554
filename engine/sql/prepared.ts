/** The prepared values of features by what was fitted, as SQL text. */
import type { ModelFeature } from '../../language/index.ts'
import type { FittedFeature, FittedNumber, NumberSource } from '../types.ts'
import { categorySql, numberSql } from './prepare.ts'
import { numberLiteral, quoteName, quoteText } from './text.ts'

interface FeatureColumn {
  readonly feature: ModelFeature
  /** Name of the column that holds its value. */
  readonly column: string
}

/** A DOUBLE, missing where nothing stands in for a missing value. */
export function preparedNumberSql(
  { element, indicator }: NumberSource,
  { fitted, feature, column }: FeatureColumn & { readonly fitted: FittedFeature },
): string {
  if (indicator) return `CASE WHEN ${quoteName(column)} IS NULL THEN 1e0 ELSE 0e0 END`
  if (fitted.kind === 'vector')
    return scaledSql(fitted.elements[element!]!, `${quoteName(column)}[${element! + 1}]`)
  if (fitted.kind === 'numeric') return scaledSql(fitted, numberSql(feature, column))
  throw new RangeError(`Expected numbers of \`${fitted.name}\`.`)
}

function scaledSql({ impute, center, scale }: FittedNumber, value: string): string {
  const x = impute === null ? value : `coalesce(${value}, ${numberLiteral(impute)})`
  return center === 0 && scale === 1 ? x : `(${x} - ${numberLiteral(center)}) / ${numberLiteral(scale)}`
}

/** Position of the category from 1 on, missing for every other value. */
export function positionSql(fitted: FittedFeature, { feature, column }: FeatureColumn): string {
  const categories = fitted.kind === 'category' ? fitted.categories : []
  if (categories.length === 0) return 'CAST(NULL AS INTEGER)'
  const text = categorySql(feature, column)
  // An enumeration finds a text by its hash; it cannot hold a NUL character.
  if (categories.some(value => value.includes('\0')))
    return `CASE ${text} ${categories.map((value, i) => `WHEN ${quoteText(value)} THEN ${i + 1}`).join(' ')} END`
  return `CAST(enum_code(TRY_CAST(${text} AS ENUM(${categories.map(quoteText).join(', ')}))) AS INTEGER) + 1`
}
