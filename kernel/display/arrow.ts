/** Arrow tables, recognised by what they have: the notebook may bring its own copy of Arrow. */
import type { TableView } from './table.ts'

interface ArrowTable {
  readonly schema: { readonly fields: readonly { readonly name: string; readonly type: unknown }[] }
  readonly numRows: number
  getChildAt(column: number): { get(row: number): unknown } | null
}

export function isArrowTable(value: object): value is ArrowTable {
  return (
    'schema' in value &&
    'numRows' in value &&
    typeof value.numRows === 'number' &&
    'batches' in value &&
    'getChildAt' in value &&
    typeof value.getChildAt === 'function'
  )
}

/** Arrow's name of a type, e.g. `Timestamp<MICROSECOND>`, to ours. */
function typeName(name: string): string {
  if (/^U?int/i.test(name)) return 'int'
  if (/^(float|decimal)/i.test(name)) return 'float'
  if (/^bool/i.test(name)) return 'bool'
  if (/^(timestamp|date)/i.test(name)) return 'timestamp'
  if (/utf8|dictionary<.*utf8/i.test(name)) return 'string'
  return name.toLowerCase()
}

export function arrowPage(table: ArrowTable): TableView {
  const columns = table.schema.fields.map(({ name, type }) => ({ name, type: typeName(String(type)) }))
  const children = columns.map((_, i) => table.getChildAt(i))
  return {
    columns,
    nRows: table.numRows,
    value(row, column) {
      const value = children[column]?.get(row)
      // Arrow gives times as milliseconds.
      return columns[column]?.type === 'timestamp' && typeof value === 'number' ? new Date(value) : value
    },
  }
}
