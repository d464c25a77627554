/** Every function as SQL text. What each gives is said at `FunctionName` in language/plan.ts. */
import type { Expr, FunctionName, ValueType } from '../../language/index.ts'
import { bucketsOf, constantNumber } from '../plan/constants.ts'
import { bind, bindAll, finite } from './bind.ts'
import { numberLiteral, quoteText } from './text.ts'

/** Ints beyond ±(2⁵³ − 1) have no exact text. */
export const maxExactInt = 9007199254740991

const upperLetters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const lowerLetters = upperLetters.toLowerCase()
const blanks = `' ' || chr(9) || chr(10) || chr(13)`

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
  args =>
    `${name}(${args.join(', ')})`
const toNumber =
  (name: string): Compile =>
  ([x]) =>
    `CAST(${name}(${x}) AS DOUBLE)`
const truncated =
  (unit: string): Compile =>
  ([x]) =>
    `date_trunc('${unit}', ${x})`
const between =
  (unitUs: number): Compile =>
  ([a, b]) =>
    `((CAST(epoch_us(${b}) AS DOUBLE) - CAST(epoch_us(${a}) AS DOUBLE)) / ${numberLiteral(unitUs)})`
const asText: Compile = ([x], [expr]) => textOf(x!, expr!.type)

export const functions: Readonly<Record<FunctionName, Compile>> = {
  add: arithmetic('+'),
  subtract: arithmetic('-'),
  multiply: arithmetic('*'),
  divide: arithmetic('/'),
  modulo: args => bindAll(args, ([a, b]) => modulo(a!, b!)),
  power: ([a, b]) => finite(`pow(${a}, ${b})`),
  negate: ([x]) => `(-${x})`,
  sign: toNumber('sign'),
  sin: call('sin'),
  cos: call('cos'),
  least: extreme('least'),
  greatest: extreme('greatest'),
  abs: call('abs'),
  log: ([x]) => bind(x!, v => `CASE WHEN ${v} > 0 THEN ln(${v}) END`),
  log10: ([x]) => bind(x!, log10),
  log1p: ([x]) => bind(x!, log1p),
  sqrt: ([x]) => bind(x!, v => `CASE WHEN ${v} >= 0 THEN sqrt(${v}) END`),
  exp: ([x]) => finite(`exp(${x})`),
  floor: call('floor'),
  ceil: call('ceil'),
  round: call('round'),
  clip: args => bindAll(args, ([x, low, high]) => clipped(x!, low!, high!)),
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
  coalesce: call('coalesce'),
  one_of: ([x, ...others]) => `(${x} IN (${others.join(', ')}))`,
  category: asText,
  string: asText,
  float: ([x]) => `CAST(${x} AS DOUBLE)`,
  int: ([x], [expr]) => (expr!.type.kind === 'bool' ? `CAST(${x} AS DOUBLE)` : `trunc(${x})`),
  bucket: ([x], [, ...bounds]) => bind(x!, v => bucket(v, bounds)),
  cross: (args, exprs) => args.map((x, i) => escaped(textOf(x, exprs[i]!.type))).join(` || '|' || `),
  hash: (args, [x]) => bindAll(args, ([text, n]) => hashed(textOf(text!, x!.type), n!)),
  lower: ([x]) => `translate(${x}, '${upperLetters}', '${lowerLetters}')`,
  upper: ([x]) => `translate(${x}, '${lowerLetters}', '${upperLetters}')`,
  length: toNumber('length'),
  trim: ([x]) => `trim(${x}, ${blanks})`,
  starts_with: call('starts_with'),
  ends_with: call('suffix'),
  contains: call('contains'),
  replace: call('replace'),
  substring: args => bindAll(args, ([x, start, length]) => substring(x!, start!, length!)),
  concat: args => `(${args.join(' || ')})`,
  year: toNumber('year'),
  month: toNumber('month'),
  day: toNumber('day'),
  hour: toNumber('hour'),
  minute: toNumber('minute'),
  second: toNumber('second'),
  weekday: toNumber('isodow'),
  week: toNumber('week'),
  quarter: toNumber('quarter'),
  day_of_year: toNumber('dayofyear'),
  start_of_day: truncated('day'),
  start_of_week: truncated('week'),
  start_of_month: truncated('month'),
  days_between: between(86_400e6),
  hours_between: between(3600e6),
  minutes_between: between(60e6),
  element: ([v], [, i]) => `(${v})[${constantNumber(i!) ?? 0}]`,
  dot: ([a, b]) => finite(`list_dot_product(${a}, ${b})`),
  norm: ([v]) => finite(bind(v!, v => `sqrt(list_dot_product(${v}, ${v}))`)),
  cosine: args => bindAll(args, ([a, b]) => cosine(a!, b!)),
}

