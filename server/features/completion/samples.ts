/** Values to begin with: literals of a type, those of the data where it is known. */
import { type ColumnStatistics, type Scalar, type Type, writeInstant } from '../../../language/index.ts'

/** A value as the language writes it. */
export function writeValue(value: Scalar, kind: Type['kind']): string {
  if (value === null) return 'missing'
  if (kind === 'timestamp' && typeof value === 'number') return writeInstant(value)
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}

/** A usual value of a column: its median, its most frequent text, else anything of its type. */
export function sampleLiteral(type: Type | undefined, statistics: ColumnStatistics | undefined): string {
  const kind = type?.kind ?? 'unknown'
  const [frequent] = statistics?.top ?? []
  if (frequent && kind !== 'int' && kind !== 'float') return writeValue(frequent.value, kind)
  const middle = statistics?.quantiles?.[2] ?? statistics?.mean ?? statistics?.min
  if (middle !== undefined && Number.isFinite(middle)) return numberLiteral(middle, kind)
  return anyOf(kind, type?.size)
}

function numberLiteral(value: number, kind: Type['kind']): string {
  if (kind === 'timestamp') return writeInstant(Math.round(value))
  if (kind === 'int') return String(Math.round(value))
  return String(Number(value.toPrecision(4)))
}

function anyOf(kind: Type['kind'], size = 2): string {
  switch (kind) {
    case 'bool':
      return 'true'
    case 'int':
      return '1'
    case 'float':
      return '1.0'
    case 'timestamp':
      return '2026-01-01'
    case 'string':
    case 'category':
      return '"text"'
    case 'vector':
      return `[${Array.from({ length: Math.min(size, 1000) }, () => '0').join(', ')}]`
    default:
      return 'missing'
  }
}

/** Values of a column to choose from, the likeliest first. */
export function sampleValues(
  type: Type | undefined,
  statistics: ColumnStatistics | undefined,
): readonly string[] {
  const kind = type?.kind ?? 'unknown'
  const frequent = (statistics?.top ?? []).map(({ value }) => writeValue(value, kind))
  const numbers = (statistics?.quantiles ?? []).map(value => numberLiteral(value, kind))
  const found = frequent.length > 0 ? frequent : numbers.length > 0 ? [numbers[2]!, ...numbers] : []
  return [...new Set(found.length > 0 ? found : [anyOf(kind, type?.size)])]
}
