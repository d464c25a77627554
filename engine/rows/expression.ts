/**
 * An expression over one row in TypeScript. Twin of engine/sql/expression.ts; the semantics are described there.
 * Never asks another execution.
 */
import type { Expr, FunctionName, Value } from '../../language/index.ts'
import { compare, strict, type Present } from './functions.ts'

export { compare, textOf } from './functions.ts'

export interface RowScope {
  readonly column: (name: string) => Value
  readonly feature: (name: string) => Value
}

export function evaluateExpression(expr: Expr, scope: RowScope): Value {
  switch (expr.op) {
    case 'literal':
      return finite(expr.value)
    case 'column':
      return scope.column(expr.name)
    case 'feature':
      return scope.feature(expr.name)
    case 'call':
      return evaluateCall(expr.function, expr.args, scope)
  }
}

function evaluateCall(name: FunctionName, args: readonly Expr[], scope: RowScope): Value {
  const value = (i: number) => evaluateExpression(args[i]!, scope)
  switch (name) {
    case 'if':
      return value(0) === true ? value(1) : value(2)
    case 'coalesce':
      return args.reduce<Value>((found, arg) => found ?? evaluateExpression(arg, scope), null)
    case 'is_missing':
      return value(0) === null
    case 'and':
      return kleene(value(0), value(1), false)
    case 'or':
      return kleene(value(0), value(1), true)
    case 'one_of':
      return oneOf(args.map(arg => evaluateExpression(arg, scope)))
    default: {
      const values = args.map(arg => evaluateExpression(arg, scope))
      if (values.some(v => v === null)) return null
      return finite(strict[name](values as Present[], args))
    }
  }
}

/** A number that is not finite is missing. */
function finite(value: Value): Value {
  return typeof value === 'number' && !Number.isFinite(value) ? null : value
}

/** Missing unless one side decides. */
function kleene(a: Value, b: Value, decisive: boolean): Value {
  if (a === decisive || b === decisive) return decisive
  return a === null || b === null ? null : !decisive
}

/** As `x == a or x == b or …`. */
function oneOf([x, ...others]: readonly Value[]): Value {
  if (x === null || x === undefined) return null
  if (others.some(other => other !== null && compare(x, other) === 0)) return true
  return others.includes(null) ? null : false
}
