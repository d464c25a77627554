/** Functions of timestamps, all in UTC. */
import type { FunctionName } from '../plan.ts'
import { type Example, type FunctionEntry, example, ifAny, of, parameter } from './entry.ts'

const timestamp = ['timestamp'] as const

export const dateFunctions: readonly FunctionEntry[] = [
  part('year', 'The year, UTC.', example('year(2001-06-12T07:10)', '2001')),
  part('quarter', 'The quarter from 1 to 4, UTC.', example('quarter(2001-06-12T07:10)', '2')),
  part('month', 'The month from 1 to 12, UTC.', example('month(2001-06-12T07:10)', '6')),
  part(
    'week',
    'The week of the year from 1 to 53, UTC (ISO 8601: week 1 has the first Thursday).',
    example('week(2001-06-12T07:10)', '24'),
  ),
  part('day', 'The day of the month from 1 to 31, UTC.', example('day(2001-06-12T07:10)', '12')),
  part(
    'day_of_year',
    'The day of the year from 1 to 366, UTC.',
    example('day_of_year(2001-06-12T07:10)', '163'),
  ),
  part(
    'weekday',
    'The day of the week, UTC: Monday is 1, Sunday is 7 (ISO 8601).',
    example('weekday(2001-06-12T07:10)', '2'),
  ),
  part('hour', 'The hour from 0 to 23, UTC.', example('hour(2001-06-12T07:10)', '7')),
  part('minute', 'The minute from 0 to 59, UTC.', example('minute(2001-06-12T07:10)', '10')),
  part('second', 'The second from 0 to 59, UTC.', example('second(2001-06-12T07:10:30.5)', '30')),
  start('day', 'Midnight of its day, UTC.', '2001-06-12'),
  start('week', 'Midnight of the Monday of its week, UTC.', '2001-06-11'),
  start('month', 'Midnight of the first day of its month, UTC.', '2001-06-01'),
  between('days', example('days_between(2001-06-12, 2001-06-13T12:00)', '1.5')),
  between('hours', example('hours_between(2001-06-12T07:10, 2001-06-12T06:40)', '-0.5')),
  between('minutes', example('minutes_between(2001-06-12T07:10, 2001-06-12T07:40)', '30')),
]

function part(name: FunctionName, doc: string, shown: Example): FunctionEntry {
  return {
    name,
    function: name,
    parameters: [parameter('t', timestamp)],
    result: of('int'),
    signature: `${name}(t: timestamp): int`,
    missing: ifAny,
    doc,
    example: shown,
  }
}

function start(of_: 'day' | 'week' | 'month', doc: string, value: string): FunctionEntry {
  const name = `start_of_${of_}` as const
  return {
    name,
    function: name,
    parameters: [parameter('t', timestamp)],
    result: of('timestamp'),
    signature: `${name}(t: timestamp): timestamp`,
    missing: ifAny,
    doc,
    example: example(`${name}(2001-06-12T07:10)`, value),
  }
}

function between(unit: 'days' | 'hours' | 'minutes', shown: Example): FunctionEntry {
  const name = `${unit}_between` as const
  return {
    name,
    function: name,
    parameters: [parameter('from', timestamp), parameter('to', timestamp)],
    result: of('float', unit),
    signature: `${name}(from: timestamp, to: timestamp): float "${unit}"`,
    missing: ifAny,
    doc: `How many ${unit} pass from one instant to the other, with fractions; negative when \`to\` is earlier. Its unit is "${unit}".`,
    example: shown,
  }
}
