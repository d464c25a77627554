/** Arbitrary expressions over all functions, of a kind that is asked for. */
import fc from 'fast-check'
import type { Expr, FunctionName, Scalar, ValueKind } from '../../language/index.ts'
import { call, column, literal, typeOf } from '../plan/build.ts'
import { parityValues, vectorSize } from './values.ts'

/** Names that need quoting, differ in case only, or look like the engine's own. */
export const kinds: Readonly<Record<string, ValueKind>> = {
  flag: 'bool',
  'is "it"': 'bool',
  n: 'int',
  'N two': 'int',
  x: 'float',
  'x#missing': 'float',
  v1: 'float',
  label: 'string',
  'Größe ´`': 'string',
  part: 'timestamp',
  until: 'timestamp',
  embedding: 'vector',
  'v 2': 'vector',
}

/** The features of a plan: those that are later may read the others. */
export const slots: readonly { readonly name: string; readonly kind: ValueKind; readonly later: boolean }[] =
  [
    ...(['float', 'int', 'bool', 'string', 'category', 'timestamp', 'vector'] as const).map(kind => ({
      name: `first ${kind}`,
      kind,
      later: false,
    })),
    ...(['float', 'int', 'bool', 'category', 'string', 'float', 'int'] as const).map((kind, i) => ({
      name: `later ${i + 1}`,
      kind,
      later: true,
    })),
  ]

export interface Want {
  readonly kind: ValueKind
  readonly depth: number
  /** Whether engines must agree on it to the last bit, because a function with jumps will see it. */
  readonly exact: boolean
  readonly later: boolean
}

const known = new Map<string, fc.Arbitrary<Expr>>()

/** Built once for what is wanted: arbitraries refer to those of less depth. */
export function parityExpression(want: Want): fc.Arbitrary<Expr> {
  const key = JSON.stringify(want)
  const before = known.get(key)
  if (before) return before
  const made = make(want)
  known.set(key, made)
  return made
}

function make(want: Want): fc.Arbitrary<Expr> {
  const { kind, depth, exact } = want
  if (depth === 0) return leaf(want)
  const of: Of = (k, e = exact) => parityExpression({ ...want, kind: k, depth: depth - 1, exact: e })
  const candidates = [...rules[kind], ...(kind === 'float' && !exact ? inexact : [])]
  const choices = [
    { weight: 2, arbitrary: applied('if', kind, [of('bool', true), of(kind), of(kind)]) },
    { weight: 2, arbitrary: applied('coalesce', kind, [of(kind), of(kind)]) },
    ...candidates.map(rule => ({ weight: 1, arbitrary: rule(of) })),
  ]
  // Shrinks to a leaf.
  return fc.oneof({ withCrossShrink: true }, { weight: 3, arbitrary: leaf(want) }, ...choices)
}

type Of = (kind: ValueKind, exact?: boolean) => fc.Arbitrary<Expr>
type Rule = (of: Of) => fc.Arbitrary<Expr>

function applied(
  name: FunctionName,
  kind: ValueKind,
  args: readonly fc.Arbitrary<Expr>[],
): fc.Arbitrary<Expr> {
  return fc.tuple(...args).map(exprs => ({ ...call(name, kind, ...exprs), type: typeOfKind(kind) }))
}

function typeOfKind(kind: ValueKind) {
  return kind === 'vector' ? { ...typeOf(kind), size: vectorSize } : typeOf(kind)
}

/** Functions of one signature; `!` after an argument asks for one that is exact. */
function all(names: readonly FunctionName[], kind: ValueKind, ...args: readonly string[]): Rule[] {
  return names.map(
    name => of =>
      applied(
        name,
        kind,
        args.map(arg => of(arg.replace('!', '') as ValueKind, arg.endsWith('!') ? true : undefined)),
      ),
  )
}

const anyKinds = ['bool', 'int', 'float', 'string', 'timestamp', 'category'] as const
const textKinds = ['bool', 'int', 'string', 'category'] as const
const literals = (kind: ValueKind, values: fc.Arbitrary<Scalar>) => values.map(value => literal(kind, value))
const wholeLiteral = (min: number, max: number) => literals('int', fc.integer({ min, max }))

/** Libraries round these differently in the last place. */
const inexact: readonly Rule[] = [
  ...all(['log', 'log10', 'log1p', 'exp', 'sin', 'cos'], 'float', 'float!'),
  ...all(['log', 'log10', 'log1p', 'exp', 'sin', 'cos'], 'float', 'int!'),
  ...all(['power'], 'float', 'float!', 'int!'),
  ...all(['power'], 'float', 'float!', 'float!'),
  ...all(['norm'], 'float', 'vector!'),
  ...all(['dot', 'cosine'], 'float', 'vector!', 'vector!'),
]

const equality = ['equal', 'not_equal'] as const
const orders = ['less', 'less_equal', 'greater', 'greater_equal'] as const

