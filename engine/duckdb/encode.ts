/** Fits what of the preparation is counted in the database, and reads the encoded rows into typed buffers. */
import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api'
import type { Plan } from '../../language/index.ts'
import { EngineError } from '../errors.ts'
import { allocateRows, heldBytes, type EncodedRows, type Rows, type RowShape } from '../estimators/dataset.ts'
import type { FittedLabel } from '../estimators/estimator.ts'
import type { GroupValues } from '../metrics/evaluate.ts'
import { spillRows } from '../pages/spilled-rows.ts'
import { labelColumn, type Dataset } from '../sql/dataset.ts'
import {
  categoriesSql,
  countsSql,
  encodedSql,
  groupsSql,
  keysSql,
  numberColumns,
  trainingRows,
  type CodeTables,
  type NumberColumn,
} from '../sql/prepare.ts'
import { splitNames, wholeSplit, type Partition } from '../sql/split.ts'
import { manyRows, medianSql } from '../sql/statistics.ts'
import { quoteName } from '../sql/text.ts'
import { execute, select, visitChunks, type QueryOptions } from './query.ts'

export interface FittedEncoding {
  readonly label: FittedLabel
  /** Per feature that is a category, in the plan's order. */
  readonly categories: readonly (readonly string[])[]
  /** The numeric columns, and per column its median: null where it is not asked for or there is no value. */
  readonly numbers: readonly NumberColumn[]
  readonly medians: readonly (number | null)[]
  readonly groups: readonly GroupValues[]
  /** Per random effect, the values of its key that have effects. */
  readonly keys: readonly (readonly string[])[]
  readonly tables: CodeTables
}

/** A label of more classes is text that was not meant as one. */
const maxClasses = 1000

/** On the rows that the partition trains on. @throws ENG005 */
export async function fitEncoding(
  connection: DuckDBConnection,
  plan: Plan,
  dataset: Dataset,
  options: QueryOptions & { readonly partition?: Partition },
): Promise<FittedEncoding> {
  const where = trainingRows(options.partition)
  const categories: ValueTable[] = []
  for (const [i, feature] of plan.features.entries()) {
    const { column } = dataset.features[i]!
    if (feature.prepare.kind === 'numeric') continue
    const { max } = feature.prepare
    const sql = categoriesSql(feature, { column, rows: dataset.rows, max, where })
    const name = `${dataset.rows}_category_${categories.length + 1}`
    categories.push(await valueTable(connection, name, sql, options))
  }
  const groups: ValueTable[] = []
  for (const { column } of dataset.groups) {
    const name = `${dataset.rows}_group_${groups.length + 1}`
    groups.push(await valueTable(connection, name, groupsSql(column, dataset.rows), options))
  }
  const keys: ValueTable[] = []
  for (const [i, { column }] of dataset.keys.entries()) {
    const minRows = Number(plan.algorithm.random![i]!.hyperparameters['min_rows'] ?? 1)
    const sql = keysSql(column, { rows: dataset.rows, where, minRows })
    keys.push(await valueTable(connection, `${dataset.rows}_key_${i + 1}`, sql, options))
  }
  const classes = await classTable(connection, plan, { dataset, where }, options)
  const numbers = numberColumns(plan, dataset)
  return {
    label: classes ? { kind: 'classes', classes: classes.values } : labelOf(plan),
    categories: categories.map(table => table.values),
    numbers,
    medians: await readMedians(connection, dataset, { numbers, where }, options),
    groups: groups.map((table, i) => ({ column: dataset.groups[i]!.name, values: table.values })),
    keys: keys.map(table => table.values),
    tables: {
      categories: categories.map(t => t.name),
      groups: groups.map(t => t.name),
      keys: keys.map(t => t.name),
      ...(classes && { classes: classes.name }),
    },
  }
}

function labelOf({ label }: Plan): FittedLabel {
  return { kind: label.type.kind === 'bool' ? 'bool' : 'number' }
}

