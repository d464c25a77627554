/** Expressions over rows: which names, functions and words go on from here, and what type is wanted. */
import { aggregates, functions } from '../../functions.ts'
import type { Token } from '../../syntax/tokens.ts'
import type { ScalarKind } from '../../types.ts'
import { columnsOf, declared, functionCandidates, literals } from './candidates.ts'
import { findVisible, keysOf, sourceNamed } from './known.ts'
import {
  type Candidate,
  type Query,
  type Suggestions,
  type Wanted,
  plain,
  wantsOperand,
  words,
} from './query.ts'

export interface Names {
  /** What may stand as an operand. */
  readonly names: readonly Candidate[]
  /** What the whole is to be, when the place says so. */
  readonly whole?: Wanted
}

const bool: Wanted = { kinds: ['bool'] }
const numbers: Wanted = { kinds: ['int', 'float'] }
const comparable: readonly ScalarKind[] = ['int', 'float', 'string', 'category', 'timestamp']

/** An expression that reads bare columns (and what else `names` has). */
export function rowExpression(query: Query, { names, whole }: Names): Suggestions {
  const columns = columnAfterDot(query)
  const wanted = wantedAt(query, names, whole)
  if (columns) return { context: 'expression', candidates: columns, ...(wanted && { wanted }) }
  if (!wantsOperand(query.item)) return afterOperand(query, names)
  const rest = [...functionCandidates(), ...words(['not']), ...literals()]
  return { context: 'expression', candidates: [...names, ...rest], ...(wanted && { wanted }) }
}

/** An expression over `source.column`. */
export function sourceExpression(query: Query, whole?: Wanted): Suggestions {
  const columns = columnAfterDot(query)
  const wanted = wantedAt(query, [], whole)
  const candidates = columns ?? [
    ...declared(query, 'source'),
    ...functionCandidates(),
    ...words(['not']),
    ...literals(),
  ]
  return { context: 'expression', candidates, ...(wanted && { wanted }) }
}

/** After `source.`, its columns. */
export function columnAfterDot(query: Query): Candidate[] | undefined {
  if (query.last !== '.') return undefined
  const name = query.item.at(-2)
  return columnsOf(name && sourceNamed(query, plain(name)))
}

const operators: readonly (readonly [string, string])[] = [
  ['==', 'equal'],
  ['!=', 'not equal'],
  ['<', 'less'],
  ['<=', 'less or equal'],
  ['>', 'greater'],
  ['>=', 'greater or equal'],
  ['+', 'sum'],
  ['-', 'difference'],
  ['*', 'product'],
  ['/', 'quotient'],
  ['%', 'remainder'],
]

export const comparisons: readonly string[] = ['<', '<=', '>', '>=', '==', '!=']

/** `and` and `or`, and the operators that fit what stands before. */
export function afterOperand(query: Query, names: readonly Candidate[]): Suggestions {
  const last = query.item.at(-1)
  const type = last && names.find(({ name }) => name === plain(last))?.type
  const fitting = operators.filter(([sign], i) => {
    if (!type || type.kind === 'unknown') return i < 6
    if (['int', 'float'].includes(type.kind)) return true
    return type.kind === 'bool' ? ['==', '!='].includes(sign) : i < 6
  })
  const signs = fitting.map(([sign, detail]): Candidate => ({
    kind: 'operator',
    name: sign,
    text: sign,
    detail,
  }))
  return { context: 'expression', candidates: [...words(['and', 'or']), ...signs] }
}

/** What type the operand at the end of the item is expected to have; undefined when anything goes. */
export function wantedAt(query: Query, names: readonly Candidate[], whole?: Wanted): Wanted | undefined {
  const item = query.last === '.' ? query.item.slice(0, -2) : query.item
  const last = item.at(-1)
  if (last && ['and', 'or', 'not', 'where'].includes(last.text)) return bool
  if (last && ['+', '-', '*', '/', '%'].includes(last.kind)) return numbers
  if (last && comparisons.includes(last.kind))
    return comparedWith(item.at(-2), names) ?? { kinds: comparable }
  const call = callAround(item)
  if (call && (last?.kind === '(' || last?.kind === ',')) return argumentOf(query, call)
  return call ? undefined : whole
}

function comparedWith(left: Token | undefined, names: readonly Candidate[]): Wanted | undefined {
  const type = left && names.find(({ name }) => name === plain(left))?.type
  if (!type || type.kind === 'unknown' || type.kind === 'missing') return undefined
  const { kind } = type
  return { kinds: kind === 'int' || kind === 'float' ? ['int', 'float'] : [kind] }
}

interface Call {
  readonly callee: string
  readonly argument: number
}

/** The innermost call that is open at the end of the tokens. */
export function callAround(item: readonly Token[]): Call | undefined {
  let depth = 0
  let argument = 0
  for (let i = item.length - 1; i >= 0; i--) {
    const { kind } = item[i]!
    if (kind === ')' || kind === ']') depth++
    else if (kind === ',' && depth === 0) argument++
    else if ((kind === '(' || kind === '[') && depth > 0) depth--
    else if (kind === '(' || kind === '[') {
      const pinned = item[i - 2]?.kind === '@'
      const callee = item[pinned ? i - 3 : i - 1]
      const named = callee && (callee.kind === 'name' || callee.kind === 'quoted')
      return kind === '(' && named ? { callee: plain(callee), argument } : undefined
    }
  }
  return undefined
}

function argumentOf(query: Query, { callee, argument }: Call): Wanted | undefined {
  const entry = functions.get(callee)
  if (entry) {
    const parameter = entry.parameters[argument] ?? (entry.variadic ? entry.parameters.at(-1) : undefined)
    return parameter && { kinds: parameter.kinds }
  }
  const aggregate = aggregates.get(callee)
  if (aggregate) return { kinds: aggregate.kinds }
  const key = keysOf(query, findVisible(query, 'feature', callee)?.declaration.entity?.text)[argument]
  return key && { kinds: [key.kind], name: key.name }
}
