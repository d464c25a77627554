/** Reads fitted models as they were written to files, by this version or those before. */
import { EngineError } from './errors.ts'
import {
  fittedVersion,
  type FittedFeature,
  type FittedModel,
  type FittedNumber,
  type NumberSource,
} from './types.ts'

/** @param text JSON @throws ENG024 */
export function parseFitted(text: string): FittedModel {
  const fitted = parsed(text)
  const version = (fitted as { readonly fittedVersion?: unknown } | null)?.fittedVersion
  if (version === fittedVersion) return fitted as FittedModel
  if (version === 1) return upgraded(fitted as FittedModelOf1)
  throw new EngineError(
    'ENG024',
    `Expected a fitted model of version ${fittedVersion}, got ${version === undefined ? 'none' : String(version)}. Train the model again.`,
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new EngineError('ENG024', 'Expected a fitted model as JSON. Train the model again.', { cause })
  }
}

type Weighted = FittedNumber & { readonly weight: number }

/** Version 1: logistic regression of a bool, the weights beside the preparation. */
interface FittedModelOf1 {
  readonly model: string
  readonly intercept: number
  readonly features: readonly (
    | (Weighted & { readonly kind: 'numeric'; readonly name: string; readonly indicator?: number })
    | {
        readonly kind: 'vector'
        readonly name: string
        readonly elements: readonly Weighted[]
        readonly indicator?: number
      }
    | {
        readonly kind: 'one_hot'
        readonly name: string
        readonly categories: readonly string[]
        readonly weights: readonly number[]
        readonly other: number
      }
  )[]
}

type FeatureOf1 = FittedModelOf1['features'][number]

function upgraded({ model, intercept, features }: FittedModelOf1): FittedModel {
  const values = features.flatMap(valuesOf)
  const indicators = features.flatMap((feature, i) =>
    feature.kind !== 'one_hot' && feature.indicator !== undefined
      ? [{ source: { feature: i, indicator: true as const }, weight: feature.indicator }]
      : [],
  )
  const numbers = [...values, ...indicators]
  const coded = features.flatMap((feature, i) => (feature.kind === 'one_hot' ? [{ feature, i }] : []))
  const categories = coded.map(({ feature }) => [...feature.weights, feature.other])
  return {
    fittedVersion,
    model,
    algorithm: 'logistic_regression',
    label: { kind: 'bool' },
    features: features.map(preparationOf),
    columns: { numbers: numbers.map(({ source }) => source), codes: coded.map(({ i }) => i) },
    parameters: {
      kind: 'linear',
      link: 'logistic',
      scores: [{ intercept, numbers: numbers.map(({ weight }) => weight), categories }],
    },
    keys: [],
  }
}

function valuesOf(
  feature: FeatureOf1,
  i: number,
): { readonly source: NumberSource; readonly weight: number }[] {
  switch (feature.kind) {
    case 'numeric':
      return [{ source: { feature: i }, weight: feature.weight }]
    case 'vector':
      return feature.elements.map(({ weight }, element) => ({ source: { feature: i, element }, weight }))
    case 'one_hot':
      return []
  }
}

function preparationOf(feature: FeatureOf1): FittedFeature {
  const { name } = feature
  const number = ({ impute, center, scale }: FittedNumber): FittedNumber => ({ impute, center, scale })
  switch (feature.kind) {
    case 'one_hot':
      return { kind: 'category', name, encoding: 'one_hot', categories: feature.categories }
    case 'numeric':
      return { kind: 'numeric', name, ...number(feature), ...indicatorOf(feature) }
    case 'vector':
      return { kind: 'vector', name, elements: feature.elements.map(number), ...indicatorOf(feature) }
  }
}

function indicatorOf({ indicator }: { readonly indicator?: number }): { readonly indicator?: true } {
  return indicator === undefined ? {} : { indicator: true }
}
