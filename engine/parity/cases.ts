/** Arbitrary plans, fitted models and rows. */
import fc from 'fast-check'
import type {
  Expr,
  FunctionName,
  ModelFeature,
  OutputPlan,
  Plan,
  Preparation,
  Row,
  ValueKind,
} from '../../language/index.ts'
import { call, column, literal, oneHot, planOver, rowFeature, typeOf } from '../plan/build.ts'
import type { FittedModel } from '../types.ts'
import { kinds, parityExpression, slots } from './expressions.ts'
import { classNames, randomFitted, randomShape, type ModelShape } from './models.ts'
import { createRandom, pick, type Random } from './random.ts'
import { parityValues, vectorSize, zonedTimes } from './values.ts'

export interface ParityCase {
  readonly plan: Plan
  readonly fitted: FittedModel
  readonly rows: readonly Row[]
}

/** `nRows` rows at most, an expression of every kind over expressions of every kind, and a model of any algorithm. */
export function parityCases(nRows: number): fc.Arbitrary<ParityCase> {
  const features = fc.tuple(
    ...slots.map(slot => parityExpression({ kind: slot.kind, depth: 3, exact: false, later: slot.later })),
  )
  const rows = fc.array(parityRow, { minLength: 1, maxLength: nRows })
  return fc.record({ features, rows, seed: fc.nat() }).map(({ features, rows, seed }) => {
    const random = createRandom(seed)
    const shape = randomShape(random)
    const plan = planOf(
      random,
      shape,
      features.map((expr, i) => featureOf(random, shape, rowFeature(slots[i]!.name, expr))),
    )
    return { plan, rows, fitted: randomFitted(random, { shape, plan, rows }) }
  })
}

function planOf(random: Random, shape: ModelShape, features: readonly ModelFeature[]): Plan {
  const source = {
    name: 'data',
    format: 'parquet' as const,
    path: 'data.parquet',
    knownAfterUs: 0,
    columns: Object.entries(kinds).map(([name, kind]) => ({ name, type: typeOfKind(kind) })),
  }
  return planOver(source, {
    features: [
      {
        name: 'past_value',
        type: typeOf('float'),
        value: { kind: 'catalog', feature: 'past@0', keys: [column('n', 'int')] },
        prepare: { kind: 'numeric', impute: 'median', scale: 'standardize' },
      },
      ...features,
    ],
    label: labels[shape.label],
    algorithm: {
      name: shape.algorithm,
      hyperparameters: {},
      ...(shape.keys.length > 0 && {
        random: shape.keys.map(per => ({ per, intercept: true, slopes: [], hyperparameters: {} })),
      }),
    },
    outputs: outputsOf(random, shape),
    catalogFeatures: {
      'past@0': {
        kind: 'window',
        name: 'past',
        version: 0,
        entity: 'e',
        source: 'data',
        by: ['n'],
        aggregate: { function: 'count' },
        windowUs: 1,
        default: null,
        type: typeOf('float'),
        tags: [],
      },
    },
  })
}

const labels: Readonly<Record<ModelShape['label'], Plan['label']>> = {
  bool: { name: 'y', expr: literal('bool', true), type: typeOf('bool', false) },
  number: { name: 'y', expr: literal('float', 1), type: typeOf('float', false) },
  classes: {
    name: 'y',
    expr: call('category', 'category', column('label', 'string')),
    type: typeOf('category'),
  },
}

/** Every output that the label can have, and a rank. */
function outputsOf(random: Random, { label, nClasses }: ModelShape): readonly OutputPlan[] {
  const scores: readonly OutputPlan[] =
    label === 'number'
      ? []
      : label === 'bool'
        ? [{ name: 'probability', kind: 'probability' }]
        : classNames(nClasses).map((of, i) => ({ name: `class ${i}`, kind: 'probability', class: of }))
  const prediction: OutputPlan = { name: 'likely', kind: 'prediction' }
  const by = scores[0]?.name ?? prediction.name
  const per = pick(random, [[], ['flag'], ['first bool'], ['label', 'flag']])
  const top = pick(random, [undefined, 1, 5])
  return [...scores, prediction, { name: 'place', kind: 'rank', by, per, ...(top !== undefined && { top }) }]
}

function typeOfKind(kind: ValueKind) {
  return kind === 'vector' ? { ...typeOf(kind), size: vectorSize } : typeOf(kind)
}

function featureOf(random: Random, { algorithm }: ModelShape, feature: ModelFeature): ModelFeature {
  const { kind } = feature.type
  const isText = kind === 'string' || kind === 'category'
  const isTrees = algorithm === 'gradient_boosted_trees'
  const category: Preparation = isTrees && random.next() < 0.8 ? { kind: 'native', max: 12 } : oneHot(12)
  const asCategory = isText || ((kind === 'bool' || kind === 'int') && random.next() < 0.3)
  const numeric: Preparation = {
    kind: 'numeric',
    impute: 'median',
    scale: 'standardize',
    ...(random.next() < 0.5 && { indicator: true as const }),
  }
  return { ...feature, type: typeOfKind(kind), prepare: asCategory ? category : numeric }
}

/** The functions that a plan calls. */
export function functionsOf(plan: Plan): ReadonlySet<FunctionName> {
  const found = new Set<FunctionName>()
  const visit = (expr: Expr): void => {
    if (expr.op !== 'call') return
    found.add(expr.function)
    expr.args.forEach(visit)
  }
  for (const { value } of plan.features) if (value.kind === 'row') visit(value.expr)
  return found
}

const cell = (kind: ValueKind) =>
  fc.option(kind === 'timestamp' ? fc.oneof(parityValues.timestamp, zonedTimes) : parityValues[kind], {
    freq: 7,
  })

/** A value of every column, or none. */
export const parityRow: fc.Arbitrary<Row> = fc.record({
  ...Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, cell(kind)])),
  past_value: cell('float'),
})
