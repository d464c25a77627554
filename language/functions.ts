/**
 * The functions and operators of row expressions, and the aggregates of windows: what they take, what they give,
 * what they do with missing values. Checking, completion, hover and the reference all read this table.
 */
import type { FeaturePlan, FunctionName } from './plan.ts'
import type { Type } from './type-rules.ts'
import type { ScalarKind } from './types.ts'

export type AggregateName = FeaturePlan['aggregate']['function']

export interface Parameter {
  readonly name: string
  readonly kinds: readonly ScalarKind[]
}

export interface FunctionEntry {
  readonly name: FunctionName
  /** How it is written when it is no call: `+`, `and`. */
  readonly operator?: string
  readonly parameters: readonly Parameter[]
  /** Whether the last parameter may be repeated. */
  readonly variadic?: boolean
  /** Positions of arguments that must be of one type; `all` of them. */
  readonly unify?: 'all' | readonly number[]
  /** Whether arguments that unify are converted to their common type first. */
  readonly convert?: boolean
  /** The result's type; `common` is the type of the arguments that unify. */
  readonly result: (args: readonly Type[], common: Type) => Type
  /** Readable signature. */
  readonly signature: string
  /** What a missing argument does. */
  readonly missing: string
  readonly doc: string
}

const numeric = ['int', 'float'] as const
const text = ['string', 'category'] as const
const any = ['bool', 'int', 'float', 'string', 'timestamp', 'category'] as const

const p = (name: string, kinds: readonly ScalarKind[]): Parameter => ({ name, kinds })
const anyNullable = (args: readonly Type[]): boolean => args.some(arg => arg.nullable)
const withUnit = (type: Type, unit: string | undefined): Type =>
  unit === undefined ? type : { ...type, unit }

const ifAny = 'Missing if any argument is.'
const kleene = 'Three-valued: missing unless the other side decides.'

/** A result of a fixed kind that is missing if any argument is. */
const of =
  (kind: ScalarKind) =>
  (args: readonly Type[]): Type => ({ kind, nullable: anyNullable(args) })
/** The type of the first argument, unit included. */
const same = (args: readonly Type[]): Type => args[0] ?? { kind: 'unknown', nullable: true }
/** A float that is missing outside the function's domain. */
const partial = (): Type => ({ kind: 'float', nullable: true })

function arithmetic(keepUnit: boolean) {
  return (args: readonly Type[], common: Type): Type => {
    const kind = args.every(arg => arg.kind === 'int') ? 'int' : 'float'
    return withUnit({ kind, nullable: anyNullable(args) }, keepUnit ? common.unit : undefined)
  }
}

const rounded = (args: readonly Type[]): Type =>
  withUnit({ kind: 'int', nullable: anyNullable(args) }, args[0]?.unit)

const operators: readonly FunctionEntry[] = [
  binary('add', '+', { parameters: numeric, keepUnit: true, doc: 'Sum. Both sides have the same unit.' }),
  binary('subtract', '-', {
    parameters: numeric,
    keepUnit: true,
    doc: 'Difference. Both sides have the same unit.',
  }),
  binary('multiply', '*', { parameters: numeric, doc: 'Product. Has no unit.' }),
  {
    name: 'divide',
    operator: '/',
    parameters: [p('a', numeric), p('b', numeric)],
    result: partial,
    signature: 'a / b: float',
    missing: 'Missing if any argument is, or if the divisor is 0.',
    doc: 'Quotient, always a float. Has no unit.',
  },
  {
    name: 'negate',
    operator: '-',
    parameters: [p('x', numeric)],
    result: same,
    signature: '-x: the type of x',
    missing: ifAny,
    doc: 'The number with the opposite sign.',
  },
  comparison('equal', '==', any, 'Whether two values are the same.'),
  comparison('not_equal', '!=', any, 'Whether two values differ.'),
  comparison('less', '<', ordered(), 'Whether the left is less. Texts compare by code point.'),
  comparison('less_equal', '<=', ordered(), 'Whether the left is less or the same.'),
  comparison('greater', '>', ordered(), 'Whether the left is greater. Texts compare by code point.'),
  comparison('greater_equal', '>=', ordered(), 'Whether the left is greater or the same.'),
  logic('and', 'Whether both are true.'),
  logic('or', 'Whether one of two is true.'),
  {
    name: 'not',
    operator: 'not',
    parameters: [p('x', ['bool'])],
    result: of('bool'),
    signature: 'not x: bool',
    missing: ifAny,
    doc: 'Whether it is false.',
  },
]

function ordered(): readonly ScalarKind[] {
  return any.filter(kind => kind !== 'bool')
}

