/** Which suggestions stand first: those of the type that is wanted, then names of the data, functions, words. */
import {
  type Candidate,
  type Type,
  type ValueKind,
  type Wanted,
  aggregates,
  functions,
} from '../../../language/index.ts'

/** The smaller, the earlier. */
export function rankOf(candidate: Candidate, wanted: Wanted | undefined): number {
  if (candidate.unlikely) return 9
  const { kind, name, type } = candidate
  if (wanted?.name !== undefined && name === wanted.name) return 0
  switch (kind) {
    case 'function':
    case 'aggregate':
      return wanted && !gives(name, wanted.kinds) ? 7 : 4
    case 'operator':
      return 5
    case 'keyword':
      return literalFits(name, wanted) ? 3 : 6
    default:
      return type && wanted ? rankOfType(type, wanted.kinds) : 2
  }
}

function rankOfType({ kind }: Type, wanted: readonly ValueKind[]): number {
  if (kind === 'unknown' || kind === 'missing') return 2
  return wanted.includes(kind) || (kind === 'bool' && wanted.includes('float') && wanted.length > 3) ? 1 : 8
}

const literalFits = (name: string, wanted: Wanted | undefined): boolean =>
  (name === 'true' || name === 'false') && wanted?.kinds.length === 1 && wanted.kinds[0] === 'bool'

/** Whether a function may give one of the kinds, by its signature: `the type of x` may be any. */
function gives(name: string, kinds: readonly ValueKind[]): boolean {
  const signature = (functions.get(name) ?? aggregates.get(name))?.signature
  const result = signature?.slice(signature.lastIndexOf('):') + 2).trim() ?? ''
  const named = /\b(bool|int|float|string|timestamp|category|vector)\b/g
  const found = [...result.matchAll(named)].map(([kind]) => kind as ValueKind)
  return found.length === 0 || found.some(kind => kinds.includes(kind))
}
