/** Rows as callers send them: every value checked against the column's type, timestamps turned to microseconds. */
import { parseTimestamp } from '../../engine/rows/normalize.ts'
import type { Card } from '../../engine/types.ts'
import type { Row, Value, ValueType } from '../../language/index.ts'
import type { EndpointInput, ErrorDetail } from '../api/index.ts'
import { BackendError, suggestNames } from '../errors.ts'

/** What an endpoint takes. */
export interface RowShape {
  /** Observed columns, those that only carry keys included: all must be sent. */
  readonly columns: readonly EndpointInput[]
  /** Catalog features by the model's names for them: sent to override. */
  readonly features: readonly EndpointInput[]
  /** Other columns of the observed source. They may be sent and are not used. */
  readonly ignored: ReadonlySet<string>
}

/** More are counted and not listed. */
const maxDetails = 20

export function rowShape(card: Card): RowShape {
  const { plan, inputs } = card
  const columns = new Map<string, EndpointInput>()
  for (const { name, kind, type } of inputs) if (kind === 'column') columns.set(name, describe(name, type))
  for (const { value } of plan.features) {
    if (value.kind !== 'catalog') continue
    for (const key of value.keys)
      if (key.op === 'column' && !columns.has(key.name)) columns.set(key.name, describe(key.name, key.type))
  }
  const features = inputs
    .filter(input => input.kind === 'catalog')
    .map(({ name, type }) => describe(name, type))
  const source = plan.sources[plan.observe.source]
  return {
    columns: [...columns.values()],
    features,
    ignored: new Set((source?.columns ?? []).map(column => column.name)),
  }
}

/** @throws BCK012 with every wrong value, by row and column */
export function checkRows(
  shape: RowShape,
  rows: readonly Readonly<Record<string, unknown>>[],
): readonly Row[] {
  const details: ErrorDetail[] = []
  const checked = rows.map((row, index) => {
    const result: Record<string, Value> = {}
    const wrong = (column: string, expected: string, got: string) => {
      details.push({ row: index, column, expected, got })
    }
    for (const input of shape.columns) {
      if (input.name in row) result[input.name] = checkValue(row[input.name], input, wrong)
      else wrong(input.name, describeType(input), 'nothing: the row has no such column')
    }
    for (const input of shape.features)
      if (input.name in row) result[input.name] = checkValue(row[input.name], input, wrong)
    for (const name of Object.keys(row))
      if (!isKnown(shape, name)) wrong(name, closest(shape, name), 'an unknown column')
    return result
  })
  if (details.length) throw wrongRows(details)
  return checked
}

function checkValue(
  value: unknown,
  input: EndpointInput,
  wrong: (column: string, expected: string, got: string) => void,
): Value {
  if (value === null && input.nullable) return null
  const converted = convert(value, input)
  if (converted !== undefined) return converted
  wrong(input.name, describeType(input), describeValue(value))
  return null
}

function convert(value: unknown, { kind, size }: EndpointInput): Value | undefined {
  if (kind === 'bool') return typeof value === 'boolean' ? value : undefined
  if (kind === 'int') return Number.isSafeInteger(value) ? (value as number) : undefined
  if (kind === 'float') return typeof value === 'number' ? value : undefined
  if (kind === 'vector') return isVector(value, size) ? value : undefined
  if (kind !== 'timestamp') return typeof value === 'string' ? value : undefined
  if (typeof value === 'string') return parseTimestamp(value) ?? undefined
  return Number.isSafeInteger(value) ? (value as number) : undefined
}

function isVector(value: unknown, size: number | undefined): value is readonly number[] {
  if (!Array.isArray(value) || (size !== undefined && value.length !== size)) return false
  return value.every(item => typeof item === 'number')
}

function describe(name: string, type: ValueType): EndpointInput {
  return {
    name,
    kind: type.kind,
    nullable: type.nullable,
    ...(type.unit !== undefined && { unit: type.unit }),
    ...(type.size !== undefined && { size: type.size }),
  }
}

function describeType({ kind, nullable, unit, size }: EndpointInput): string {
  const shape: Record<string, string> = {
    bool: 'true or false',
    int: 'a whole number',
    float: 'a number',
    vector: `a list of ${size ?? 'some'} numbers`,
    timestamp: 'a time such as "2001-06-12T07:10", or whole microseconds since 1970',
  }
  return `${shape[kind] ?? 'a string'}${unit === undefined ? '' : ` (${unit})`}${nullable ? ' or null' : ''}`
}

function describeValue(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  const type = value === null ? '' : Array.isArray(value) ? 'array ' : `${typeof value} `
  return `${type}${text.length > 80 ? `${text.slice(0, 80)}…` : text}`
}

function isKnown(shape: RowShape, name: string): boolean {
  return shape.ignored.has(name) || [...shape.columns, ...shape.features].some(input => input.name === name)
}

function closest(shape: RowShape, name: string): string {
  const known = [...shape.columns, ...shape.features].map(input => input.name)
  const close = suggestNames(name, known)
  return close.length ? `perhaps ${close.join(' or ')}` : `one of ${known.join(', ')}`
}

function wrongRows(details: readonly ErrorDetail[]): BackendError {
  const { row, column, expected, got } = details[0]!
  const more = details.length > 1 ? ` (and ${details.length - 1} more)` : ''
  return new BackendError('BCK012', `Row ${row}, column "${column}" cannot be scored${more}.`, {
    expected,
    got,
    action: 'Correct the rows and send them again; nothing was scored.',
    details: details.slice(0, maxDetails),
  })
}
