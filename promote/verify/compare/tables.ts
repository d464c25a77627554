/**
 * Tables: the schema, the number of rows, and the multiset of rows. Rows in another order are the same table; floats
 * may differ by the tolerance where all rows are in the document, and must be equal where only digests are.
 */
import {
  different,
  exact,
  isClose,
  side,
  tolerant,
  unverified,
  type Comparison,
  type Document,
  type Limits,
} from './comparison.ts'
import { compareValues } from './values.ts'

export interface TableDocument extends Document {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly nRows: number
  /** The first ones, or all. */
  readonly rows?: readonly (readonly unknown[])[]
  /** Of all rows, whatever their order. */
  readonly rowsDigest?: string
  /** The same for each column: says which ones differ. */
  readonly columnDigests?: Readonly<Record<string, string>>
}

export function compareTables(expected: TableDocument, actual: TableDocument, limits: Limits): Comparison {
  const shape = compareValues(
    { columns: expected.columns, nRows: expected.nRows },
    { columns: actual.columns, nRows: actual.nRows },
    { ...limits, relative: 0 },
  )
  if (shape.verdict !== 'exact') return shape
  if (expected.rowsDigest !== undefined && expected.rowsDigest === actual.rowsDigest) return exact
  const [a, b] = [allRows(expected), allRows(actual)]
  if (a && b)
    return compareRows(
      expected.columns.map(c => c.name),
      [a, b],
      limits,
    )
  if (expected.rowsDigest === undefined || actual.rowsDigest === undefined)
    return unverified('the rows could not be compared: neither all of them nor their digest is known')
  return different([...columnDifferences(expected, actual), 'the rows are not the same ones'])
}

type Rows = readonly (readonly unknown[])[]

function allRows({ rows, nRows }: TableDocument): Rows | undefined {
  return rows && rows.length === nRows ? rows : undefined
}

function columnDifferences(expected: TableDocument, actual: TableDocument): readonly string[] {
  const [a, b] = [expected.columnDigests, actual.columnDigests]
  if (!a || !b) return []
  const names = Object.keys(a).filter(name => a[name] !== b[name])
  return names.length > 0 ? [`column ${names.join(', ')}: other values`] : []
}

/** As they stand, else sorted: first by what must be equal, then by floats, so that near rows meet. */
function compareRows(names: readonly string[], [a, b]: readonly [Rows, Rows], limits: Limits): Comparison {
  const inPlace = pairRows(names, [a, b], limits)
  if (inPlace.verdict !== 'different') return inPlace
  const sorted = pairRows(names, [sortRows(a), sortRows(b)], limits)
  return sorted.verdict === 'different' ? inPlace : sorted
}

function pairRows(names: readonly string[], [a, b]: readonly [Rows, Rows], limits: Limits): Comparison {
  const differences: string[] = []
  let isExact = true
  for (const [i, row] of a.entries()) {
    for (const [k, name] of names.entries()) {
      const [x, y] = [row[k], b[i]?.[k]]
      if (Object.is(x, y) || JSON.stringify(x) === JSON.stringify(y)) continue
      isExact = false
      const close = typeof x === 'number' && typeof y === 'number' && isClose(x, y, limits.relative)
      if (!close) differences.push(side(`row ${i + 1}, ${name}`, [x, y], limits))
    }
    if (differences.length > 20) break
  }
  if (differences.length > 0) return different(differences)
  return isExact ? exact : tolerant
}

const isFloat = (value: unknown): value is number => typeof value === 'number' && !Number.isInteger(value)

function sortRows(rows: Rows): Rows {
  const keyed = rows.map(row => ({ row, key: JSON.stringify(row.map(v => (isFloat(v) ? '~' : v))) }))
  return keyed
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : compareFloats(a.row, b.row)))
    .map(({ row }) => row)
}

function compareFloats(a: readonly unknown[], b: readonly unknown[]): number {
  for (const [i, x] of a.entries()) {
    const y = b[i]
    if (typeof x === 'number' && typeof y === 'number' && x !== y) return x - y
  }
  return 0
}