/** The classes of a label that is text. @throws ENG005 */
async function classTable(
  connection: DuckDBConnection,
  { label }: Plan,
  { dataset, where }: { readonly dataset: Dataset; readonly where: string },
  options: QueryOptions,
): Promise<ValueTable | undefined> {
  if (label.type.kind !== 'string' && label.type.kind !== 'category') return undefined
  const sql = keysSql(labelColumn, { rows: dataset.rows, where, minRows: 1 })
  const table = await valueTable(connection, `${dataset.rows}_class`, sql, options)
  if (table.values.length <= maxClasses) return table
  throw new EngineError(
    'ENG005',
    `Expected the label \`${label.name}\` to have at most ${maxClasses} classes, got ${table.values.length} on the training rows. Put rare ones together, or learn a number.`,
    { details: { name: label.name, expected: `at most ${maxClasses}`, got: String(table.values.length) } },
  )
}

interface ValueTable {
  readonly name: string
  readonly values: readonly string[]
}

async function valueTable(
  connection: DuckDBConnection,
  name: string,
  sql: string,
  options: QueryOptions,
): Promise<ValueTable> {
  await execute(connection, `CREATE OR REPLACE TEMP TABLE ${quoteName(name)} AS ${sql}`, options)
  const rows = await select(connection, `SELECT value FROM ${quoteName(name)} ORDER BY code`, options)
  return { name, values: rows.map(row => String(row['value'])) }
}

/** A median holds its whole column in memory, which the elements of a long vector would fill. */
const mediansAtOnce = 16

async function readMedians(
  connection: DuckDBConnection,
  dataset: Dataset,
  { numbers, where }: { readonly numbers: readonly NumberColumn[]; readonly where: string },
  options: QueryOptions,
): Promise<(number | null)[]> {
  const medians: (number | null)[] = numbers.map(() => null)
  const asked = numbers.flatMap(({ prepare }, j) => (prepare.impute === 'median' ? [j] : []))
  if (asked.length === 0) return medians
  if ((await countRows(connection, dataset, where, options)) > manyRows) {
    for (const j of asked) {
      const sql = medianSql(numbers[j]!.sql, { rows: dataset.rows, where })
      const [row] = await select(connection, sql, options)
      medians[j] = row!['median'] === null ? null : Number(row!['median'])
    }
    return medians
  }
  for (let from = 0; from < asked.length; from += mediansAtOnce) {
    const some = asked.slice(from, from + mediansAtOnce)
    const columns = some.map((j, i) => `median(${numbers[j]!.sql}) AS m${i + 1}`)
    const sql = `SELECT ${columns.join(', ')} FROM ${quoteName(dataset.rows)} WHERE ${where}`
    const [row] = await select(connection, sql, options)
    Object.values(row!).forEach((value, i) => (medians[some[i]!] = value === null ? null : Number(value)))
  }
  return medians
}

async function countRows(
  connection: DuckDBConnection,
  { rows }: Dataset,
  where: string,
  options: QueryOptions,
): Promise<number> {
  const sql = `SELECT count(*) AS n FROM ${quoteName(rows)} WHERE ${where}`
  const [counted] = await select(connection, sql, options)
  return Number(counted!['n'])
}

/** Rows of every part of a partition. */
async function countPartition(
  connection: DuckDBConnection,
  dataset: Dataset,
  partition: Partition,
  options: QueryOptions,
): Promise<readonly number[]> {
  const counted = await select(connection, countsSql(dataset.rows, partition), options)
  const byPart = new Map(counted.map(row => [Number(row['part']), Number(row['n'])]))
  return splitNames.map((_, part) => byPart.get(part) ?? 0)
}

/** Where rows go that are too many to be held. */
export interface Paging {
  readonly folder: string
  /** What the rows of all parts may take before they do. */
  readonly maxHeldBytes: number
}

/** The rows of a part before preparation: NaN where a number is missing. */
export interface EncodedPart {
  readonly rows: Rows
  /** One column of numbers, page by page. */
  numbers(j: number): Iterable<Float64Array>
}

export interface EncodedParts {
  readonly parts: readonly EncodedPart[]
  /** Removes what lies on disk. */
  dispose(): void
}

interface ReadOptions extends QueryOptions {
  readonly fitted: FittedEncoding
  readonly partition?: Partition
  /** Absent: all rows are held. */
  readonly paging?: Paging
  /** Columns of numbers; each gets one more, after them all, that is 1 where it is missing. */
  readonly indicated: readonly number[]
  /** Called before rows are held; may throw. */
  readonly onHeld?: (size: { readonly nRows: number; readonly sizeBytes: number }) => void
}

