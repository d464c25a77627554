/**
 * Rows from outside, made canonical: absent values null, numbers finite or null, text well formed, timestamps in
 * microseconds. `readRow` trusts and converts; `checkRow` is for strangers and refuses what does not fit.
 */
import type { Row, Value, ValueKind, ValueType } from '../../language/index.ts'
import { EngineError } from '../errors.ts'
import type { CardInput } from '../types.ts'

/**
 * The value of an input; null when absent. Timestamps may be ISO text or microseconds. A vector with an element that is
 * missing or not finite is missing.
 */
export function canonicalValue(value: Value | undefined, kind: ValueKind): Value {
  if (value === null || value === undefined) return null
  if (typeof value === 'object') return value.every(Number.isFinite) ? value : null
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value === 'string') return kind === 'timestamp' ? parseTimestamp(value) : value.toWellFormed()
  return value
}

/**
 * Refuses unknown columns (ENG022), values of another type (ENG021) and, where the type is not nullable, missing
 * values (ENG023). An absent column is a missing value.
 * @param passedOver columns that are allowed and not read
 */
export function checkRow(
  row: unknown,
  inputs: readonly CardInput[],
  index: number,
  passedOver: ReadonlySet<string> = new Set(),
): Row {
  if (typeof row !== 'object' || row === null || Array.isArray(row))
    throw new EngineError(
      'ENG020',
      `Expected row ${index} to be an object of values by column, got ${describe(row)}.`,
      {
        details: { row: index, expected: 'an object', got: describe(row) },
      },
    )
  const known = new Map(inputs.map(input => [input.name, input]))
  for (const name of Object.keys(row))
    if (!known.has(name) && !passedOver.has(name)) throw unknownColumn(name, inputs, index)
  const source = row as Readonly<Record<string, unknown>>
  return Object.fromEntries(inputs.map(input => [input.name, checkValue(source[input.name], input, index)]))
}

function checkValue(value: unknown, input: CardInput, row: number): Value {
  if (value === undefined || value === null || (typeof value === 'number' && Number.isNaN(value))) {
    if (input.type.nullable || input.kind === 'catalog') return null
    throw new EngineError(
      'ENG023',
      `Expected a value of type ${input.type.kind} for \`${input.name}\` in row ${row}, which may not be missing, got none.`,
      {
        details: { row, name: input.name, expected: input.type.kind, got: 'nothing' },
      },
    )
  }
  const plain = ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value
  const fits = checks[input.type.kind](plain, input.type)
  if (!fits) throw wrongType(plain, input, row)
  return canonicalValue(plain as Value, input.type.kind)
}

/** What JavaScript has dates for. Beyond 2⁵³ only every second, fourth … microsecond is a number. */
const maxTimestampUs = 8.64e18

const checks: Readonly<Record<ValueKind, (value: unknown, type: ValueType) => boolean>> = {
  bool: value => typeof value === 'boolean',
  int: value => Number.isInteger(value),
  float: value => typeof value === 'number',
  string: value => typeof value === 'string',
  category: value => typeof value === 'string',
  timestamp: value =>
    (Number.isInteger(value) && Math.abs(value as number) <= maxTimestampUs) ||
    (typeof value === 'string' && parseTimestamp(value) !== null),
  vector: (value, { size }) =>
    Array.isArray(value) &&
    (size === undefined || value.length === size) &&
    value.every(x => typeof x === 'number' || x === null),
}

const expectations: Readonly<Record<ValueKind, string>> = {
  bool: 'true or false',
  int: 'a whole number',
  float: 'a number',
  string: 'text',
  category: 'text',
  timestamp: 'ISO 8601 text like 2001-06-12T07:10 or whole microseconds since 1970',
  vector: 'a list of numbers',
}

function wrongType(
  value: unknown,
  { name, type }: { name: string; type: ValueType },
  row: number,
): EngineError {
  const expected = type.size === undefined ? expectations[type.kind] : `a list of ${type.size} numbers`
  return new EngineError(
    'ENG021',
    `Expected ${expected} for \`${name}\` in row ${row}, got ${describe(value)}.`,
    {
      details: { row, name, expected, got: describe(value) },
    },
  )
}

function unknownColumn(name: string, inputs: readonly CardInput[], row: number): EngineError {
  const names = inputs.map(input => `\`${input.name}\``).join(', ')
  return new EngineError(
    'ENG022',
    `Expected only the columns ${names} in row ${row}, got \`${name}\`. Leave it out.`,
    {
      details: { row, name, expected: names, got: name },
    },
  )
}

function describe(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object') return 'an object'
  const text = JSON.stringify(value) ?? String(value)
  return `${typeof value} ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`
}

const isoPattern =
  /^([+-]\d{6}|\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?(Z|[+-]\d{2}:?\d{2})?)?$/

/** Microseconds since 1970, UTC where no zone is given; null for what is no such time. */
export function parseTimestamp(text: string): number | null {
  const match = isoPattern.exec(text)
  if (!match) return null
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = match
  const zoned = zone === 'Z' || zone.includes(':') ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${zoned}`)
  const dayExists = new Date(Date.parse(`${year}-${month}-${day}T00:00:00Z`)).getUTCDate() === Number(day)
  if (Number.isNaN(ms) || !dayExists) return null
  return ms * 1000 + Number(fraction.padEnd(6, '0'))
}
