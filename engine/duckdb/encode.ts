/** Fits what of the preparation is counted in the database, and reads the encoded rows into typed buffers. */
import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api'
import type { Plan } from '../../language/index.ts'
import { allocateRows, type EncodedRows } from '../estimators/dataset.ts'
import type { GroupValues } from '../metrics/evaluate.ts'
import type { Dataset } from '../sql/dataset.ts'
import {
  categoriesSql,
  countsSql,
  encodedSql,
  groupsSql,
  numberColumns,
  trainingRows,
  type NumberColumn,
} from '../sql/prepare.ts'
import { splitNames, wholeSplit, type Partition } from '../sql/split.ts'
import { quoteName } from '../sql/text.ts'
import { execute, select, visitChunks, type QueryOptions } from './query.ts'

export interface FittedEncoding {
  /** Per one-hot feature, in the plan's order. */
  readonly categories: readonly (readonly string[])[]
  /** The numeric columns, and per column its median: null where it is not asked for or there is no value. */
  readonly numbers: readonly NumberColumn[]
  readonly medians: readonly (number | null)[]
  readonly groups: readonly GroupValues[]
  readonly tables: { readonly categories: readonly string[]; readonly groups: readonly string[] }
}

/** On the rows that the partition trains on. */
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
  const numbers = numberColumns(plan, dataset)
  return {
    categories: categories.map(table => table.values),
    numbers,
    medians: await readMedians(connection, dataset, { numbers, where }, options),
    groups: groups.map((table, i) => ({ column: dataset.groups[i]!.name, values: table.values })),
    tables: { categories: categories.map(t => t.name), groups: groups.map(t => t.name) },
  }
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
  for (let from = 0; from < asked.length; from += mediansAtOnce) {
    const some = asked.slice(from, from + mediansAtOnce)
    const columns = some.map((j, i) => `median(${numbers[j]!.sql}) AS m${i + 1}`)
    const sql = `SELECT ${columns.join(', ')} FROM ${quoteName(dataset.rows)} WHERE ${where}`
    const [row] = await select(connection, sql, options)
    Object.values(row!).forEach((value, i) => (medians[some[i]!] = value === null ? null : Number(value)))
  }
  return medians
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

/** The rows of every part of a partition. */
export async function readEncoded(
  connection: DuckDBConnection,
  plan: Plan,
  dataset: Dataset,
  options: QueryOptions & { readonly fitted: FittedEncoding; readonly partition?: Partition },
): Promise<readonly EncodedRows[]> {
  const { fitted, partition = wholeSplit } = options
  const encoded = encodedSql(plan, dataset, fitted.tables, partition)
  const counts = await countPartition(connection, dataset, partition, options)
  const parts = counts.map(nRows => allocateRows(nRows, encoded))
  const filled = counts.map(() => 0)
  await visitChunks(connection, encoded.sql, chunk => copyChunk(chunk, parts, filled), options)
  return parts
}

/** A chunk is sorted by part, so it falls into runs of rows of one part. */
function copyChunk(chunk: DuckDBDataChunk, parts: readonly EncodedRows[], filled: number[]): void {
  const partOf = chunk.getColumnVector(0)
  for (let from = 0; from < chunk.rowCount;) {
    const part = partOf.getItem(from) as number
    let until = from + 1
    while (until < chunk.rowCount && partOf.getItem(until) === part) until++
    copyRun(chunk, parts[part]!, { from, until, at: filled[part]! })
    filled[part]! += until - from
    from = until
  }
}

function copyRun(
  chunk: DuckDBDataChunk,
  rows: EncodedRows,
  run: { readonly from: number; readonly until: number; readonly at: number },
): void {
  const targets = [
    rows.label,
    ...rows.codes,
    ...rows.groups,
    ...rows.numbers,
    ...(rows.weights ? [rows.weights] : []),
  ]
  targets.forEach((target, t) => {
    const vector = chunk.getColumnVector(t + 1)
    for (let i = run.from; i < run.until; i++) {
      const value = vector.getItem(i) as number | null
      target[run.at + i - run.from] = value ?? NaN
    }
  })
}
