/** danfo's DataFrame and Series, recognised by what they have: the notebook may bring its own copy of danfo. */
import type { TableView } from './table.ts'

interface DanfoFrame {
  readonly $isSeries: boolean
  readonly columns: readonly string[]
  readonly dtypes: readonly string[]
  readonly index: readonly (string | number)[]
  readonly shape: readonly number[]
  /** Rows of a DataFrame; the values of a Series. */
  readonly values: readonly unknown[]
}

export function isDanfo(value: object): value is DanfoFrame {
  return (
    '$isSeries' in value &&
    '$dtypes' in value &&
    '$data' in value &&
    'columns' in value &&
    Array.isArray(value.columns) &&
    'shape' in value
  )
}

const typeNames: Readonly<Record<string, string>> = {
  float32: 'float',
  float64: 'float',
  int32: 'int',
  int64: 'int',
  boolean: 'bool',
  string: 'string',
}

export function danfoPage(frame: DanfoFrame): TableView {
  const { columns, dtypes, values, index, $isSeries: isSeries } = frame
  return {
    columns: columns.map((name, i) => ({
      name: String(name),
      type: typeNames[dtypes[i] ?? ''] ?? dtypes[i] ?? '',
    })),
    nRows: frame.shape[0] ?? values.length,
    value: (row, column) => (isSeries ? values[row] : (values[row] as readonly unknown[])[column]),
    rowLabel: row => String(index[row]),
  }
}