function binary(
  name: FunctionName,
  operator: string,
  options: { parameters: readonly ScalarKind[]; keepUnit?: boolean; doc: string },
): FunctionEntry {
  return {
    name,
    operator,
    parameters: [p('a', options.parameters), p('b', options.parameters)],
    ...(options.keepUnit && { unify: 'all' as const }),
    result: arithmetic(options.keepUnit ?? false),
    signature: `a ${operator} b: int when both are, else float`,
    missing: ifAny,
    doc: options.doc,
  }
}

function comparison(
  name: FunctionName,
  operator: string,
  kinds: readonly ScalarKind[],
  doc: string,
): FunctionEntry {
  return {
    name,
    operator,
    parameters: [p('a', kinds), p('b', kinds)],
    unify: 'all',
    result: of('bool'),
    signature: `a ${operator} b: bool`,
    missing: ifAny,
    doc,
  }
}

function logic(name: 'and' | 'or', doc: string): FunctionEntry {
  return {
    name,
    operator: name,
    parameters: [p('a', ['bool']), p('b', ['bool'])],
    result: of('bool'),
    signature: `a ${name} b: bool`,
    missing: kleene,
    doc,
  }
}

function numberFunction(
  name: FunctionName,
  options: { result: FunctionEntry['result']; to: string; missing?: string; doc: string },
): FunctionEntry {
  const { result, to, missing = ifAny, doc } = options
  return {
    name,
    parameters: [p('x', numeric)],
    result,
    signature: `${name}(x: int | float): ${to}`,
    missing,
    doc,
  }
}

function textFunction(name: FunctionName, result: FunctionEntry['result'], doc: string): FunctionEntry {
  const to = name === 'length' ? 'int' : 'string'
  return {
    name,
    parameters: [p('x', text)],
    result,
    signature: `${name}(x: string): ${to}`,
    missing: ifAny,
    doc,
  }
}

function dateFunction(name: FunctionName, doc: string): FunctionEntry {
  const result = of('int')
  return {
    name,
    parameters: [p('t', ['timestamp'])],
    result,
    signature: `${name}(t: timestamp): int`,
    missing: ifAny,
    doc,
  }
}

const calls: readonly FunctionEntry[] = [
  numberFunction('abs', { result: same, to: 'the type of x', doc: 'The number without its sign.' }),
  numberFunction('log', {
    result: partial,
    to: 'float',
    missing: 'Missing if x is, or if x ≤ 0.',
    doc: 'Natural logarithm.',
  }),
  numberFunction('log1p', {
    result: partial,
    to: 'float',
    missing: 'Missing if x is, or if x ≤ −1.',
    doc: 'Natural logarithm of 1 + x, exact for small x.',
  }),
  numberFunction('sqrt', {
    result: partial,
    to: 'float',
    missing: 'Missing if x is, or if x < 0.',
    doc: 'Square root.',
  }),
  numberFunction('exp', { result: of('float'), to: 'float', doc: 'e to the power of x.' }),
  numberFunction('floor', {
    result: rounded,
    to: 'int',
    doc: 'The greatest whole number that is not above x.',
  }),
  numberFunction('ceil', { result: rounded, to: 'int', doc: 'The least whole number that is not below x.' }),
  numberFunction('round', {
    result: rounded,
    to: 'int',
    doc: 'The nearest whole number; halves go away from zero.',
  }),
  {
    name: 'clip',
    parameters: [p('x', numeric), p('low', numeric), p('high', numeric)],
    unify: 'all',
    convert: true,
    result: (_, common) => common,
    signature: 'clip(x, low, high): int when all are, else float',
    missing: ifAny,
    doc: 'x, but not below low and not above high.',
  },
  {
    name: 'if',
    parameters: [p('condition', ['bool']), p('then', any), p('else', any)],
    unify: [1, 2],
    convert: true,
    result: (args, common) => ({ ...common, nullable: anyNullable(args.slice(1)) }),
    signature: 'if(condition: bool, then, else): the type of then and else',
    missing: 'A missing condition takes `else`.',
    doc: 'One of two values.',
  },
  {
    name: 'is_missing',
    parameters: [p('x', any)],
    result: () => ({ kind: 'bool', nullable: false }),
    signature: 'is_missing(x): bool',
    missing: 'Never missing.',
    doc: 'Whether the value is missing. NaN counts as missing.',
  },
  {
    name: 'coalesce',
    parameters: [p('x', any), p('y', any)],
    variadic: true,
    unify: 'all',
    convert: true,
    result: (args, common) => ({ ...common, nullable: args.every(arg => arg.nullable) }),
    signature: 'coalesce(x, y, …): the type of the arguments',
    missing: 'Missing only if all arguments are.',
    doc: 'The first value that is not missing.',
  },
  {
    name: 'category',
    parameters: [p('x', ['bool', 'int', 'string', 'category'])],
    result: of('category'),
    signature: 'category(x: bool | int | string): category',
    missing: ifAny,
    doc: 'The value as one of few texts, to be encoded and not computed with: `true`, `17`, `BOI`.',
  },
  {
    name: 'float',
    parameters: [p('x', ['bool', 'int', 'float'])],
    result: args => withUnit({ kind: 'float', nullable: anyNullable(args) }, args[0]?.unit),
    signature: 'float(x: bool | int): float',
    missing: ifAny,
    doc: 'The value as a float; true is 1, false is 0.',
  },
  textFunction('lower', of('string'), 'The text with the letters A to Z in lower case.'),
  textFunction('upper', of('string'), 'The text with the letters a to z in upper case.'),
  textFunction('length', of('int'), 'The number of code points of the text.'),
  dateFunction('year', 'The year, UTC.'),
  dateFunction('month', 'The month from 1 to 12, UTC.'),
  dateFunction('day', 'The day of the month from 1 to 31, UTC.'),
  dateFunction('hour', 'The hour from 0 to 23, UTC.'),
  dateFunction('minute', 'The minute from 0 to 59, UTC.'),
  dateFunction('weekday', 'The day of the week, UTC: Monday is 1, Sunday is 7 (ISO 8601).'),
]

