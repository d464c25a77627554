/**
 * An expression over one row as ONNX nodes. Twin of engine/sql/expression.ts; the semantics are described there.
 * What ONNX has no operator for becomes a derived input, which the scorer computes in TypeScript.
 */
import type { Expr, FunctionName } from '../../language/index.ts'
import { functions } from './functions.ts'
import type { GraphBuilder } from './graph.ts'
import { dtypes, type OnnxValue } from './values.ts'

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
    case 'call': {
      if (!isExpressible(expr)) return scope.derived(expr)
      const args = expr.args.map(arg => expressionOnnx(arg, scope))
      return { ...functions[expr.function](scope.graph, args, expr.args), kind: expr.type.kind }
    }
  }
}

/** What onnxruntime has no operator for. */
const computedOutside: ReadonlySet<FunctionName> = new Set([
  'lower',
  'upper',
  'length',
  'trim',
  'starts_with',
  'ends_with',
  'contains',
  'replace',
  'substring',
  'concat',
  'cross',
  'hash',
])
const ordering: ReadonlySet<FunctionName> = new Set([
  'less',
  'less_equal',
  'greater',
  'greater_equal',
  'least',
  'greatest',
])

/** Text has equality and nothing else: no order by code point, no length, no ASCII case. */
function isExpressible(expr: Expr & { op: 'call' }): boolean {
  if (computedOutside.has(expr.function)) return false
  return !ordering.has(expr.function) || !expr.args.some(arg => dtypes[arg.type.kind] === 'string')
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
