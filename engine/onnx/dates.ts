/**
 * Parts of a timestamp by integer arithmetic on microseconds. Days become civil dates by Howard Hinnant's
 * `civil_from_days` (chrono-compatible low-level date algorithms), with years that begin in March.
 */
import type { GraphBuilder, Ref } from './graph.ts'

export type DatePart =
  'year' | 'quarter' | 'month' | 'week' | 'day' | 'day_of_year' | 'weekday' | 'hour' | 'minute' | 'second'
export type DateUnit = 'day' | 'week' | 'month'

const secondUs = 1_000_000
const minuteUs = 60 * secondUs
const hourUs = 60 * minuteUs
const dayUs = 24 * hourUs

/** @param us int64 (nRows) @returns float64 (nRows) */
export function datePart(graph: GraphBuilder, part: DatePart, us: Ref): Ref {
  return graph.cast(parts[part](arithmetic(graph), us), 'float64')
}

/** The first instant of the unit. @param us int64 (nRows) @returns int64 (nRows) */
export function startOf(graph: GraphBuilder, unit: DateUnit, us: Ref): Ref {
  const math = arithmetic(graph)
  const daysBefore = {
    day: () => undefined,
    week: () => math.mod(math.add(daysOf(math, us), 3), 7),
    month: () => math.subtract(civil(math, us).day, 1),
  }[unit]()
  const midnight = math.subtract(us, math.mod(us, dayUs))
  return daysBefore === undefined ? midnight : math.subtract(midnight, math.multiply(daysBefore, dayUs))
}

type Arithmetic = ReturnType<typeof arithmetic>

const parts: Readonly<Record<DatePart, (math: Arithmetic, us: Ref) => Ref>> = {
  hour: (math, us) => math.div(math.mod(us, dayUs), hourUs),
  minute: (math, us) => math.div(math.mod(us, hourUs), minuteUs),
  second: (math, us) => math.div(math.mod(us, minuteUs), secondUs),
  // Day 0 was a Thursday.
  weekday: (math, us) => math.add(math.mod(math.add(daysOf(math, us), 3), 7), 1),
  year: (math, us) => civil(math, us).year,
  quarter: (math, us) => math.add(math.div(math.subtract(civil(math, us).month, 1), 3), 1),
  month: (math, us) => civil(math, us).month,
  day: (math, us) => civil(math, us).day,
  day_of_year: (math, us) => dayOfYear(math, daysOf(math, us)),
  // The week that holds the date's Thursday, counted in the Thursday's year.
  week(math, us) {
    const days = daysOf(math, us)
    const thursday = math.subtract(math.add(days, 3), math.mod(math.add(days, 3), 7))
    return math.add(math.div(math.subtract(dayOfYear(math, thursday), 1), 7), 1)
  },
}

function dayOfYear(math: Arithmetic, days: Ref): Ref {
  return math.add(math.subtract(days, firstOfYear(math, civilOfDays(math, days).year)), 1)
}

/** Days from 1970 to the first of January. */
function firstOfYear(math: Arithmetic, year: Ref): Ref {
  const { add, subtract, multiply } = math
  const before = subtract(year, 1)
  const wholly = (n: number) => math.div(subtract(before, math.mod(before, n)), n)
  const leaps = add(subtract(wholly(4), wholly(100)), wholly(400))
  return subtract(add(multiply(before, 365), leaps), 719_162)
}

function daysOf(math: Arithmetic, us: Ref): Ref {
  return math.div(math.subtract(us, math.mod(us, dayUs)), dayUs)
}

function civil(math: Arithmetic, us: Ref): { readonly year: Ref; readonly month: Ref; readonly day: Ref } {
  return civilOfDays(math, daysOf(math, us))
}

function civilOfDays(
  math: Arithmetic,
  days: Ref,
): { readonly year: Ref; readonly month: Ref; readonly day: Ref } {
  const { add, subtract, multiply, div, mod } = math
  const shifted = add(days, 719_468)
  const dayOfEra = mod(shifted, 146_097)
  const era = div(subtract(shifted, dayOfEra), 146_097)
  const leaps = add(subtract(div(dayOfEra, 1460), div(dayOfEra, 36_524)), div(dayOfEra, 146_096))
  const yearOfEra = div(subtract(dayOfEra, leaps), 365)
  const before = subtract(add(multiply(yearOfEra, 365), div(yearOfEra, 4)), div(yearOfEra, 100))
  const dayOfYear = subtract(dayOfEra, before)
  const marchMonth = div(add(multiply(dayOfYear, 5), 2), 153)
  const day = add(subtract(dayOfYear, div(add(multiply(marchMonth, 153), 2), 5)), 1)
  // March is 0, January 10: add 2, wrap at 12, count from 1.
  const month = add(mod(add(marchMonth, 2), 12), 1)
  const inNextYear = div(marchMonth, 10)
  return { year: add(add(yearOfEra, multiply(era, 400)), inNextYear), month, day }
}

function arithmetic(graph: GraphBuilder) {
  const operand = (x: Ref | number) => (typeof x === 'number' ? graph.constant('int64', [BigInt(x)]) : x)
  const binary = (operator: string) => (a: Ref, b: Ref | number) => graph.node(operator, [a, operand(b)])
  return {
    add: binary('Add'),
    subtract: binary('Sub'),
    multiply: binary('Mul'),
    /** Truncates; only ever given dividends that are not negative or divide evenly. */
    div: binary('Div'),
    /** The sign of the divisor. */
    mod: binary('Mod'),
  }
}
