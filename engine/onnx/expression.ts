/**
 * An expression over one row as ONNX nodes. Twin of engine/sql/expression.ts; the semantics are described there.
 * What ONNX has no operator for becomes a derived input, which the scorer computes in TypeScript.
 */
import type { Expr, FunctionName } from '../../language/index.ts'
import { maxExactInt } from '../sql/expression.ts'
import { datePart, type DatePart } from './dates.ts'
import type { GraphBuilder } from './graph.ts'
import { anyMissing, choose, dtypes, finite, kleene, present, type OnnxValue } from './values.ts'

export interface OnnxScope {
  readonly graph: GraphBuilder
  readonly column: (name: string) => OnnxValue
  readonly feature: (name: string) => OnnxValue
  /** A tensor that the scorer fills with the value of the expression. */
  readonly derived: (expr: Expr) => OnnxValue
}

export function expressionOnnx(expr: Expr, scope: OnnxScope): OnnxValue {
  switch (expr.op) {
    case 'literal':
      return literal(expr, scope.graph)
    case 'column':
      return scope.column(expr.name)
    case 'feature':
      return scope.feature(expr.name)
    case 'call':
      return isExpressible(expr)
        ? functions[expr.function](
            scope.graph,
            expr.args.map(arg => expressionOnnx(arg, scope)),
          )
        : scope.derived(expr)
  }
}

/** Text has equality and nothing else: no order by code point, no length, no ASCII case. */
function isExpressible(expr: Expr & { op: 'call' }): boolean {
  if (['lower', 'upper', 'length'].includes(expr.function)) return false
  const isOrder = ['less', 'less_equal', 'greater', 'greater_equal'].includes(expr.function)
  return !isOrder || !expr.args.some(arg => dtypes[arg.type.kind] === 'string')
}

function literal(expr: Expr & { op: 'literal' }, graph: GraphBuilder): OnnxValue {
  const { kind } = expr.type
  const dtype = dtypes[kind]
  const none = { float64: 0, int64: 0n, bool: false, string: '' }[dtype]
  const isMissing = expr.value === null || (typeof expr.value === 'number' && !Number.isFinite(expr.value))
  const value = graph.constant(dtype, [
    isMissing ? none : dtype === 'string' ? String(expr.value).toWellFormed() : expr.value!,
  ])
  return { kind, value, ...(isMissing && { missing: graph.constant('bool', [true]) }) }
}

type Emit = (graph: GraphBuilder, args: readonly OnnxValue[]) => OnnxValue

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

const underivable: Emit = () => {
  throw new RangeError('A function that ONNX cannot express was asked for.')
}

const functions: Readonly<Record<FunctionName, Emit>> = {
  add: arithmetic('Add'),
  subtract: arithmetic('Sub'),
  multiply: arithmetic('Mul'),
  divide: arithmetic('Div'),
  negate: total('Neg'),
  abs: total('Abs'),
  // The logarithm of 0 is infinite and that of less is NaN: both missing.
  log: arithmetic('Log'),
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
  category: (graph, [x]) => category(graph, x!),
  float: (graph, [x]) => ({
    kind: 'float',
    value: x!.kind === 'bool' ? graph.cast(x!.value, 'float64') : x!.value,
    missing: x!.missing,
  }),
  lower: underivable,
  upper: underivable,
  length: underivable,
  year: date('year'),
  month: date('month'),
  day: date('day'),
  hour: date('hour'),
  minute: date('minute'),
  weekday: date('weekday'),
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