/** Functions that are written as calls, by name. */
export const functions: ReadonlyMap<string, FunctionEntry> = new Map(calls.map(entry => [entry.name, entry]))

/** Every entry, operators included. */
export const allFunctions: readonly FunctionEntry[] = [...operators, ...calls]

const byName: ReadonlyMap<FunctionName, FunctionEntry> = new Map(
  allFunctions.map(entry => [entry.name, entry]),
)

export function functionEntry(name: FunctionName): FunctionEntry {
  return byName.get(name)!
}

const binaryOperators = new Map(operators.filter(e => e.parameters.length === 2).map(e => [e.operator, e]))

/** The entry of a binary operator as it is written. */
export function operatorEntry(operator: string): FunctionEntry | undefined {
  return binaryOperators.get(operator)
}

export interface AggregateEntry {
  readonly name: AggregateName
  /** Kinds of argument. A bool counts as 1 and 0 where a number is asked for. */
  readonly kinds: readonly ScalarKind[]
  readonly argument: 'required' | 'optional'
  readonly result: (of: Type) => Type
  /** What an empty window gives when the feature does not say. */
  readonly empty: 0 | null
  readonly signature: string
  readonly doc: string
}

const measured = ['bool', 'int', 'float'] as const
const float = (type: Type): Type => withUnit({ kind: 'float', nullable: true }, type.unit)
const own = (type: Type): Type => ({ ...type, nullable: true })
const counted = (): Type => ({ kind: 'int', nullable: false })

const aggregateEntries: readonly AggregateEntry[] = [
  aggregate('sum', measured, own, 'The sum over the rows of the window.'),
  {
    name: 'count',
    kinds: any,
    argument: 'optional',
    result: counted,
    empty: 0,
    signature: 'count(x?): int',
    doc: 'How many rows the window holds; with an argument, how many whose value is not missing.',
  },
  aggregate('mean', measured, float, 'The arithmetic mean over the rows of the window.'),
  aggregate(
    'min',
    ['bool', 'int', 'float', 'string', 'timestamp', 'category'],
    own,
    'The least value of the window.',
  ),
  aggregate(
    'max',
    ['bool', 'int', 'float', 'string', 'timestamp', 'category'],
    own,
    'The greatest value of the window.',
  ),
  aggregate('stddev', measured, float, 'The sample standard deviation; missing for fewer than two values.'),
  aggregate('last', any, own, 'The value of the newest row of the window.'),
  {
    name: 'distinct',
    kinds: any,
    argument: 'required',
    result: counted,
    empty: 0,
    signature: 'distinct(x): int',
    doc: 'How many different values the window holds, missing ones not counted.',
  },
]

function aggregate(
  name: AggregateName,
  kinds: readonly ScalarKind[],
  result: AggregateEntry['result'],
  doc: string,
): AggregateEntry {
  const to = result === float ? 'float' : 'the type of x'
  return { name, kinds, argument: 'required', result, empty: null, signature: `${name}(x): ${to}`, doc }
}

/** Aggregates of windowed features, by name. Missing values are left out of every one. */
export const aggregates: ReadonlyMap<string, AggregateEntry> = new Map(aggregateEntries.map(e => [e.name, e]))
