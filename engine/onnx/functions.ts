/** Every function as ONNX nodes. What each gives is said at `FunctionName` in language/plan.ts. */
import type { Expr, FunctionName } from '../../language/index.ts'
import { bucketsOf, constantNumber } from '../plan/constants.ts'
import { maxExactInt } from '../sql/expression.ts'
import { datePart, startOf, type DatePart, type DateUnit } from './dates.ts'
import type { GraphBuilder, Ref } from './graph.ts'
import { anyMissing, choose, finite, kleene, present, type OnnxValue } from './values.ts'

type Emit = (graph: GraphBuilder, args: readonly OnnxValue[], exprs: readonly Expr[]) => OnnxValue

const missingOf = (graph: GraphBuilder, args: readonly OnnxValue[]) =>
  anyMissing(
    graph,
    args.map(arg => arg.missing),
  )
const refs = (args: readonly OnnxValue[]) => args.map(arg => arg.value)

/** Finite for finite arguments. */
const total =
  (operator: string): Emit =>
  (graph, args) => ({
    kind: 'float',
    value: graph.node(operator, refs(args)),
    missing: missingOf(graph, args),
  })
const arithmetic =
  (operator: string): Emit =>
  (graph, args) =>
    finite(graph, graph.node(operator, refs(args)), missingOf(graph, args))
const comparison =
  (operator: string, negated = false): Emit =>
  (graph, args) => {
    const value = graph.node(operator, refs(args))
    return {
      kind: 'bool',
      value: negated ? graph.node('Not', [value]) : value,
      missing: missingOf(graph, args),
    }
  }
const date =
  (part: DatePart): Emit =>
  (graph, [us]) => ({ kind: 'int', value: datePart(graph, part, us!.value), missing: us!.missing })

const start =
  (unit: DateUnit): Emit =>
  (graph, [us]) => ({ kind: 'timestamp', value: startOf(graph, unit, us!.value), missing: us!.missing })
const between =
  (unitUs: number): Emit =>
  (graph, args) => {
    const [a, b] = refs(args).map(us => graph.cast(us, 'float64'))
    const unit = graph.constant('float64', [unitUs])
    const value = graph.node('Div', [graph.node('Sub', [b!, a!]), unit])
    return { kind: 'float', value, missing: missingOf(graph, args) }
  }
const extreme =
  (operator: 'Min' | 'Max'): Emit =>
  (graph, args) => ({
    kind: args[0]!.kind,
    value: graph.node(operator, refs(args)),
    missing: missingOf(graph, args),
  })
const asText =
  (kind: 'category' | 'string'): Emit =>
  (graph, [x]) => ({ ...category(graph, x!), kind })

const underivable: Emit = () => {
  throw new RangeError('A function that ONNX cannot express was asked for.')
}

