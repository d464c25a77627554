/** The prepared columns of a fitted model: numbers side by side, and what is looked up by category. */
import type { FittedFeature, FittedModel, FittedNumber, NumberSource } from '../../types.ts'
import type { GraphBuilder, Ref } from '../graph.ts'
import { lookUp, type Table } from '../lookup.ts'
import { withNaN, type OnnxValue } from '../values.ts'

export interface Columns {
  /** (nRows, nNumbers); NaN where missing and not imputed. Absent when there are none. */
  readonly numbers: Ref | undefined
  readonly nNumbers: number
  /** Per column of codes the number of its categories. */
  readonly nCategories: readonly number[]
  /** Per row the value of its category in the table of column k, (nRows, 1). */
  readonly byCategory: <T extends Table>(k: number, table: T) => Ref
}

export interface FeatureValues {
  /** By index in the plan. */
  readonly features: readonly OnnxValue[]
  /** Makes one row of all rows, where a value is the same for each. */
  readonly perRow: (ref: Ref) => Ref
}

export function preparedColumns(
  graph: GraphBuilder,
  fitted: FittedModel,
  { features, perRow }: FeatureValues,
): Columns {
  const { codes } = fitted.columns
  const categories = codes.map(i => categoriesOf(fitted.features[i]!))
  return {
    numbers: preparedNumbers(graph, fitted, { features, perRow }),
    nNumbers: fitted.columns.numbers.length,
    nCategories: categories.map(({ length }) => length),
    byCategory: (k, table) => perRow(lookUp(graph, features[codes[k]!]!, categories[k]!, table)),
  }
}

function categoriesOf(feature: FittedFeature): readonly string[] {
  if (feature.kind !== 'category')
    throw new RangeError(`Expected ${feature.name} to be encoded as a category.`)
  return feature.categories
}

/** All at once: nodes per feature would be what scoring a row spends its time on. */
function preparedNumbers(
  graph: GraphBuilder,
  fitted: FittedModel,
  { features, perRow }: FeatureValues,
): Ref | undefined {
  const sources = fitted.columns.numbers
  if (sources.length === 0) return undefined
  const blocks = blocksOf(sources, fitted.features)
  const parts = blocks.map(({ feature, kind }) => {
    const value = features[feature]!
    if (kind === 'indicator') return perRow(isMissing(graph, value))
    return perRow(kind === 'whole' ? withNaN(graph, value) : elementOf(graph, value, kind.element))
  })
  const raw = parts.length === 1 ? parts[0]! : graph.node('Concat', parts, { attributes: { axis: 1 } })
  const prepared = sources.map(source => preparationOf(source, fitted.features[source.feature]!))
  return scaled(graph, imputed(graph, raw, prepared), prepared)
}

interface Block {
  readonly feature: number
  readonly kind: 'whole' | 'indicator' | { readonly element: number }
}

/** A vector whose elements are all there and in order is one block. */
function blocksOf(sources: readonly NumberSource[], features: readonly FittedFeature[]): readonly Block[] {
  const blocks: Block[] = []
  for (let j = 0; j < sources.length;) {
    const { feature, element, indicator } = sources[j]!
    const fitted = features[feature]!
    const size = fitted.kind === 'vector' ? fitted.elements.length : 1
    const isWhole = Array.from({ length: size }, (_, i) => sources[j + i]).every(
      (source, i) => source?.feature === feature && source.element === i && !source.indicator,
    )
    if (indicator) blocks.push({ feature, kind: 'indicator' })
    else if (element === undefined || isWhole) blocks.push({ feature, kind: 'whole' })
    else blocks.push({ feature, kind: { element } })
    j += isWhole && element !== undefined && !indicator ? size : 1
  }
  return blocks
}

function isMissing(graph: GraphBuilder, { missing }: OnnxValue): Ref {
  return missing === undefined ? graph.constant('float64', [0]) : graph.cast(missing, 'float64')
}

function elementOf(graph: GraphBuilder, value: OnnxValue, element: number): Ref {
  const index = graph.constant('int64', [BigInt(element)])
  return graph.node('Gather', [withNaN(graph, value), index], { attributes: { axis: 1 } })
}

const asItIs: FittedNumber = { impute: null, center: 0, scale: 1 }

function preparationOf({ element, indicator }: NumberSource, feature: FittedFeature): FittedNumber {
  if (indicator || feature.kind === 'category') return asItIs
  return feature.kind === 'vector' ? feature.elements[element!]! : feature
}

function imputed(graph: GraphBuilder, raw: Ref, prepared: readonly FittedNumber[]): Ref {
  if (prepared.every(({ impute }) => impute === null)) return raw
  const values = graph.matrix(
    prepared.map(({ impute }) => impute ?? NaN),
    [1, prepared.length],
  )
  return graph.node('Where', [graph.node('IsNaN', [raw]), values, raw])
}

function scaled(graph: GraphBuilder, x: Ref, prepared: readonly FittedNumber[]): Ref {
  const row = (of: (number: FittedNumber) => number) => graph.matrix(prepared.map(of), [1, prepared.length])
  const centered = prepared.some(({ center }) => center !== 0)
    ? graph.node('Sub', [x, row(({ center }) => center)])
    : x
  return prepared.some(({ scale }) => scale !== 1)
    ? graph.node('Div', [centered, row(({ scale }) => scale)])
    : centered
}
