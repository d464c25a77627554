/** The rows of a plan's dataset as Arrow record batches, and as files. */
import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { extname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import {
  Bool,
  Field,
  Float64,
  Int32,
  List,
  RecordBatch,
  RecordBatchFileWriter,
  Schema,
  Struct,
  TimestampMicrosecond,
  Utf8,
  makeData,
  vectorFromArray,
  type DataType,
} from 'apache-arrow'
import type { Plan, ValueKind } from '../../language/index.ts'
import { EngineError } from '../errors.ts'
import { labelColumn, partColumn, weightColumn, type Dataset } from '../sql/dataset.ts'
import { splitNames } from '../sql/split.ts'
import { quoteName, quoteText } from '../sql/text.ts'
import { createDataset } from './dataset.ts'
import { execute, select, type QueryOptions } from './query.ts'

export interface DatasetStreamOptions {
  /** How many rows, drawn by their content. Default all. */
  readonly rows?: number | 'all'
  readonly seed?: number
  readonly signal?: AbortSignal
}

interface Context {
  readonly connection: DuckDBConnection
  readonly root: string
}

const rowsPerBatch = 65_536

/**
 * Columns: every feature by its name, then `label`, `part` (`train`, `validation`, `test` or missing) and, where the plan
 * has one, `weight`. @throws ENG001 ENG002
 */
export async function* streamDataset(
  context: Context,
  plan: Plan,
  options: DatasetStreamOptions,
): AsyncGenerator<RecordBatch> {
  const { columns, sql } = await made(context, plan, options)
  const schema = new Schema(columns.map(({ name, type }) => new Field(name, type, true)))
  const result = await context.connection.stream(sql)
  let pending: unknown[][] = []
  for await (const rows of result.yieldRowsJs()) {
    options.signal?.throwIfAborted()
    pending = pending.concat(rows)
    if (pending.length < rowsPerBatch) continue
    yield batchOf(schema, pending)
    pending = []
  }
  // An empty dataset still says what its columns are.
  yield batchOf(schema, pending)
}

function batchOf(schema: Schema, rows: readonly (readonly unknown[])[]): RecordBatch {
  const children = schema.fields.map(
    ({ type }, j) =>
      vectorFromArray(
        rows.map(row => arrowValue(row[j])),
        type as DataType,
      ).data[0]!,
  )
  const data = makeData({ type: new Struct(schema.fields), length: rows.length, nullCount: 0, children })
  return new RecordBatch(schema, data)
}

function arrowValue(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value
}

/** @throws ENG010 a name that says no format */
export async function writeDataset(
  context: Context,
  plan: Plan,
  { file, ...options }: DatasetStreamOptions & { readonly file: string },
): Promise<{ readonly rows: number }> {
  const ending = extname(file).toLowerCase()
  if (ending === '.parquet') {
    const { sql, dataset } = await made(context, plan, options)
    await execute(
      context.connection,
      `COPY (${sql}) TO ${quoteText(file)} (FORMAT parquet)`,
      queryOptions(options),
    )
    const [counted] = await select(context.connection, `SELECT count(*) AS n FROM ${quoteName(dataset.rows)}`)
    return { rows: Number(counted!['n']) }
  }
  if (ending !== '.arrow' && ending !== '.feather')
    throw new EngineError(
      'ENG010',
      `Expected a file that ends in .parquet, .arrow or .feather, got ${file}.`,
      {
        details: { name: 'file', expected: '.parquet, .arrow or .feather', got: ending },
      },
    )
  return { rows: await writeBatches(streamDataset(context, plan, options), file) }
}

/** Each when it comes: what is written is not held. @returns how many rows there were */
async function writeBatches(batches: AsyncIterable<RecordBatch>, file: string): Promise<number> {
  const output = createWriteStream(file)
  const writer = new RecordBatchFileWriter()
  const finished = pipeline(writer, output)
  // A failure is told of by the loop, which waits for the output.
  finished.catch(() => {})
  let rows = 0
  try {
    for await (const batch of batches) {
      rows += batch.numRows
      writer.write(batch)
      await written(output)
    }
  } catch (thrown) {
    if (output.errored) throw output.errored
    output.destroy()
    // Whoever reads from the writer waits for its end.
    writer.finish()
    throw thrown
  }
  writer.finish()
  await finished
  return rows
}

/** Until the output takes more. @throws what it failed with */
async function written(output: WriteStream): Promise<void> {
  await new Promise(resolve => setImmediate(resolve))
  if (output.errored) throw output.errored
  if (output.writableNeedDrain) await once(output, 'drain')
}

interface StreamedColumn {
  readonly name: string
  readonly type: DataType
  readonly sql: string
}

async function made({ connection, root }: Context, plan: Plan, options: DatasetStreamOptions) {
  const { rows = 'all', seed = 0 } = options
  const { dataset } = await createDataset(connection, { plan, root, rows, seed }, queryOptions(options))
  const columns = columnsOf(plan, dataset)
  const list = columns.map(({ name, sql }) => `${sql} AS ${quoteName(name)}`).join(', ')
  return { dataset, columns, sql: `SELECT ${list} FROM ${quoteName(dataset.rows)}` }
}

function columnsOf(plan: Plan, dataset: Dataset): readonly StreamedColumn[] {
  const parts = splitNames.map((name, part) => `WHEN ${part} THEN ${quoteText(name)}`).join(' ')
  const features = plan.features.map(({ name, type }, i) => ({
    name,
    type: arrowType(type.kind),
    sql: quoteName(dataset.features[i]!.column),
  }))
  // A feature may be called like one of ours.
  const free = (name: string): string => (plan.features.some(f => f.name === name) ? free(`${name}_`) : name)
  return [
    ...features,
    { name: free('label'), type: arrowType(plan.label.type.kind), sql: labelColumn },
    { name: free('part'), type: new Utf8(), sql: `CASE ${partColumn} ${parts} END` },
    ...(plan.weight ? [{ name: free('weight'), type: new Float64(), sql: weightColumn }] : []),
    ...(plan.split.folds === undefined ? [] : [{ name: free('fold'), type: new Int32(), sql: 'fold' }]),
  ]
}

function arrowType(kind: ValueKind): DataType {
  switch (kind) {
    case 'bool':
      return new Bool()
    case 'int':
    case 'float':
      return new Float64()
    case 'timestamp':
      return new TimestampMicrosecond()
    case 'string':
    case 'category':
      return new Utf8()
    case 'vector':
      return new List(new Field('item', new Float64(), true))
  }
}

function queryOptions({ signal }: DatasetStreamOptions): QueryOptions {
  return signal ? { signal } : {}
}