/** The rows of every part of a partition. @throws EngineError ENG014 */
export async function readEncoded(
  connection: DuckDBConnection,
  plan: Plan,
  dataset: Dataset,
  options: ReadOptions,
): Promise<EncodedParts> {
  const { fitted, partition = wholeSplit, paging, indicated } = options
  const encoded = encodedSql(plan, dataset, fitted.tables, partition)
  const counts = await countPartition(connection, dataset, partition, options)
  const shape: RowShape = { ...encoded, nNumbers: encoded.nNumbers + indicated.length }
  const nRows = counts.reduce((sum, n) => sum + n, 0)
  const sizeBytes = heldBytes(nRows, shape)
  const isHeld = paging === undefined || sizeBytes <= paging.maxHeldBytes
  if (isHeld) options.onHeld?.({ nRows, sizeBytes })
  const sinks: RowSink[] = []
  const dispose = () => sinks.forEach(sink => sink.dispose())
  try {
    for (const n of counts) sinks.push(isHeld ? hold(n, shape) : spill(paging.folder, shape))
    const copy = (chunk: DuckDBDataChunk) => copyChunk(chunk, sinks, indicated)
    await visitChunks(connection, encoded.sql, copy, options)
    return { parts: sinks.map(sink => sink.finish()), dispose }
  } catch (thrown) {
    dispose()
    throw thrown
  }
}

/** Takes rows one after the other. */
interface RowSink {
  /** Buffers to write the next rows to, from `at` on, as many as there is room for. */
  readonly rows: EncodedRows
  readonly at: number
  advance(nRows: number): void
  finish(): EncodedPart
  dispose(): void
}

function hold(nRows: number, shape: RowShape): RowSink {
  const rows = allocateRows(nRows, shape)
  let at = 0
  return {
    rows,
    get at() {
      return at
    },
    advance: n => void (at += n),
    finish: () => ({ rows, numbers: j => [rows.numbers[j]!] }),
    dispose() {},
  }
}

function spill(folder: string, shape: RowShape): RowSink {
  const spilling = spillRows(folder, shape)
  return {
    rows: spilling.page,
    get at() {
      return spilling.filled
    },
    advance: n => spilling.advance(n),
    finish: () => spilling.finish(),
    dispose: () => spilling.dispose(),
  }
}

/** A chunk is sorted by part, so it falls into runs of rows of one part. */
function copyChunk(chunk: DuckDBDataChunk, sinks: readonly RowSink[], indicated: readonly number[]): void {
  const partOf = chunk.getColumnVector(0)
  for (let from = 0; from < chunk.rowCount;) {
    const part = partOf.getItem(from) as number
    const sink = sinks[part]!
    const limit = Math.min(chunk.rowCount, from + sink.rows.nRows - sink.at)
    let until = from + 1
    while (until < limit && partOf.getItem(until) === part) until++
    copyRun(chunk, sink, { from, until, indicated })
    sink.advance(until - from)
    from = until
  }
}

function copyRun(
  chunk: DuckDBDataChunk,
  { rows, at }: RowSink,
  run: { readonly from: number; readonly until: number; readonly indicated: readonly number[] },
): void {
  const { from, until, indicated } = run
  const nNumbers = rows.numbers.length - indicated.length
  const targets = [
    rows.label,
    ...rows.codes,
    ...rows.groups,
    ...(rows.keys ?? []),
    ...rows.numbers.slice(0, nNumbers),
    ...(rows.weights ? [rows.weights] : []),
  ]
  targets.forEach((target, t) => {
    const vector = chunk.getColumnVector(t + 1)
    for (let i = from; i < until; i++) {
      const value = vector.getItem(i) as number | null
      target[at + i - from] = value ?? NaN
    }
  })
  indicated.forEach((j, k) => {
    const [values, missing] = [rows.numbers[j]!, rows.numbers[nNumbers + k]!]
    for (let i = at; i < at + until - from; i++) missing[i] = Number.isNaN(values[i]!) ? 1 : 0
  })
}
