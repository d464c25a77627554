/** Arbitrary plans, fitted models and rows for the parity test; what fails shrinks to its least part. */
import fc from 'fast-check'
import type {
  Expr,
  FunctionName,
  ModelFeature,
  Plan,
  Preparation,
  Row,
  Value,
  ValueKind,
} from '../language/index.ts'
import { kinds, parityExpression, slots, vectorSize } from './parity-expressions.ts'
import { column, literal, oneHot, planOver, rowFeature, typeOf } from './plan/build.ts'
import { textOf } from './rows/expression.ts'
import { featureRows } from './rows/score.ts'
import type { FittedColumn, FittedFeature, FittedModel } from './types.ts'

export interface ParityCase {
  readonly plan: Plan
  readonly fitted: FittedModel
  readonly rows: readonly Row[]
}

/** `nRows` rows at most, and an expression of every kind over expressions of every kind. */
export function parityCases(nRows: number): fc.Arbitrary<ParityCase> {
  const features = fc.tuple(
    ...slots.map(slot => parityExpression({ kind: slot.kind, depth: 3, exact: false, later: slot.later })),
  )
  const rows = fc.array(parityRow, { minLength: 1, maxLength: nRows })
  return fc.record({ features, rows, seed: fc.nat() }).map(({ features, rows, seed }) => {
    const random = createRandom(seed)
    const plan = planOf(features.map((expr, i) => featureOf(random, slots[i]!.name, expr)))
    const fitted = generateFitted(random, plan, rows)
    return { plan, rows, fitted, [fc.toStringMethod]: () => 'the row and expression below' }
  })
}

function planOf(features: readonly ModelFeature[]): Plan {
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
    label: { name: 'y', expr: literal('bool', true), type: typeOf('bool', false) },
    outputs: [
      { name: 'probability', kind: 'probability' },
      { name: 'likely', kind: 'prediction' },
    ],
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

function typeOfKind(kind: ValueKind) {
  return kind === 'vector' ? { ...typeOf(kind), size: vectorSize } : typeOf(kind)
}

function featureOf(random: Random, name: string, expr: Expr): ModelFeature {
  const feature = rowFeature(name, expr)
  const { kind } = expr.type
  if (kind === 'string' || kind === 'category') return feature
  const asCategory = (kind === 'bool' || kind === 'int') && random.next() < 0.3
  const numeric: Preparation = {
    kind: 'numeric',
    impute: 'median',
    scale: 'standardize',
    ...(random.next() < 0.5 && { indicator: true as const }),
  }
  return { ...feature, type: typeOfKind(kind), prepare: asCategory ? oneHot(12) : numeric }
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

// Rows

const extremes = [
  ...[0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 0.49999999999999994, 1000, 0.001, 1e-5],
  ...[1e-30, 1e300, -1e300, 1e308, -1e308, Number.MAX_VALUE, 1e-17, 2 ** 53, -(2 ** 53)],
  ...[NaN, Infinity, -Infinity],
]
const intExtremes = [
  ...[0, 1, -1, 10, 1000, 2 ** 31, -(2 ** 31), Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
  ...[2 ** 53, -(2 ** 53), 2 ** 60, -(2 ** 60)],
]
const texts = [
  ...['', ' ', 'BOI', 'boi', 'Ärger', 'ß', 'İ', '日本', '𝒳', '😀 e\u0301', "it's", '"', 'a\\b', 'a|b'],
  ...['true', '17', '\u{ffff}', '\u{10000}', 'null', 'a\nb', '\t x \r\n', '%s;--', 'aaaa', '𝒳𝒳a'],
]
const dates = [
  ...['2000-02-29T23:59:59.999999Z', '1900-02-28T23:59:59Z', '1900-03-01T00:00:00Z', '2100-02-28T12:00Z'],
  ...['2096-02-29T00:00Z', '1969-12-31T23:59:59.999Z', '1970-01-01T00:00Z', '2024-12-30T00:00Z'],
  ...['2001-01-01T00:00Z', '2021-01-03T23:59:59Z', '2020-12-31T00:00Z', '1700-01-01T00:00Z'],
  ...['2250-12-31T23:59Z', '2016-02-29T12:34:56Z', '9999-12-31T23:59:59Z', '1000-03-01T00:00Z'],
].map(text => Date.parse(text) * 1000)

const dayUs = 86_400e6
/** What is below the range of 32-bit floats is none: onnxruntime passes over a constant of that size when it is added. */
const moderate = fc.double({ min: -1e4, max: 1e4, noNaN: true }).map(x => (Math.abs(x) < 1e-30 ? 0 : x))

export const parityValues: Readonly<Record<ValueKind, fc.Arbitrary<Value>>> = {
  bool: fc.boolean(),
  int: fc.oneof(fc.integer({ min: -100, max: 100 }), fc.constantFrom(...intExtremes)),
  float: fc.oneof(
    moderate,
    fc.integer({ min: -8, max: 8 }).map(x => x / 2),
    fc.constantFrom(...extremes),
  ),
  string: fc.oneof(
    fc.constantFrom(...texts),
    fc.string({ unit: fc.constantFrom('a', 'b', 'A', ' ', '|', '\\', 'é', '𝒳', '\u0301'), maxLength: 8 }),
    fc.string({ unit: 'binary', maxLength: 5 }).map(text => text.replaceAll('\0', '')),
  ),
  category: fc.constantFrom(...texts),
  timestamp: fc.oneof(
    fc.constantFrom(...dates),
    fc.integer({ min: -98_000, max: 100_000 }).map(day => day * dayUs),
    fc.maxSafeInteger(),
  ),
  vector: fc.oneof(
    { weight: 8, arbitrary: fc.array(moderate, { minLength: vectorSize, maxLength: vectorSize }) },
    { weight: 1, arbitrary: fc.constant(new Array<number>(vectorSize).fill(0)) },
    { weight: 1, arbitrary: fc.constant([NaN, ...new Array<number>(vectorSize - 1).fill(1)]) },
  ),
}

const cell = (kind: ValueKind) => fc.option(parityValues[kind], { freq: 7 })

const parityRow: fc.Arbitrary<Row> = fc.record({
  ...Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, cell(kind)])),
  past_value: cell('float'),
})

