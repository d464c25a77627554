/**
 * An expression over one row as SQL text. Its twins are engine/rows/expression.ts and engine/onnx/expression.ts;
 * the parity test holds the three together.
 *
 * Numbers are DOUBLE throughout, ints included. A result that is not finite (overflow, division by zero) is
 * missing, so no infinity and no NaN is ever seen by the next operation.
 */
import type { Expr, FunctionName, ValueType } from '../../language/index.ts'
import { literal } from './text.ts'

export interface SqlScope {
  /** SQL text for a column of the row, already of its canonical type. */
  readonly column: (name: string, type: ValueType) => string
  /** SQL text for an earlier feature. */
  readonly feature: (name: string, type: ValueType) => string
}

/** Ints beyond ±(2⁵³ − 1) have no exact text. */
export const maxExactInt = 9007199254740991

const upperLetters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const lowerLetters = upperLetters.toLowerCase()

/** Text up to this length is written twice rather than bound to a name. */
const shortText = 60

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

type Compile = (args: readonly string[], exprs: readonly Expr[]) => string

const binary =
  (operator: string): Compile =>
  ([a, b]) =>
    `(${a} ${operator} ${b})`
const arithmetic =
  (operator: string): Compile =>
  ([a, b]) =>
    finite(`(${a} ${operator} ${b})`)
const call =
  (name: string): Compile =>
  ([x]) =>
    `${name}(${x})`
const datePart =
  (name: string): Compile =>
  ([x]) =>
    `CAST(${name}(${x}) AS DOUBLE)`

const functions: Readonly<Record<FunctionName, Compile>> = {
  add: arithmetic('+'),
  subtract: arithmetic('-'),
  multiply: arithmetic('*'),
  divide: arithmetic('/'),
  negate: ([x]) => `(-${x})`,
  abs: call('abs'),
  log: ([x]) => bind(x!, v => `CASE WHEN ${v} > 0 THEN ln(${v}) END`),
  log1p: ([x]) => bind(x!, log1p),
  sqrt: ([x]) => bind(x!, v => `CASE WHEN ${v} >= 0 THEN sqrt(${v}) END`),
  exp: ([x]) => finite(`exp(${x})`),
  floor: call('floor'),
  ceil: call('ceil'),
  round: call('round'),
  clip: ([x, low, high]) => bind(x!, v => bind(low!, l => bind(high!, h => clipped(v, l, h), 'high'), 'low')),
  equal: binary('='),
  not_equal: binary('<>'),
  less: binary('<'),
  less_equal: binary('<='),
  greater: binary('>'),
  greater_equal: binary('>='),
  and: binary('AND'),
  or: binary('OR'),
  not: ([x]) => `(NOT ${x})`,
  if: ([c, a, b]) => `CASE WHEN ${c} THEN ${a} ELSE ${b} END`,
  is_missing: ([x]) => `(${x} IS NULL)`,
  coalesce: args => `coalesce(${args.join(', ')})`,
  category: ([x], [expr]) => textOf(x!, expr!.type),
  float: ([x]) => `CAST(${x} AS DOUBLE)`,
  lower: ([x]) => `translate(${x}, '${upperLetters}', '${lowerLetters}')`,
  upper: ([x]) => `translate(${x}, '${lowerLetters}', '${upperLetters}')`,
  length: ([x]) => `CAST(length(${x}) AS DOUBLE)`,
  year: datePart('year'),
  month: datePart('month'),
  day: datePart('day'),
  hour: datePart('hour'),
  minute: datePart('minute'),
  weekday: datePart('isodow'),
}

/** What 1 + x loses of a small x is made up for by the quotient (Goldberg 1991, theorem 4). */
function log1p(x: string): string {
  const whole = `(1e0 + ${x})`
  return `CASE WHEN ${x} <= -1 THEN NULL WHEN ${whole} = 1 THEN ${x} ELSE ln(${whole}) * (${x} / (${whole} - 1)) END`
}

/** `least` and `greatest` pass over missing arguments, so these are asked for first. */
function clipped(x: string, low: string, high: string): string {
  return `CASE WHEN ${x} + ${low} + ${high} IS NOT NULL THEN least(greatest(${x}, ${low}), ${high}) END`
}

/** The text of a bool, int or string value; an int without exact text is missing. */
export function textOf(sql: string, type: ValueType): string {
  if (type.kind === 'bool') return `CAST(${sql} AS VARCHAR)`
  if (type.kind !== 'int' && type.kind !== 'float') return sql
  return bind(
    sql,
    v => `CASE WHEN abs(${v}) <= ${maxExactInt}e0 THEN CAST(CAST(${v} AS BIGINT) AS VARCHAR) END`,
  )
}

/** Missing where the number is not finite. */
export function finite(sql: string): string {
  return bind(sql, v => `CASE WHEN isfinite(${v}) THEN ${v} END`)
}

/**
 * Uses a value more than once. Long text is bound to a name by a lambda: written twice at every level, nested
 * expressions would grow exponentially.
 */
function bind(sql: string, use: (value: string) => string, prefix = 'v'): string {
  if (sql.length <= shortText) return use(sql)
  const name = freshName(sql, prefix)
  return `list_transform([${sql}], lambda ${name}: ${use(name)})[1]`
}

/** A name that the text does not contain, the same every time. */
function freshName(sql: string, prefix: string): string {
  let n = 1
  while (sql.includes(`${prefix}${n}`)) n++
  return `${prefix}${n}`
}
