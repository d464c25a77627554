/** Reads rows of a split as examples for explanations: values of features, keys, labels and groups as they are. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Plan, SplitName, Value, ValueKind } from '../../language/index.ts'
import type { ExampleRow, Examples } from '../explain/examples.ts'
import { labelColumn, type Dataset } from '../sql/dataset.ts'
import { trainingRows, usableRows } from '../sql/prepare.ts'
import { splitNames, wholeSplit } from '../sql/split.ts'
import { quoteName } from '../sql/text.ts'
import type { FittedModel } from '../types.ts'
import { createDataset } from './dataset.ts'
import { select, type QueryOptions } from './query.ts'

export interface ExamplesRequest {
  readonly plan: Plan
  readonly fitted: FittedModel
  /** Default: test where it has rows, else validation, else train. */
  readonly split?: SplitName
  /** How many rows at most, drawn by a hash of their content. Default 5000. */
  readonly maxRows?: number
  /** Of the observed rows, as for training. Default all. */
  readonly rows?: number | 'all'
  readonly seed?: number
  /** A query whose rows replace those of the observed source. */
  readonly observations?: { readonly sql: string }
}

/** @throws ENG001 ENG002 as training does */
export async function readExamples(
  { connection, root }: { readonly connection: DuckDBConnection; readonly root: string },
  request: ExamplesRequest,
  options: QueryOptions = {},
): Promise<Examples> {
  const { plan, rows = 'all', seed = 0, observations } = request
  const { dataset } = await createDataset(
    connection,
    { plan, root, rows, seed, observations: observations?.sql },
    options,
  )
  const asked = request.split === undefined ? (['test', 'validation', 'train'] as const) : [request.split]
  for (const split of asked) {
    const found = await readSplit(connection, dataset, { ...request, split }, options)
    if (found.rows.length > 0 || split === asked.at(-1)) return found
  }
  throw new RangeError('Expected a split to read.')
}

async function readSplit(
  connection: DuckDBConnection,
  dataset: Dataset,
  request: ExamplesRequest & { readonly split: SplitName },
  options: QueryOptions,
): Promise<Examples> {
  const { plan, fitted, split, maxRows = 5000 } = request
  const part = splitNames.indexOf(split)
  const isUsable = part === 0 ? trainingRows() : `${usableRows()} AND (${wholeSplit.sql}) = ${part}`
  const features = plan.features.map(({ type }, i) => ({
    kind: type.kind,
    sql: readableSql(type.kind, quoteName(dataset.features[i]!.column)),
  }))
  const others = [...dataset.keys, ...dataset.groups].map(({ column }) => quoteName(column))
  const label = plan.label.type.kind === 'bool' ? `CAST(${labelColumn} AS INTEGER)` : labelColumn
  const columns = [...features.map(feature => feature.sql), ...others, label]
  const read = await select(
    connection,
    `SELECT ${columns.map((sql, i) => `${sql} AS e${i}`).join(', ')}
FROM ${quoteName(dataset.rows)} WHERE ${isUsable}
ORDER BY hash(${columns.map((_, i) => `e${i}`).join(', ')}), ${columns.map((_, i) => `e${i}`).join(', ')} LIMIT ${maxRows}`,
    options,
  )
  const labelOf = labelReader(fitted)
  const firstKey = features.length
  const firstGroup = firstKey + dataset.keys.length
  const rows = read.map((row): ExampleRow => ({
    values: features.map(({ kind }, i) => valueOf(row[`e${i}`], kind)),
    row: Object.fromEntries(
      dataset.keys.map(({ name }, i) => [name, valueOf(row[`e${firstKey + i}`], 'string')]),
    ),
    label: labelOf(row[`e${columns.length - 1}`]),
  }))
  const groups = dataset.groups.map(({ name }, i): [string, Int32Array] => [
    name,
    codesOf(read.map(row => row[`e${firstGroup + i}`])),
  ])
  return { split, rows, groups: Object.fromEntries(groups) }
}

/** A timestamp in microseconds; all else as it is. */
function readableSql(kind: ValueKind, sql: string): string {
  return kind === 'timestamp' ? `epoch_us(${sql})` : sql
}

function valueOf(read: unknown, kind: ValueKind): Value {
  if (read === null || read === undefined) return null
  if (Array.isArray(read)) {
    const numbers = read.map(x => (x === null ? NaN : Number(x)))
    return numbers.every(Number.isFinite) ? numbers : null
  }
  if (kind === 'bool') return read === true
  if (kind === 'string' || kind === 'category') return String(read)
  const number = Number(read)
  return Number.isFinite(number) ? number : null
}

function labelReader({ label }: FittedModel): (read: unknown) => number {
  if (label.kind !== 'classes') return Number
  const indices = new Map(label.classes.map((of, i) => [of, i]))
  return read => indices.get(String(read)) ?? -1
}

/** Index of the value among those that there are, −1 where missing. */
function codesOf(values: readonly unknown[]): Int32Array {
  const codes = new Map<unknown, number>()
  return Int32Array.from(values, value => {
    if (value === null || value === undefined) return -1
    if (!codes.has(value)) codes.set(value, codes.size)
    return codes.get(value)!
  })
}
