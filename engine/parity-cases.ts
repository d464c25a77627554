/** Generates plans, fitted models and rows for the parity test from a seed. */
import type { Expr, FunctionName, ModelFeature, Plan, Row, Scalar, ScalarKind } from '../language/index.ts'
import { call, column, columnsOfKinds, literal, planOver, rowFeature, typeOf } from './plan/build.ts'
import { textOf } from './rows/expression.ts'
import { featureRows } from './rows/score.ts'
import type { FittedFeature, FittedModel } from './types.ts'

export interface ParityCase {
  readonly plan: Plan
  readonly fitted: FittedModel
  readonly rows: readonly Row[]
}

/** Names that need quoting, differ in case only, or look like the engine's own. */
const kinds: Readonly<Record<string, ScalarKind>> = {
  flag: 'bool',
  'is "it"': 'bool',
  n: 'int',
  'N two': 'int',
  x: 'float',
  'x#missing': 'float',
  label: 'string',
  'Größe ´`': 'string',
  part: 'timestamp',
  until: 'timestamp',
}

export function parityCase(seed: number, nRows: number): ParityCase {
  const random = createRandom(seed)
  const source = {
    name: 'data',
    format: 'parquet' as const,
    path: 'data.parquet',
    knownAfterUs: 0,
    columns: columnsOfKinds(kinds),
  }
  const features = generateFeatures(random)
  const plan = planOver(source, {
    features,
    label: { name: 'y', expr: literal('bool', true), type: typeOf('bool', false) },
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
  const rows = Array.from({ length: nRows }, () => generateRow(random))
  return { plan, rows, fitted: generateFitted(random, plan, rows) }
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

interface Random {
  /** In [0, 1). */
  next(): number
  int(below: number): number
  pick<T>(from: readonly T[]): T
}

/** Mulberry32. */
function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const int = (below: number) => Math.floor(next() * below)
  return { next, int, pick: from => from[int(from.length)]! }
}

// Rows

const texts = [
  '',
  'BOI',
  'boi',
  'Ärger',
  'ß',
  'İ',
  '日本',
  '𝒳',
  '😀 e\u0301',
  "it's",
  '"',
  'a\\b',
  'true',
  '17',
  ' ',
  '\u{ffff}',
  '\u{10000}',
  'null',
  'a\nb',
  '%s;--',
]
const extremes = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  2.5,
  -2.5,
  0.49999999999999994,
  1e-300,
  5e-324,
  1e300,
  -1e300,
  Number.MAX_VALUE,
  1e-17,
  NaN,
  Infinity,
  -Infinity,
]
const intExtremes = [
  0,
  1,
  -1,
  2 ** 31,
  -(2 ** 31),
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER,
  2 ** 60,
  -(2 ** 60),
]
const dates = [
  '2000-02-29T23:59:59.999999Z',
  '1900-02-28T23:59:59Z',
  '1900-03-01T00:00:00Z',
  '2100-02-28T12:00Z',
  '2096-02-29T00:00Z',
  '1969-12-31T23:59:59.999Z',
  '1970-01-01T00:00Z',
  '2024-12-30T00:00Z',
  '2001-01-01T00:00Z',
  '1700-01-01T00:00Z',
  '2250-12-31T23:59Z',
  '2016-02-29T12:34:56Z',
].map(text => Date.parse(text) * 1000)

function generateRow(random: Random): Row {
  const entries = Object.entries({ ...kinds, past_value: 'float' as const })
  return Object.fromEntries(
    entries.map(([name, kind]) => [name, random.next() < 0.15 ? null : generateValue(random, kind)]),
  )
}

function generateValue(random: Random, kind: ScalarKind): Scalar {
  switch (kind) {
    case 'bool':
      return random.next() < 0.5
    case 'int':
      return random.next() < 0.2 ? random.pick(intExtremes) : random.int(200) - 100
    case 'float':
      return random.next() < 0.3 ? random.pick(extremes) : (random.next() - 0.5) * 10 ** (random.int(8) - 3)
    case 'timestamp':
      return random.next() < 0.3
        ? random.pick(dates)
        : Math.floor((random.next() * 540 - 265) * 365.25 * 86400e6)
    case 'string':
    case 'category':
      return random.pick(texts)
  }
}

// Features

function generateFeatures(random: Random): ModelFeature[] {
  const features: ModelFeature[] = [
    {
      name: 'past_value',
      type: typeOf('float'),
      value: { kind: 'catalog', feature: 'past@0', keys: [column('n', 'int')] },
      prepare: { kind: 'numeric', impute: 'median', scale: 'standardize' },
    },
  ]
  for (let i = 0; i < 8; i++) {
    const kind = random.pick<ScalarKind>(['bool', 'int', 'float', 'string', 'category', 'float'])
    const expr = generateExpr(random, { kind, depth: 1 + random.int(4), exact: false, features })
    features.push(rowFeature(`feature ${i}`, expr))
  }
  return features
}

interface Want {
  readonly kind: ScalarKind
  readonly depth: number
  /** Whether engines must agree on it to the last bit, because a function with jumps will see it. */
  readonly exact: boolean
  readonly features: readonly ModelFeature[]
}

type Rule = (of: (kind: ScalarKind, exact?: boolean) => Expr, random: Random) => Expr

const anyKinds = ['bool', 'int', 'float', 'string', 'timestamp', 'category'] as const

const floatRules: readonly Rule[] = [
  ...(['add', 'subtract', 'multiply', 'divide'] as const).map(
    (name): Rule =>
      of =>
        call(name, 'float', of('float'), of('float')),
  ),
  of => call('divide', 'float', of('int'), of('int')),
  of => call('negate', 'float', of('float')),
  of => call('abs', 'float', of('float')),
  of => call('sqrt', 'float', of('float')),
  of => call('clip', 'float', of('float'), of('float'), of('float')),
  (of, random) => call('float', 'float', of(random.pick(['bool', 'int'] as const))),
]
/** Libraries round these differently in the last place. */
const inexactRules: readonly Rule[] = [
  ...(['log', 'log1p', 'exp'] as const).map(
    (name): Rule =>
      of =>
        call(name, 'float', of('float', true)),
  ),
  ...(['log', 'log1p', 'exp'] as const).map(
    (name): Rule =>
      of =>
        call(name, 'float', of('int', true)),
  ),
]
const equality = ['equal', 'not_equal'] as const
const comparisons = [...equality, 'less', 'less_equal', 'greater', 'greater_equal'] as const
const comparison: Rule = (of, random) => {
  const kind = random.pick(anyKinds)
  return call(random.pick(kind === 'bool' ? equality : comparisons), 'bool', of(kind, true), of(kind, true))
}
const rules: Readonly<Record<ScalarKind, readonly Rule[]>> = {
  float: floatRules,
  int: [
    ...(['add', 'subtract', 'multiply'] as const).map(
      (name): Rule =>
        of =>
          call(name, 'int', of('int'), of('int')),
    ),
    ...(['floor', 'ceil', 'round'] as const).map(
      (name): Rule =>
        of =>
          call(name, 'int', of('float', true)),
    ),
    ...(['year', 'month', 'day', 'hour', 'minute', 'weekday'] as const).map(
      (name): Rule =>
        of =>
          call(name, 'int', of('timestamp')),
    ),
    of => call('negate', 'int', of('int')),
    of => call('abs', 'int', of('int')),
    of => call('length', 'int', of('string')),
    of => call('clip', 'int', of('int'), of('int'), of('int')),
  ],
  bool: [
    comparison,
    comparison,
    of => call('and', 'bool', of('bool'), of('bool')),
    of => call('or', 'bool', of('bool'), of('bool')),
    of => call('not', 'bool', of('bool')),
    (of, random) => call('is_missing', 'bool', of(random.pick(anyKinds), true)),
  ],
  string: [of => call('lower', 'string', of('string')), of => call('upper', 'string', of('string'))],
  category: [
    (of, random) =>
      call('category', 'category', of(random.pick(['bool', 'int', 'string', 'category'] as const), true)),
  ],
  timestamp: [],
}

function generateExpr(random: Random, want: Want): Expr {
  const { kind, depth, exact } = want
  if (depth === 0 || (kind === 'timestamp' && random.next() < 0.6)) return leaf(random, want)
  const of = (k: ScalarKind, e = exact) =>
    generateExpr(random, { ...want, kind: k, depth: depth - 1, exact: e })
  const choice = random.next()
  if (choice < 0.08) return call('if', kind, of('bool', true), of(kind), of(kind))
  if (choice < 0.16)
    return call('coalesce', kind, of(kind), of(kind), ...(random.next() < 0.3 ? [of(kind)] : []))
  const candidates = kind === 'float' && !exact ? [...rules.float, ...inexactRules] : rules[kind]
  return candidates.length === 0 ? leaf(random, want) : random.pick(candidates)(of, random)
}

function leaf(random: Random, { kind, exact, features }: Want): Expr {
  const known = features.filter(
    f => f.type.kind === kind && (f.value.kind === 'catalog' || (!exact && f.value.kind === 'row')),
  )
  if (known.length > 0 && random.next() < 0.2) {
    const feature = random.pick(known)
    return { op: 'feature', name: feature.name, type: feature.type }
  }
  const columns = Object.entries(kinds).filter(([, k]) => k === kind)
  if (columns.length === 0 || random.next() < 0.2) {
    const value = random.next() < 0.1 ? null : generateValue(random, kind)
    return literal(kind, typeof value === 'number' && !Number.isFinite(value) ? null : value)
  }
  return column(random.pick(columns)[0], kind)
}

// Fitted models

function generateFitted(random: Random, plan: Plan, rows: readonly Row[]): FittedModel {
  const values = featureRows(plan, rows)
  const features = plan.features.map((feature, i): FittedFeature => {
    const weight = () => random.next() * 2 - 1
    const { name } = feature
    if (feature.prepare.kind === 'numeric') {
      const impute = random.next() < 0.1 ? null : random.next() * 10
      return {
        kind: 'numeric',
        name,
        impute,
        center: random.next(),
        scale: 0.5 + random.next() * 100,
        weight: weight(),
      }
    }
    const seen = new Set(values.flatMap(row => (row[i] === null ? [] : [textOf(row[i]!)!])))
    const categories = [...seen].filter(() => random.next() < 0.7).slice(0, 12)
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
