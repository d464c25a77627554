/**
 * Partial dependence (Friedman 2001): the mean prediction over rows when a feature has one value on all of them, for one
 * value after another; and how far the rows' own curves (Goldstein et al. 2015) are spread.
 */
import type { Value } from '../../language/index.ts'
import { EngineError } from '../errors.ts'
import { predict } from '../estimators/predict.ts'
import { quantile } from '../metrics/bootstrap.ts'
import { judgedOf, widthOf } from '../metrics/judged.ts'
import type { FittedFeature, FittedModel } from '../types.ts'
import { encodeExamples, type Examples } from './examples.ts'

export interface DependenceOptions {
  readonly feature: string
  /** How many values of a number are tried, or of a category. Default 20. */
  readonly points?: number
}

export interface DependencePoint {
  /** Of the feature; null stands for every category that is not listed, missing included. */
  readonly value: Value
  /** Mean prediction. */
  readonly mean: number
  /** Of the rows' predictions: the 10th and the 90th percentile. */
  readonly low: number
  readonly high: number
}

export interface PartialDependence {
  readonly feature: string
  readonly kind: 'numeric' | 'category'
  readonly split: string
  readonly nRows: number
  /** One; of classes one per class: its probability. Of a bool the probability of true, of a number the expected value. */
  readonly curves: readonly { readonly class?: string; readonly points: readonly DependencePoint[] }[]
}

/** @throws EngineError ENG010 when the feature is none of the model or a vector */
export function partialDependence(
  fitted: FittedModel,
  examples: Examples,
  { feature: name, points = 20 }: DependenceOptions,
): PartialDependence {
  const index = fitted.features.findIndex(feature => feature.name === name)
  const feature = fitted.features[index]
  if (!feature || feature.kind === 'vector') throw unusable(fitted, name)
  if (examples.rows.length === 0)
    throw new EngineError('ENG010', `Expected rows to explain ${fitted.model} on, got none.`)
  const classes = fitted.label.kind === 'classes' ? fitted.label.classes : [undefined]
  const curves = classes.map(of => ({
    ...(of !== undefined && { class: of }),
    points: [] as DependencePoint[],
  }))
  for (const value of gridOf(feature, { examples, index, points })) {
    const rows = examples.rows.map(row => ({ ...row, values: row.values.with(index, value) }))
    const encoded = encodeExamples(fitted, rows)
    const { predicted } = judgedOf(fitted.label, predict(fitted.parameters, encoded), encoded.label)
    const width = widthOf(fitted.label)
    curves.forEach((curve, c) => {
      const own = Float64Array.from(rows, (_, i) => predicted[i * width + c]!)
      curve.points.push({ value, ...spreadOf(own) })
    })
  }
  return {
    feature: name,
    kind: feature.kind,
    split: examples.split,
    nRows: examples.rows.length,
    curves,
  }
}

function unusable({ features, model }: FittedModel, name: string): EngineError {
  const usable = features.filter(feature => feature.kind !== 'vector').map(feature => `\`${feature.name}\``)
  const got = features.some(feature => feature.name === name) ? `the vector \`${name}\`` : `\`${name}\``
  return new EngineError(
    'ENG010',
    `Expected a feature of ${model} with one value (${usable.join(', ')}), got ${got}.`,
    { details: { name } },
  )
}

/** Values that the rows have: quantiles of numbers, the most frequent categories of the training rows and all others. */
function gridOf(
  feature: FittedFeature,
  of: { readonly examples: Examples; readonly index: number; readonly points: number },
): readonly Value[] {
  const { examples, index, points } = of
  if (feature.kind === 'category') return [...feature.categories.slice(0, points), null]
  const values = examples.rows.map(row => row.values[index]!).filter(value => value !== null)
  if (values.some(value => typeof value === 'boolean')) return [false, true]
  const sorted = Float64Array.from(values, Number).sort()
  if (sorted.length === 0) return [null]
  const distinct = [...new Set(sorted)]
  if (distinct.length <= points) return distinct
  return [...new Set(Array.from({ length: points }, (_, i) => quantile(sorted, i / (points - 1))))]
}

function spreadOf(values: Float64Array): Omit<DependencePoint, 'value'> {
  const mean = values.reduce((sum, x) => sum + x / values.length, 0)
  const sorted = values.sort()
  return { mean, low: quantile(sorted, 0.1), high: quantile(sorted, 0.9) }
}
