/** The type that a column or a key is declared with. */
import { list } from '../syntax/parse-items.ts'
import type { Name, TypedName } from '../syntax/ast.ts'
import type { ValueKind, ValueType } from '../types.ts'
import type { Findings } from './findings.ts'

export const typeNames: readonly ValueKind[] = [
  'bool',
  'int',
  'float',
  'string',
  'timestamp',
  'category',
  'vector',
]

/** What other languages and databases call the types. */
const foreignTypes: Readonly<Record<string, ValueKind>> = {
  boolean: 'bool', bit: 'bool',
  integer: 'int', int8: 'int', int16: 'int', int32: 'int', int64: 'int', long: 'int', bigint: 'int', smallint: 'int', short: 'int',
  number: 'float', double: 'float', real: 'float', decimal: 'float', numeric: 'float', float32: 'float', float64: 'float',
  str: 'string', text: 'string', varchar: 'string', char: 'string', utf8: 'string', uuid: 'string', object: 'string',
  date: 'timestamp', datetime: 'timestamp', time: 'timestamp', timestamptz: 'timestamp', datetime64: 'timestamp', instant: 'timestamp',
  categorical: 'category', enum: 'category', factor: 'category',
} // prettier-ignore

function reportUnknownType(type: Name, findings: Findings): void {
  const message = `Expected ${list(typeNames)}, got \`${type.text}\`.`
  const word = type.text.toLowerCase()
  const meant = Object.hasOwn(foreignTypes, word) ? foreignTypes[word] : undefined
  if (meant === undefined) return findings.unknownName('SLIP110', type, message, { among: typeNames })
  findings.report('SLIP110', type.span, message, {
    hint: `Did you mean \`${meant}\`?`,
    fixes: [findings.replace(type.span, meant, `Change to \`${meant}\``)],
  })
}

/** So many numbers a vector may have. */
export const maxVectorSize = 65_536

/** The declared type; undefined, and reported, when it is none. */
export function checkType(
  { type, nullable, unit, size }: TypedName,
  findings: Findings,
): ValueType | undefined {
  if (!type) return undefined
  const kind = typeNames.find(known => known === type.text)
  if (!kind) {
    reportUnknownType(type, findings)
    return undefined
  }
  if (kind !== 'vector') return { kind, nullable, ...(unit && { unit: unit.value }) }
  // Without a size the syntax is at fault.
  if (!size) return undefined
  const number = size.value
  if (typeof number === 'number' && number >= 1 && number <= maxVectorSize)
    return { kind, nullable, size: number, ...(unit && { unit: unit.value }) }
  const message = `Expected how many numbers the vector holds, from 1 to ${maxVectorSize}, got ${size.text}.`
  findings.report('SLIP322', size.span, message, { hint: 'For example `vector<float, 384>`.' })
  return undefined
}
