/** danfo's DataFrame and Series, recognised by what they have: the notebook may bring its own copy of danfo. */
import type { TableView, ViewColumn } from '../../library/display/table/view.ts'

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
  datetime: 'timestamp',
}

/** Rows whose labels are looked at to find out whether they say more than the row's number. */
const labelRows = 1000

export function danfoView(frame: DanfoFrame): TableView {
  const { columns, dtypes, values, index, $isSeries: isSeries } = frame
  const nRows = frame.shape[0] ?? values.length
  const data = columns.map((name, i): ViewColumn => {
    const value = isSeries
      ? (row: number) => values[row]
      : (row: number) => (values[row] as readonly unknown[])?.[i]
    return {
      name: String(name),
      type: typeNames[dtypes[i] ?? ''] ?? dtypes[i] ?? '',
      ...(dtypes[i] === undefined ? {} : { detail: dtypes[i] }),
      // What is missing is NaN in danfo.
      value: row => (Number.isNaN(value(row)) ? null : value(row)),
    }
  })
  const label: ViewColumn = { name: '', type: labelType(index), isLabel: true, value: row => index[row] }
  return { columns: hasLabels(index, nRows) ? [label, ...data] : data, nRows }
}

/** Row labels are shown when they say more than the row's number. */
function hasLabels(index: DanfoFrame['index'], nRows: number): boolean {
  for (let row = 0; row < Math.min(nRows, labelRows); row++)
    if (String(index[row]) !== String(row)) return true
  return false
}

const labelType = (index: DanfoFrame['index']): string =>
  index.slice(0, labelRows).every(label => typeof label === 'number') ? 'int' : 'string'
