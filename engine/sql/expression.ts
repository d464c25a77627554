/**
 * An expression over one row as SQL text. Its twins are engine/rows/expression.ts and engine/onnx/expression.ts;
 * the parity test holds the three together.
 *
 * Numbers are DOUBLE throughout, ints included. A result that is not finite (overflow, division by zero) is
 * missing, so no infinity and no NaN is ever seen by the next operation. A vector is a DOUBLE[] of its size with
 * finite elements, or missing.
 */
import type { Expr, ValueType } from '../../language/index.ts'
import { functions } from './functions.ts'
import { literal } from './text.ts'

export { finite } from './bind.ts'
export { maxExactInt, textOf } from './functions.ts'

export interface SqlScope {
  /** SQL text for a column of the row, already of its canonical type. */
  readonly column: (name: string, type: ValueType) => string
  /** SQL text for an earlier feature. */
  readonly feature: (name: string, type: ValueType) => string
}

export function expressionSql(expr: Expr, scope: SqlScope): string {
  switch (expr.op) {
    case 'literal':
      return literal(expr.type.kind, expr.value)
    case 'column':
      return scope.column(expr.name, expr.type)
    case 'feature':
      return scope.feature(expr.name, expr.type)
    case 'call': {
      const args = expr.args.map(arg => expressionSql(arg, scope))
      return functions[expr.function](args, expr.args)
    }
  }
}
