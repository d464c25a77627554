/** Fitted models with parameters drawn at random: nothing is trained. */
import type { AlgorithmName, Plan, Row, Value } from '../../language/index.ts'
import { featureRows, rowReader } from '../rows/score.ts'
import { textOf } from '../rows/expression.ts'
import {
  fittedVersion,
  type FittedColumns,
  type FittedFeature,
  type FittedKey,
  type FittedLabel,
  type FittedModel,
  type FittedNumber,
  type FittedParameters,
  type Link,
  type NumberSource,
} from '../types.ts'
import { between, pick, weight, type Random } from './random.ts'
import { randomTree } from './trees.ts'
import { vectorSize } from './values.ts'

/** What is decided before there is a plan. */
export interface ModelShape {
  readonly algorithm: AlgorithmName
  readonly label: FittedLabel['kind']
  readonly link: Link
  readonly nClasses: number
  /** Columns or features that random effects are per. */
  readonly keys: readonly string[]
}

const labelsOf: Readonly<Record<AlgorithmName, readonly FittedLabel['kind'][]>> = {
  linear_regression: ['number'],
  logistic_regression: ['bool', 'classes'],
  poisson_regression: ['number'],
  mixed_effects: ['bool', 'number'],
  gradient_boosted_trees: ['bool', 'number', 'classes'],
  neural_network: ['bool', 'number', 'classes'],
}

export function randomShape(random: Random): ModelShape {
  const algorithm = pick(random, Object.keys(labelsOf) as AlgorithmName[])
  const label = pick(random, labelsOf[algorithm])
  const nClasses = label === 'classes' ? between(random, 2, 4) : 0
  const keys =
    algorithm === 'mixed_effects'
      ? pick(random, [['label'], ['n', 'Größe ´`'], ['flag'], ['first category', 'label'], ['first int']])
      : []
  return { algorithm, label, nClasses, keys, link: linkOf(random, { algorithm, label, nClasses }) }
}

function linkOf(random: Random, { algorithm, label, nClasses }: Omit<ModelShape, 'link' | 'keys'>): Link {
  if (label === 'bool') return 'logistic'
  if (label === 'classes') return nClasses > 2 ? 'softmax' : 'logistic'
  if (algorithm === 'poisson_regression') return 'log'
  const isCount = algorithm !== 'linear_regression' && algorithm !== 'neural_network' && random.next() < 0.4
  return isCount ? 'log' : 'identity'
}

/** Sorted by code point, with a name that needs escaping. */
export function classNames(n: number): readonly string[] {
  return ['', "it's", 'Ärger', '😀'].slice(0, n)
}

interface Drawing {
  readonly shape: ModelShape
  readonly plan: Plan
  readonly rows: readonly Row[]
}

export function randomFitted(random: Random, { shape, plan, rows }: Drawing): FittedModel {
  const values = featureRows(plan, rows)
  const isTrees = shape.algorithm === 'gradient_boosted_trees'
  const features = plan.features.map((feature, i): FittedFeature => {
    const { name, prepare, type } = feature
    if (prepare.kind !== 'numeric') {
      const categories = textsOf(random, { values: values.map(row => row[i]!), max: 12 })
      return { kind: 'category', name, encoding: prepare.kind, categories }
    }
    const indicator = prepare.indicator && { indicator: true as const }
    const number = () => randomNumber(random, isTrees)
    if (type.kind !== 'vector') return { kind: 'numeric', name, ...number(), ...indicator }
    return { kind: 'vector', name, elements: Array.from({ length: vectorSize }, number), ...indicator }
  })
  const columns = columnsOf(features)
  const keys = shape.keys.map(name => randomKey(random, { name, plan, rows, values }))
  return {
    fittedVersion,
    model: plan.model,
    algorithm: shape.algorithm,
    label:
      shape.label === 'classes'
        ? { kind: 'classes', classes: classNames(shape.nClasses) }
        : { kind: shape.label },
    features,
    columns,
    parameters: randomParameters(random, {
      shape,
      features,
      columns,
      keys,
      thresholds: thresholdsOf(plan, values, { features, columns }),
    }),
    keys,
  }
}

/** Scales are large enough for sums of the largest numbers to stay finite in any order. */
function randomNumber(random: Random, isTrees: boolean): FittedNumber {
  const impute = random.next() < (isTrees ? 0.7 : 0.02) ? null : random.next() * 10
  if (isTrees && random.next() < 0.7) return { impute, center: 0, scale: 1 }
  return { impute, center: random.next(), scale: 100 + random.next() * 100 }
}

/** Some of the texts that the values have. */
function textsOf(
  random: Random,
  { values, max }: { readonly values: readonly Value[]; readonly max: number },
) {
  const texts = new Set(values.flatMap(value => (value === null ? [] : (textOf(value) ?? []))))
  return [...texts].filter(() => random.next() < 0.7).slice(0, max)
}

