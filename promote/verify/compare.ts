/**
 * Comparing an output with itself computed another way. Outputs come as the JSON documents that `slipway run --json`
 * prints: plain data in the documented encoding, and descriptions of tables and models under a `$slipway` tag.
 */

/** `different` is a failed verification; `unverified` says that nothing could be compared, and is never a pass. */
export type Verdict = 'exact' | 'tolerant' | 'unverified' | 'different'

export interface Comparison {
  readonly verdict: Verdict
  /** Where they differ, and how; the first twenty. */
  readonly differences: readonly string[]
}

export interface Tolerance {
  /** |a − b| ≤ relative · max(1, |a|, |b|) counts as equal and makes the verdict `tolerant`. Default 1e-9. */
  readonly relative?: number
  /** The same for a model's metrics and coefficients, whose sums depend on the order of rows. Default 1e-6. */
  readonly model?: number
}

const most = 20

/** @param expected from the notebook, @param actual from the pipeline */
export function compareOutputs(expected: unknown, actual: unknown, tolerance: Tolerance = {}): Comparison {
  if (expected === undefined || actual === undefined)
    return {
      verdict: 'unverified',
      differences: [`${expected === undefined ? 'the replay' : 'the pipeline'} gave nothing`],
    }
  const kind = tagOf(expected)
  if (kind !== tagOf(actual)) return different([`expected ${describe(expected)}, got ${describe(actual)}`])
  if (kind === 'table') return compareTables(expected as TableDocument, actual as TableDocument)
  if (kind === 'model')
    return compareModels(expected as Document, actual as Document, tolerance.model ?? 1e-6)
  return compareDeep(expected, actual, tolerance.relative ?? 1e-9)
}

type Document = Readonly<Record<string, unknown>>

interface TableDocument extends Document {
  readonly columns: unknown
  readonly nRows: unknown
  readonly digest?: string
  /** Of the rows whatever their order. */
  readonly rowsDigest?: string
}

/** Schema, number of rows, and the multiset of rows. */
function compareTables(expected: TableDocument, actual: TableDocument): Comparison {
  const shape = compareDeep(
    { columns: expected.columns, nRows: expected.nRows },
    { columns: actual.columns, nRows: actual.nRows },
    0,
  )
  if (shape.verdict === 'different') return shape
  if (expected.digest !== undefined && expected.digest === actual.digest)
    return { verdict: 'exact', differences: [] }
  if (expected.rowsDigest === undefined || actual.rowsDigest === undefined)
    return { verdict: 'unverified', differences: ['the rows could not be compared: their order may differ'] }
  return expected.rowsDigest === actual.rowsDigest
    ? { verdict: 'exact', differences: [] }
    : different(['the rows are not the same ones'])
}

/** Same bytes, or same rows per split, and metrics and coefficients within the tolerance. */
function compareModels(expected: Document, actual: Document, relative: number): Comparison {
  if (expected['digest'] !== undefined && expected['digest'] === actual['digest'])
    return { verdict: 'exact', differences: [] }
  // What a session shows of a model is less than what a step stores: only what is known of both is compared.
  const known = (names: readonly string[], document: Document) =>
    Object.fromEntries(names.filter(name => expected[name] !== undefined).map(name => [name, document[name]]))
  const counted = ['model', 'rows']
  const counts = compareDeep(known(counted, expected), known(counted, actual), 0)
  const fitted = ['metrics', 'coefficients']
  const learned = compareDeep(known(fitted, expected), known(fitted, actual), relative)
  const differences = [...counts.differences, ...learned.differences].slice(0, most)
  if (differences.length > 0) return different(differences)
  const isEmpty = [expected, actual].some(d => d['metrics'] === undefined && d['coefficients'] === undefined)
  if (isEmpty)
    return { verdict: 'unverified', differences: ['the models have neither metrics nor coefficients'] }
  // The bytes of the artifact differ, or are not known.
  return { verdict: 'tolerant', differences: [] }
}

function compareDeep(expected: unknown, actual: unknown, relative: number): Comparison {
  const differences: string[] = []
  let isExact = true
  const walk = (a: unknown, b: unknown, path: string): void => {
    if (Object.is(a, b)) return
    if (typeof a === 'number' && typeof b === 'number') {
      isExact = false
      const scale = Math.max(1, Math.abs(a), Math.abs(b))
      if (!(Math.abs(a - b) <= relative * scale))
        differences.push(`${path}: ${a} in the notebook, ${b} in the pipeline`)
      return
    }
    if (isBranch(a) && isBranch(b) && Array.isArray(a) === Array.isArray(b)) {
      const keys = new Set([...Object.keys(a), ...Object.keys(b)])
      for (const key of keys) walk(a[key], b[key], `${path}.${key}`)
      return
    }
    isExact = false
    differences.push(`${path}: ${describe(a)} in the notebook, ${describe(b)} in the pipeline`)
  }
  walk(expected, actual, '$')
  if (differences.length > 0) return different(differences.slice(0, most))
  return { verdict: isExact ? 'exact' : 'tolerant', differences: [] }
}

function different(differences: readonly string[]): Comparison {
  return { verdict: 'different', differences }
}

function isBranch(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function tagOf(value: unknown): unknown {
  return isBranch(value) ? value['$slipway'] : undefined
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}
