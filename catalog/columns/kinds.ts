/** The database's type names, reduced to the few kinds that matter for showing and computing. Pure. */

export type ColumnKind = 'bool' | 'int' | 'float' | 'string' | 'timestamp' | 'other'

const kinds: readonly (readonly [RegExp, ColumnKind])[] = [
  [/^BOOLEAN$/, 'bool'],
  [/^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/, 'int'],
  [/^(FLOAT|DOUBLE|DECIMAL.*)$/, 'float'],
  [/^(VARCHAR|UUID|ENUM.*)$/, 'string'],
  [/^(DATE|TIMESTAMP.*)$/, 'timestamp'],
]

/** The kind of a type name such as `BIGINT`, `DECIMAL(18,3)` or `TIMESTAMP WITH TIME ZONE`. */
export function kindOf(sqlType: string): ColumnKind {
  if (sqlType.endsWith(']')) return 'other'
  return kinds.find(([pattern]) => pattern.test(sqlType))?.[1] ?? 'other'
}