/** `%` has the sign of the dividend. */
function modulo(a: string, b: string): string {
  const floored = bind(
    `(${a} % ${b})`,
    r => `CASE WHEN ${r} <> 0 AND (${r} < 0) <> (${b} < 0) THEN ${r} + ${b} ELSE ${r} END`,
    'r',
  )
  return `CASE WHEN ${b} <> 0 THEN ${floored} END`
}

/** `least` and `greatest` pass over missing arguments, so these are asked for first. */
function extreme(name: 'least' | 'greatest'): Compile {
  return args =>
    bindAll(args, values => {
      const present = values.map(v => `${v} IS NOT NULL`).join(' AND ')
      return `CASE WHEN ${present} THEN ${name}(${values.join(', ')}) END`
    })
}

function clipped(x: string, low: string, high: string): string {
  const present = [x, low, high].map(v => `${v} IS NOT NULL`).join(' AND ')
  return `CASE WHEN ${present} THEN least(greatest(${x}, ${low}), ${high}) END`
}

/** Whole for powers of ten, so that what rounds it sees the same everywhere. */
function log10(x: string): string {
  const y = `log10(${x})`
  return `CASE WHEN ${x} > 0 THEN CASE WHEN pow(1e1, round(${y})) = ${x} THEN round(${y}) ELSE ${y} END END`
}

/** What 1 + x loses of a small x is made up for by the quotient (Goldberg 1991, theorem 4). */
function log1p(x: string): string {
  const whole = `(1e0 + ${x})`
  return `CASE WHEN ${x} <= -1 THEN NULL WHEN ${whole} = 1 THEN ${x} ELSE ln(${whole}) * (${x} / (${whole} - 1)) END`
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

function bucket(x: string, bounds: readonly Expr[]): string {
  const cases = bucketsOf(bounds).map(({ below, name }) =>
    below === undefined
      ? `WHEN ${x} IS NOT NULL THEN ${quoteText(name)}`
      : `WHEN ${x} < ${numberLiteral(below)} THEN ${quoteText(name)}`,
  )
  return `CASE ${cases.join(' ')} END`
}

function escaped(text: string): string {
  return `replace(replace(${text}, '\\', '\\\\'), '|', '\\|')`
}

function hashed(text: string, n: string): string {
  const digits = `CAST('0x' || substring(md5(${text}), 1, 13) AS BIGINT)`
  return `CASE WHEN ${n} BETWEEN 1 AND ${maxExactInt} THEN CAST(${digits} % CAST(${n} AS BIGINT) AS DOUBLE) END`
}

/** The characters at start ≤ i < start + length, of those that there are. */
function substring(x: string, start: string, length: string): string {
  const from = `greatest(${start}, 1e0)`
  const n = `least(greatest(${start} + greatest(${length}, 0e0) - ${from}, 0e0), 2147483647e0)`
  const part = `substring(${x}, CAST(least(${from}, 2147483647e0) AS BIGINT), CAST(${n} AS BIGINT))`
  return `CASE WHEN ${start} IS NOT NULL AND ${length} IS NOT NULL THEN ${part} END`
}

function cosine(a: string, b: string): string {
  const norm = (v: string) => `sqrt(list_dot_product(${v}, ${v}))`
  const norms = bind(
    `(${norm(a)} * ${norm(b)})`,
    n => `CASE WHEN ${n} > 0 THEN list_dot_product(${a}, ${b}) / ${n} END`,
    'n',
  )
  return finite(norms)
}