// Fitted models

interface Random {
  /** In [0, 1). */
  next(): number
}

/** Mulberry32. */
function createRandom(seed: number): Random {
  let state = seed >>> 0
  return {
    next() {
      state = (state + 0x6d2b79f5) >>> 0
      let t = Math.imul(state ^ (state >>> 15), state | 1)
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296
    },
  }
}

function generateFitted(random: Random, plan: Plan, rows: readonly Row[]): FittedModel {
  const values = featureRows(plan, rows)
  const weight = () => random.next() * 2 - 1
  const fittedColumn = (): FittedColumn => ({
    impute: random.next() < 0.1 ? null : random.next() * 10,
    center: random.next(),
    scale: 0.5 + random.next() * 100,
    weight: weight(),
  })
  const features = plan.features.map((feature, i): FittedFeature => {
    const { name, prepare, type } = feature
    if (prepare.kind === 'numeric') {
      const indicator = prepare.indicator && { indicator: weight() }
      if (type.kind === 'vector')
        return {
          kind: 'vector',
          name,
          elements: Array.from({ length: vectorSize }, fittedColumn),
          ...indicator,
        }
      return { kind: 'numeric', name, ...fittedColumn(), ...indicator }
    }
    const seen = new Set(values.flatMap(row => (row[i] === null ? [] : [textOf(row[i]!)])))
    const categories = [...seen].filter(text => text !== null && random.next() < 0.7).slice(0, 12) as string[]
    return { kind: 'one_hot', name, categories, weights: categories.map(weight), other: weight() }
  })
  return {
    fittedVersion: 1,
    model: plan.model,
    algorithm: 'logistic_regression',
    intercept: random.next(),
    features,
  }
}
