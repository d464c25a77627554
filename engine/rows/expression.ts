/**
 * An expression over one row in TypeScript. Twin of engine/sql/expression.ts; the semantics are described there.
 * Never asks another execution.
 */
import type { Expr, FunctionName, Scalar, ScalarKind } from '../../language/index.ts'

export interface RowScope {
  readonly column: (name: string) => Scalar
  readonly feature: (name: string) => Scalar
}

export function evaluateExpression(expr: Expr, scope: RowScope): Scalar {
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

function evaluateCall(name: FunctionName, args: readonly Expr[], scope: RowScope): Scalar {
  const value = (i: number) => evaluateExpression(args[i]!, scope)
  switch (name) {
    case 'if':
      return value(0) === true ? value(1) : value(2)
    case 'coalesce':
      return args.reduce<Scalar>((found, arg) => found ?? evaluateExpression(arg, scope), null)
    case 'is_missing':
      return value(0) === null
    case 'and':
      return kleene(value(0), value(1), false)
    case 'or':
      return kleene(value(0), value(1), true)
    default: {
      const values = args.map(arg => evaluateExpression(arg, scope))
      if (values.some(v => v === null)) return null
      return finite(strict[name](values as Present[], args[0]!.type.kind))
    }
  }
}

/** A number that is not finite is missing. */
function finite(value: Scalar): Scalar {
  return typeof value === 'number' && !Number.isFinite(value) ? null : value
}

/** Missing unless one side decides. */
function kleene(a: Scalar, b: Scalar, decisive: boolean): Scalar {
  if (a === decisive || b === decisive) return decisive
  return a === null || b === null ? null : !decisive
}

type Present = boolean | number | string
type Strict = (args: readonly Present[], kind: ScalarKind) => Scalar
type StrictName = Exclude<FunctionName, 'if' | 'coalesce' | 'is_missing' | 'and' | 'or'>

const numeric =
  (compute: (x: number) => number): Strict =>
  ([x]) =>
    compute(x as number)
const numbers =
  (compute: (a: number, b: number) => number): Strict =>
  ([a, b]) =>
    compute(a as number, b as number)
const ordering =
  (holds: (order: number) => boolean): Strict =>
  ([a, b]) =>
    holds(compare(a!, b!))
const datePart =
  (part: (date: Date) => number): Strict =>
  ([us]) =>
    part(new Date(Math.floor((us as number) / 1000)))

const strict: Readonly<Record<StrictName, Strict>> = {
  add: numbers((a, b) => a + b),
  subtract: numbers((a, b) => a - b),
  multiply: numbers((a, b) => a * b),
  divide: numbers((a, b) => a / b),
  negate: numeric(x => -x),
  abs: numeric(Math.abs),
  log: numeric(x => (x > 0 ? Math.log(x) : NaN)),
  log1p: numeric(x => (x > -1 ? Math.log1p(x) : NaN)),
  sqrt: numeric(Math.sqrt),
  exp: numeric(Math.exp),
  floor: numeric(Math.floor),
  ceil: numeric(Math.ceil),
  round: numeric(roundAwayFromZero),
  clip: ([x, low, high]) => Math.min(Math.max(x as number, low as number), high as number),
  equal: ordering(order => order === 0),
  not_equal: ordering(order => order !== 0),
  less: ordering(order => order < 0),
  less_equal: ordering(order => order <= 0),
  greater: ordering(order => order > 0),
  greater_equal: ordering(order => order >= 0),
  not: ([x]) => x === false,
  category: ([x]) => textOf(x!),
  float: ([x]) => Number(x),
  lower: ([x]) => (x as string).replace(/[A-Z]+/g, letters => letters.toLowerCase()),
  upper: ([x]) => (x as string).replace(/[a-z]+/g, letters => letters.toUpperCase()),
  length: ([x]) => [...(x as string)].length,
  year: datePart(date => date.getUTCFullYear()),
  month: datePart(date => date.getUTCMonth() + 1),
  day: datePart(date => date.getUTCDate()),
  hour: datePart(date => date.getUTCHours()),
  minute: datePart(date => date.getUTCMinutes()),
  weekday: datePart(date => ((date.getUTCDay() + 6) % 7) + 1),
}

/** The text of a value as a category; an int beyond ±(2⁵³ − 1) has none. */
export function textOf(value: Present): string | null {
  if (typeof value !== 'number') return String(value)
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? (value + 0).toFixed(0).replace(/^-0$/, '0') : null
}

/** Math.round takes halves up. */
function roundAwayFromZero(x: number): number {
  const whole = Math.trunc(x)
  return Math.abs(x - whole) >= 0.5 ? whole + Math.sign(x) : whole
}

/** Texts by code point: UTF-16 units order surrogates before the private use area, code points after it. */
export function compare(a: Present, b: Present): number {
  if (typeof a === 'string' && typeof b === 'string') return compareCodePoints(a, b)
  return a < b ? -1 : a > b ? 1 : 0
}

function compareCodePoints(a: string, b: string): number {
  const n = Math.min(a.length, b.length)
  for (let i = 0; i < n; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return rank(x) - rank(y)
  }
  return a.length - b.length
}

/** Puts surrogates (code points from U+10000) above U+E000–U+FFFF. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}
