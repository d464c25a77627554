/** The type that a column or a key is declared with. */
import { list } from '../syntax/parse-items.ts'
import type { TypedName } from '../syntax/ast.ts'
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
    findings.unknownName('SLIP110', type, `Expected ${list(typeNames)}, got \`${type.text}\`.`, {
      among: typeNames,
    })
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