const rules: Readonly<Record<ValueKind, readonly Rule[]>> = {
  float: [
    ...all(['add', 'subtract', 'multiply', 'divide', 'least', 'greatest'], 'float', 'float', 'float'),
    ...all(['modulo'], 'float', 'float!', 'float!'),
    ...all(['divide'], 'float', 'int', 'int'),
    ...all(['negate', 'abs', 'sqrt'], 'float', 'float'),
    ...all(['clip', 'greatest'], 'float', 'float', 'float', 'float'),
    ...all(['float'], 'float', 'bool'),
    ...all(['float'], 'float', 'int'),
    ...all(['days_between', 'hours_between', 'minutes_between'], 'float', 'timestamp', 'timestamp'),
    of => applied('element', 'float', [of('vector'), wholeLiteral(1, vectorSize)]),
  ],
  int: [
    ...all(['add', 'subtract', 'multiply', 'least', 'greatest'], 'int', 'int', 'int'),
    ...all(['modulo'], 'int', 'int!', 'int!'),
    ...all(['floor', 'ceil', 'round', 'int', 'sign'], 'int', 'float!'),
    // What rounds a logarithm to the base 10 sees powers of ten whole.
    of => applied('floor', 'int', [applied('log10', 'float', [of('int', true)])]),
    ...all(['int'], 'int', 'bool'),
    ...all(['negate', 'abs', 'sign'], 'int', 'int'),
    ...all(
      ['year', 'quarter', 'month', 'week', 'day', 'day_of_year', 'weekday', 'hour', 'minute', 'second'],
      'int',
      'timestamp',
    ),
    ...all(['length'], 'int', 'string'),
    ...all(['clip'], 'int', 'int', 'int', 'int'),
    ...textKinds.map(
      (kind): Rule =>
        of =>
          applied('hash', 'int', [of(kind, true), wholeLiteral(2, 1000)]),
    ),
  ],
  bool: [
    ...anyKinds.flatMap(kind => all(equality, 'bool', `${kind}!`, `${kind}!`)),
    ...anyKinds.filter(kind => kind !== 'bool').flatMap(kind => all(orders, 'bool', `${kind}!`, `${kind}!`)),
    ...all(['and', 'or'], 'bool', 'bool', 'bool'),
    ...all(['not'], 'bool', 'bool'),
    ...[...anyKinds, 'vector'].flatMap(kind => all(['is_missing'], 'bool', `${kind}!`)),
    ...anyKinds.flatMap(kind => all(['one_of'], 'bool', `${kind}!`, `${kind}!`, `${kind}!`)),
    ...all(['starts_with', 'ends_with', 'contains'], 'bool', 'string', 'string'),
  ],
  string: [
    ...all(['lower', 'upper', 'trim'], 'string', 'string'),
    ...all(['replace'], 'string', 'string', 'string', 'string'),
    ...all(['substring'], 'string', 'string', 'int!', 'int!'),
    of => applied('substring', 'string', [of('string'), wholeLiteral(-2, 4), wholeLiteral(-1, 5)]),
    ...all(['concat'], 'string', 'string', 'string'),
    ...textKinds.flatMap(kind => all(['string'], 'string', `${kind}!`)),
  ],
  category: [
    ...textKinds.flatMap(kind => all(['category'], 'category', `${kind}!`)),
    ...all(['cross'], 'category', 'string', 'category', 'int!'),
    ...all(['cross'], 'category', 'bool', 'string'),
    of =>
      fc
        .uniqueArray(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 4 })
        .chain(bounds =>
          applied('bucket', 'category', [
            of('float', true),
            ...bounds.toSorted((a, b) => a - b).map(bound => fc.constant(literal('float', bound / 2))),
          ]),
        ),
    of =>
      applied('bucket', 'category', [of('int', true), fc.constant(call('negate', 'int', literal('int', 3)))]),
  ],
  timestamp: all(['start_of_day', 'start_of_week', 'start_of_month'], 'timestamp', 'timestamp'),
  vector: [],
}

function leaf({ kind, exact, later }: Want): fc.Arbitrary<Expr> {
  const columns = Object.entries(kinds)
    .filter(([, k]) => k === kind)
    .map(([name]): Expr => ({ ...column(name, kind), type: typeOfKind(kind) }))
  const features = slots.filter(slot => later && !slot.later && !exact && slot.kind === kind)
  const named = [...features.map(slot => slot.name), ...(kind === 'float' ? ['past_value'] : [])]
  const read = [...columns, ...named.map((name): Expr => ({ op: 'feature', name, type: typeOfKind(kind) }))]
  const written = fc.option(
    parityValues[kind].filter(value => typeof value !== 'object' && isWritable(value)),
    { freq: 8 },
  )
  if (kind === 'vector') return fc.constantFrom(...read)
  if (read.length === 0) return literals(kind, written as fc.Arbitrary<Scalar>)
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...read) },
    { weight: 1, arbitrary: literals(kind, written as fc.Arbitrary<Scalar>) },
  )
}

function isWritable(value: unknown): boolean {
  return typeof value !== 'number' || Number.isFinite(value)
}
