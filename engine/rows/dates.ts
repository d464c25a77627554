/** Parts of timestamps and the time between them, in UTC. */

const dayUs = 86_400e6

function dateOf(us: number): Date {
  return new Date(Math.floor(us / 1000))
}

/** Monday is 1. */
function isoWeekday(us: number): number {
  return ((dateOf(us).getUTCDay() + 6) % 7) + 1
}

export function startOfDay(us: number): number {
  return Math.floor(us / dayUs) * dayUs
}

export function startOfWeek(us: number): number {
  return startOfDay(us) - (isoWeekday(us) - 1) * dayUs
}

export function startOfMonth(us: number): number {
  return startOfDay(us) - (dateOf(us).getUTCDate() - 1) * dayUs
}

function dayOfYear(us: number): number {
  const startOfYear = new Date(0).setUTCFullYear(dateOf(us).getUTCFullYear(), 0, 1)
  return (startOfDay(us) - startOfYear * 1000) / dayUs + 1
}

/** The week that holds a date's Thursday, counted in the Thursday's year. */
function isoWeek(us: number): number {
  const thursday = startOfDay(us) + (4 - isoWeekday(us)) * dayUs
  return Math.floor((dayOfYear(thursday) - 1) / 7) + 1
}

export const dateParts = {
  year: (us: number) => dateOf(us).getUTCFullYear(),
  quarter: (us: number) => Math.floor(dateOf(us).getUTCMonth() / 3) + 1,
  month: (us: number) => dateOf(us).getUTCMonth() + 1,
  week: isoWeek,
  day: (us: number) => dateOf(us).getUTCDate(),
  day_of_year: dayOfYear,
  weekday: isoWeekday,
  hour: (us: number) => dateOf(us).getUTCHours(),
  minute: (us: number) => dateOf(us).getUTCMinutes(),
  second: (us: number) => dateOf(us).getUTCSeconds(),
} as const