export const functions: Readonly<Record<FunctionName, Emit>> = {
  add: arithmetic('Add'),
  subtract: arithmetic('Sub'),
  multiply: arithmetic('Mul'),
  divide: arithmetic('Div'),
  modulo: (graph, args) => finite(graph, modulo(graph, refs(args)), missingOf(graph, args)),
  power: arithmetic('Pow'),
  negate: total('Neg'),
  sign: total('Sign'),
  sin: total('Sin'),
  cos: total('Cos'),
  least: extreme('Min'),
  greatest: extreme('Max'),
  abs: total('Abs'),
  // The logarithm of 0 is infinite and that of less is NaN: both missing.
  log: arithmetic('Log'),
  log10: (graph, [x]) => finite(graph, log10(graph, x!.value), x!.missing),
  log1p: (graph, [x]) => finite(graph, log1p(graph, x!.value), x!.missing),
  sqrt: arithmetic('Sqrt'),
  exp: arithmetic('Exp'),
  floor: total('Floor'),
  ceil: total('Ceil'),
  round: (graph, [x]) => ({ kind: 'int', value: round(graph, x!.value), missing: x!.missing }),
  clip: (graph, args) => {
    const [x, low, high] = refs(args)
    const value = graph.node('Min', [graph.node('Max', [x!, low!]), high!])
    return { kind: 'float', value, missing: missingOf(graph, args) }
  },
  equal: comparison('Equal'),
  not_equal: comparison('Equal', true),
  less: comparison('Less'),
  less_equal: comparison('LessOrEqual'),
  greater: comparison('Greater'),
  greater_equal: comparison('GreaterOrEqual'),
  and: (graph, [a, b]) => kleene(graph, 'And', a!, b!),
  or: (graph, [a, b]) => kleene(graph, 'Or', a!, b!),
  not: (graph, [x]) => ({ kind: 'bool', value: graph.node('Not', [x!.value]), missing: x!.missing }),
  if: (graph, [condition, a, b]) =>
    choose(graph, present(graph, condition!.value, condition!.missing), a!, b!),
  is_missing: (graph, [x]) => ({ kind: 'bool', value: x!.missing ?? graph.constant('bool', [false]) }),
  coalesce: (graph, args) => args.reduceRight((rest, x) => (x.missing ? coalesce(graph, x, rest) : x)),
  one_of: (graph, [x, ...others]) =>
    others.map(other => functions.equal(graph, [x!, other], [])).reduce((a, b) => kleene(graph, 'Or', a, b)),
  category: asText('category'),
  string: asText('string'),
  int: (graph, [x]) => ({
    kind: 'int',
    value: x!.kind === 'bool' ? graph.cast(x!.value, 'float64') : truncate(graph, x!.value),
    missing: x!.missing,
  }),
  bucket: (graph, [x], [, ...bounds]) => bucket(graph, x!, bounds),
  cross: underivable,
  hash: underivable,
  float: (graph, [x]) => ({
    kind: 'float',
    value: x!.kind === 'bool' ? graph.cast(x!.value, 'float64') : x!.value,
    missing: x!.missing,
  }),
  lower: underivable,
  upper: underivable,
  length: underivable,
  trim: underivable,
  starts_with: underivable,
  ends_with: underivable,
  contains: underivable,
  replace: underivable,
  substring: underivable,
  concat: underivable,
  year: date('year'),
  quarter: date('quarter'),
  month: date('month'),
  week: date('week'),
  day: date('day'),
  day_of_year: date('day_of_year'),
  weekday: date('weekday'),
  hour: date('hour'),
  minute: date('minute'),
  second: date('second'),
  start_of_day: start('day'),
  start_of_week: start('week'),
  start_of_month: start('month'),
  days_between: between(86_400e6),
  hours_between: between(3600e6),
  minutes_between: between(60e6),
  element: (graph, [v], [, i]) => element(graph, v!, constantNumber(i!) ?? 0),
  dot: (graph, [a, b]) => finite(graph, dot(graph, a!.value, b!.value), missingOf(graph, [a!, b!])),
  norm: (graph, [v]) => finite(graph, norm(graph, v!.value), v!.missing),
  cosine: (graph, [a, b]) => {
    const norms = graph.node('Mul', [norm(graph, a!.value), norm(graph, b!.value)])
    const value = graph.node('Div', [dot(graph, a!.value, b!.value), norms])
    return finite(graph, value, missingOf(graph, [a!, b!]))
  },
}

/** The element of every row, the first is 1. */
function element(graph: GraphBuilder, v: OnnxValue, i: number): OnnxValue {
  const value = graph.node('Gather', [v.value, graph.constant('int64', [BigInt(i - 1)])], {
    attributes: { axis: 1 },
  })
  return { kind: 'float', value, missing: v.missing }
}

function dot(graph: GraphBuilder, a: Ref, b: Ref): Ref {
  return graph.node('ReduceSum', [graph.node('Mul', [a, b]), graph.constant('int64', [1n])], {
    attributes: { keepdims: 1 },
  })
}

function norm(graph: GraphBuilder, v: Ref): Ref {
  return graph.node('Sqrt', [dot(graph, v, v)])
}