function columnsOf(features: readonly FittedFeature[]): FittedColumns {
  const numbers = features.flatMap((fitted, feature): NumberSource[] => {
    if (fitted.kind === 'category') return []
    const each =
      fitted.kind === 'numeric' ? [{ feature }] : fitted.elements.map((_, element) => ({ feature, element }))
    return [...each, ...(fitted.indicator ? [{ feature, indicator: true as const }] : [])]
  })
  return { numbers, codes: features.flatMap(({ kind }, i) => (kind === 'category' ? [i] : [])) }
}

function randomKey(
  random: Random,
  {
    name,
    plan,
    rows,
    values,
  }: {
    readonly name: string
    readonly plan: Plan
    readonly rows: readonly Row[]
    readonly values: readonly (readonly Value[])[]
  },
): FittedKey {
  const feature = plan.features.findIndex(f => f.name === name)
  const read = rowReader(plan)
  const own = rows.map((row, i) => (feature < 0 ? (read(row)[name] ?? null) : values[i]![feature]!))
  return {
    source: { kind: feature < 0 ? 'column' : 'feature', name },
    values: textsOf(random, { values: own, max: 20 }),
  }
}

/** Values that splits may be at, by column of numbers: those of the rows where engines see the same bits. */
function thresholdsOf(
  plan: Plan,
  values: readonly (readonly Value[])[],
  { features, columns }: { readonly features: readonly FittedFeature[]; readonly columns: FittedColumns },
): readonly (readonly number[])[] {
  return columns.numbers.map(({ feature, indicator }) => {
    const fitted = features[feature]!
    const { value, type } = plan.features[feature]!
    const isExact =
      value.kind === 'catalog' || value.expr.op !== 'call' || ['bool', 'int'].includes(type.kind)
    if (indicator || fitted.kind !== 'numeric' || !isExact) return []
    return values.flatMap(row =>
      row[feature] === null ? [] : [(Number(row[feature]) - fitted.center) / fitted.scale],
    )
  })
}

interface ParameterShape {
  readonly shape: ModelShape
  readonly features: readonly FittedFeature[]
  readonly columns: FittedColumns
  readonly keys: readonly FittedKey[]
  readonly thresholds: readonly (readonly number[])[]
}

function randomParameters(random: Random, drawing: ParameterShape): FittedParameters {
  const { shape, features, columns, keys } = drawing
  const { link } = shape
  const weights = (n: number) => Array.from({ length: n }, () => weight(random))
  const nCategories = columns.codes.map(i => categoriesOf(features[i]!).length)
  const nScores = link === 'softmax' ? shape.nClasses : 1
  const linear = () => ({
    intercept: weight(random),
    numbers: weights(columns.numbers.length),
    categories: nCategories.map(n => weights(n + 1)),
  })
  switch (shape.algorithm) {
    case 'gradient_boosted_trees':
      return {
        kind: 'trees',
        link,
        initial: weights(nScores),
        trees: Array.from({ length: nScores * between(random, 0, 6) }, () =>
          randomTree(random, { thresholds: drawing.thresholds, nCategories }),
        ),
      }
    case 'mixed_effects':
      return {
        kind: 'mixed',
        link,
        fixed: linear(),
        random: keys.map(({ values }) => {
          const slopes = columns.numbers.flatMap((_, j) => (random.next() < 0.2 ? [j] : []))
          const intercept = slopes.length === 0 || random.next() < 0.7
          const nCoefficients = slopes.length + (intercept ? 1 : 0)
          return { intercept, slopes, nCoefficients, values: weights(values.length * nCoefficients) }
        }),
      }
    case 'neural_network':
      return {
        kind: 'network',
        link,
        activation: pick(random, ['relu', 'tanh', 'sigmoid', 'gelu'] as const),
        nCategories,
        layers: randomLayers(
          random,
          columns.numbers.length + nCategories.reduce((sum, n) => sum + n + 1, 0),
          nScores,
        ),
        center: link === 'identity' ? weight(random) * 10 : 0,
        scale: link === 'identity' ? random.next() * 10 : 1,
      }
    default:
      return { kind: 'linear', link, scores: Array.from({ length: nScores }, linear) }
  }
}

function randomLayers(random: Random, nInputs: number, nOutputs: number) {
  const widths = [
    nInputs,
    ...Array.from({ length: between(random, 0, 2) }, () => between(random, 1, 6)),
    nOutputs,
  ]
  const weights = (n: number) => Array.from({ length: n }, () => weight(random))
  return widths.slice(1).map((width, l) => ({
    nInputs: widths[l]!,
    nOutputs: width,
    weights: weights(widths[l]! * width),
    bias: weights(width),
  }))
}

function categoriesOf(feature: FittedFeature): readonly string[] {
  return feature.kind === 'category' ? feature.categories : []
}
