/** Puts what was learned by column back to the features of the plan. */
import type { Plan } from '../../language/index.ts'
import { EngineError } from '../errors.ts'
import type { Parameters } from '../estimators/estimator.ts'
import {
  fittedVersion,
  type Coefficient,
  type FittedFeature,
  type FittedKey,
  type FittedModel,
  type FittedParameters,
  type Plain,
} from '../types.ts'
import type { Prepared } from './prepare.ts'

/** @throws ENG011 */
export function fittedModel(plan: Plan, prepared: Prepared, parameters: Parameters): FittedModel {
  const { encoding, columns } = prepared
  return {
    fittedVersion,
    model: plan.model,
    algorithm: plan.algorithm.name,
    label: encoding.label,
    features: plan.features.map((_, i) => featureOf(plan, prepared, i)),
    columns,
    parameters: plainParameters(parameters),
    keys: encoding.keys.map((values, e): FittedKey => {
      const name = plan.algorithm.random![e]!.per
      const kind = plan.features.some(feature => feature.name === name) ? 'feature' : 'column'
      return { source: { kind, name }, values }
    }),
  }
}

function featureOf(plan: Plan, { numbers, columns, encoding }: Prepared, i: number): FittedFeature {
  const { name, type, prepare } = plan.features[i]!
  if (prepare.kind !== 'numeric') {
    const categories = encoding.categories[columns.codes.indexOf(i)]!
    return { kind: 'category', name, encoding: prepare.kind, categories }
  }
  const of = numbers.filter((_, j) => columns.numbers[j]!.feature === i)
  const indicator = prepare.indicator && { indicator: true as const }
  return type.kind === 'vector'
    ? { kind: 'vector', name, elements: of, ...indicator }
    : { kind: 'numeric', name, ...of[0]!, ...indicator }
}

/** Plain arrays of finite numbers, as JSON keeps them. @throws ENG011 where a number is none */
export function plainParameters(parameters: Parameters): FittedParameters {
  return plain(parameters) as FittedParameters
}

function plain<T>(value: T): Plain<T> {
  if (typeof value === 'number') return finite(value) as Plain<T>
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as Float64Array, finite) as Plain<T>
  if (Array.isArray(value)) return value.map(plain) as Plain<T>
  if (typeof value !== 'object' || value === null) return value as Plain<T>
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)])) as Plain<T>
}

/** An infinite threshold is as good as the greatest number. */
function finite(x: number): number {
  if (Number.isNaN(x))
    throw new EngineError(
      'ENG011',
      'Expected the fit to come to finite numbers, got none. Scale the features and the label, or raise `l2`.',
    )
  return Math.min(Math.max(x, -Number.MAX_VALUE), Number.MAX_VALUE)
}

/** Of linear and mixed-effects models, the fixed effect alone: the intercept first, then by feature. */
export function coefficientsOf({ parameters, features, columns, label }: FittedModel): Coefficient[] {
  if (parameters.kind !== 'linear' && parameters.kind !== 'mixed') return []
  const scores = parameters.kind === 'linear' ? parameters.scores : [parameters.fixed]
  const classes = label.kind === 'classes' && scores.length > 1 ? label.classes : undefined
  return scores.flatMap((score, c): Coefficient[] => {
    const weights = features.map((feature, i) => {
      const numbers = columns.numbers.flatMap(({ feature: of, ...source }, j) =>
        of === i ? [{ ...source, value: score.numbers[j]! }] : [],
      )
      return { feature, numbers, categories: score.categories[columns.codes.indexOf(i)] ?? [] }
    })
    const named = [{ name: 'intercept', value: score.intercept }, ...weights.flatMap(namedWeights)]
    return classes ? named.map(({ name, value }) => ({ name, class: classes[c]!, value })) : named
  })
}

interface Weights {
  readonly feature: FittedFeature
  readonly numbers: readonly {
    readonly element?: number
    readonly indicator?: true
    readonly value: number
  }[]
  /** One per category, then that of every other value. */
  readonly categories: readonly number[]
}

function namedWeights({ feature, numbers, categories }: Weights): Coefficient[] {
  const { name } = feature
  if (feature.kind !== 'category')
    return numbers.map(({ element, indicator, value }) => {
      if (indicator) return { name: `${name}: missing`, value }
      return { name: element === undefined ? name : `${name}[${element + 1}]`, value }
    })
  return categories.map((value, i) => {
    const category = feature.categories[i]
    return { name: category === undefined ? `${name}: other` : `${name}=${category}`, value }
  })
}
