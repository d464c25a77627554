/** Functions that are missing as soon as an argument is, over values that are there. */
import type { Expr, FunctionName, Value } from '../../language/index.ts'
import { bucketsOf } from '../plan/constants.ts'
import { dateParts, startOfDay, startOfMonth, startOfWeek } from './dates.ts'
import { compareCodePoints, escapeForCross, hashOf, replaceAll, substring, trim } from './text.ts'

export type Present = Exclude<Value, null>
export type Strict = (args: readonly Present[], exprs: readonly Expr[]) => Value
export type LazyName = 'if' | 'coalesce' | 'is_missing' | 'and' | 'or' | 'one_of'

const numeric =
  (compute: (x: number) => number): Strict =>
  ([x]) =>
    compute(x as number)
const numbers =
  (compute: (...args: number[]) => number): Strict =>
  args =>
    compute(...(args as number[]))
const texts =
  (compute: (...args: string[]) => Value): Strict =>
  args =>
    compute(...(args as string[]))
const vectors =
  (compute: (...args: (readonly number[])[]) => number): Strict =>
  args =>
    compute(...(args as (readonly number[])[]))
const ordering =
  (holds: (order: number) => boolean): Strict =>
  ([a, b]) =>
    holds(compare(a!, b!))
const between = (unitUs: number): Strict => numbers((a, b) => (b! - a!) / unitUs)
const asText: Strict = ([x]) => textOf(x!)

export const strict: Readonly<Record<Exclude<FunctionName, LazyName>, Strict>> = {
  add: numbers((a, b) => a! + b!),
  subtract: numbers((a, b) => a! - b!),
  multiply: numbers((a, b) => a! * b!),
  divide: numbers((a, b) => a! / b!),
  modulo: numbers((a, b) => modulo(a!, b!)),
  power: numbers((a, b) => a! ** b!),
  negate: numeric(x => -x),
  sign: numeric(Math.sign),
  sin: numeric(Math.sin),
  cos: numeric(Math.cos),
  least: values => values.reduce((a, b) => (compare(b, a) < 0 ? b : a)),
  greatest: values => values.reduce((a, b) => (compare(b, a) > 0 ? b : a)),
  abs: numeric(Math.abs),
  log: numeric(x => (x > 0 ? Math.log(x) : NaN)),
  log10: numeric(log10),
  log1p: numeric(x => (x > -1 ? Math.log1p(x) : NaN)),
  sqrt: numeric(Math.sqrt),
  exp: numeric(Math.exp),
  floor: numeric(Math.floor),
  ceil: numeric(Math.ceil),
  round: numeric(roundAwayFromZero),
  clip: numbers((x, low, high) => Math.min(Math.max(x!, low!), high!)),
  equal: ordering(order => order === 0),
  not_equal: ordering(order => order !== 0),
  less: ordering(order => order < 0),
  less_equal: ordering(order => order <= 0),
  greater: ordering(order => order > 0),
  greater_equal: ordering(order => order >= 0),
  not: ([x]) => x === false,
  category: asText,
  string: asText,
  float: ([x]) => Number(x),
  int: ([x]) => Math.trunc(Number(x)),
  bucket: ([x], [, ...bounds]) =>
    bucketsOf(bounds).find(({ below }) => below === undefined || (x as number) < below)!.name,
  cross(values) {
    const parts = values.map(textOf)
    return parts.includes(null) ? null : parts.map(part => escapeForCross(part!)).join('|')
  },
  hash([x, n]) {
    const text = textOf(x!)
    return text === null ? null : hashOf(text, n as number)
  },
  lower: texts(x => x!.replace(/[A-Z]+/g, letters => letters.toLowerCase())),
  upper: texts(x => x!.replace(/[a-z]+/g, letters => letters.toUpperCase())),
  length: texts(x => [...x!].length),
  trim: texts(x => trim(x!)),
  starts_with: texts((x, start) => x!.startsWith(start!)),
  ends_with: texts((x, end) => x!.endsWith(end!)),
  contains: texts((x, part) => x!.includes(part!)),
  replace: texts((x, from, to) => replaceAll(x!, from!, to!)),
  substring: ([x, start, length]) => substring(x as string, start as number, length as number),
  concat: texts((...parts) => parts.join('')),
  year: numeric(dateParts.year),
  quarter: numeric(dateParts.quarter),
  month: numeric(dateParts.month),
  week: numeric(dateParts.week),
  day: numeric(dateParts.day),
  day_of_year: numeric(dateParts.day_of_year),
  weekday: numeric(dateParts.weekday),
  hour: numeric(dateParts.hour),
  minute: numeric(dateParts.minute),
  second: numeric(dateParts.second),
  start_of_day: numeric(startOfDay),
  start_of_week: numeric(startOfWeek),
  start_of_month: numeric(startOfMonth),
  days_between: between(86_400e6),
  hours_between: between(3600e6),
  minutes_between: between(60e6),
  element: ([v, i]) => (v as readonly number[])[(i as number) - 1] ?? null,
  dot: vectors((a, b) => dot(a!, b!)),
  norm: vectors(v => Math.sqrt(dot(v!, v!))),
  cosine: vectors((a, b) => dot(a!, b!) / (Math.sqrt(dot(a!, a!)) * Math.sqrt(dot(b!, b!)))),
}

/** The text of a value as a category; an int beyond ±(2⁵³ − 1) has none. */
export function textOf(value: Present): string | null {
  if (typeof value !== 'number') return String(value)
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? (value + 0).toFixed(0).replace(/^-0$/, '0') : null
}

/** Texts by code point, numbers and truth values by size. */
export function compare(a: Present, b: Present): number {
  if (typeof a === 'string' && typeof b === 'string') return compareCodePoints(a, b)
  return a < b ? -1 : a > b ? 1 : 0
}

/** `%` has the sign of the dividend. */
function modulo(a: number, b: number): number {
  const rest = a % b
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest
}

/** Whole for powers of ten, so that what rounds it sees the same everywhere. */
function log10(x: number): number {
  if (!(x > 0)) return NaN
  const y = Math.log10(x)
  const whole = Math.round(y)
  return Number(`1e${whole}`) === x ? whole : y
}

/** Math.round takes halves up. */
function roundAwayFromZero(x: number): number {
  const whole = Math.trunc(x)
  return Math.abs(x - whole) >= 0.5 ? whole + Math.sign(x) : whole
}

function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