/** The rest of the division has the sign of the dividend; what is not of the divisor's is moved by it. */
function modulo(graph: GraphBuilder, [a, b]: readonly Ref[]): Ref {
  const zero = graph.constant('float64', [0])
  const rest = graph.node('Mod', [a!, b!], { attributes: { fmod: 1 } })
  const signsDiffer = graph.node('Xor', [graph.node('Less', [rest, zero]), graph.node('Less', [b!, zero])])
  const isWhole = graph.node('Equal', [rest, zero])
  const moves = graph.node('And', [signsDiffer, graph.node('Not', [isWhole])])
  return graph.node('Where', [moves, graph.node('Add', [rest, b!]), rest])
}

/** Towards zero. */
function truncate(graph: GraphBuilder, x: Ref): Ref {
  const isNegative = graph.node('Less', [x, graph.constant('float64', [0])])
  return graph.node('Where', [isNegative, graph.node('Ceil', [x]), graph.node('Floor', [x])])
}

/** Whole for powers of ten, so that what rounds it sees the same everywhere. */
function log10(graph: GraphBuilder, x: Ref): Ref {
  const y = graph.node('Div', [graph.node('Log', [x]), graph.constant('float64', [Math.LN10])])
  const whole = round(graph, y)
  const isPower = graph.node('Equal', [graph.node('Pow', [graph.constant('float64', [10]), whole]), x])
  return graph.node('Where', [isPower, whole, y])
}

function bucket(graph: GraphBuilder, x: OnnxValue, bounds: readonly Expr[]): OnnxValue {
  const name = (text: string) => graph.constant('string', [text])
  const value = bucketsOf(bounds).reduceRight<Ref>(
    (rest, { below, name: text }) =>
      below === undefined
        ? name(text)
        : graph.node('Where', [
            graph.node('Less', [x.value, graph.constant('float64', [below])]),
            name(text),
            rest,
          ]),
    '',
  )
  return { kind: 'category', value, missing: x.missing }
}

function coalesce(graph: GraphBuilder, x: OnnxValue, rest: OnnxValue): OnnxValue {
  const chosen = choose(graph, x.missing!, rest, x)
  const missing = rest.missing && graph.node('And', [x.missing!, rest.missing])
  return { kind: x.kind, value: chosen.value, missing }
}

function category(graph: GraphBuilder, x: OnnxValue): OnnxValue {
  if (x.kind === 'string' || x.kind === 'category') return { ...x, kind: 'category' }
  if (x.kind === 'bool') {
    const [yes, no] = [graph.constant('string', ['true']), graph.constant('string', ['false'])]
    return { kind: 'category', value: graph.node('Where', [x.value, yes, no]), missing: x.missing }
  }
  const limit = graph.constant('float64', [maxExactInt])
  const inexact = graph.node('Greater', [graph.node('Abs', [x.value]), limit])
  const int64 = graph.cast(x.value, 'int64')
  return {
    kind: 'category',
    value: graph.cast(int64, 'string'),
    missing: anyMissing(graph, [x.missing, inexact]),
    int64,
  }
}

/** Half away from zero: sign(x)·(⌊|x|⌋ + (|x| − ⌊|x|⌋ ≥ ½)). */
function round(graph: GraphBuilder, x: string): string {
  const size = graph.node('Abs', [x])
  const whole = graph.node('Floor', [size])
  const isUp = graph.node('GreaterOrEqual', [
    graph.node('Sub', [size, whole]),
    graph.constant('float64', [0.5]),
  ])
  const rounded = graph.node('Add', [whole, graph.cast(isUp, 'float64')])
  const isNegative = graph.node('Less', [x, graph.constant('float64', [0])])
  return graph.node('Where', [isNegative, graph.node('Neg', [rounded]), rounded])
}

/** x where 1 + x is 1, else ln(1 + x)·x/((1 + x) − 1). Not finite from −1 down. */
function log1p(graph: GraphBuilder, x: string): string {
  const one = graph.constant('float64', [1])
  const whole = graph.node('Add', [x, one])
  const corrected = graph.node('Mul', [
    graph.node('Log', [whole]),
    graph.node('Div', [x, graph.node('Sub', [whole, one])]),
  ])
  return graph.node('Where', [graph.node('Equal', [whole, one]), x, corrected])
}
