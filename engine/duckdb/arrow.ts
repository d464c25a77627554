/** Arrow files (IPC files and streams, Feather 2) as temporary tables, record batch by record batch. */
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import {
  ARRAY,
  BIGINT,
  BOOLEAN,
  DOUBLE,
  DuckDBTimestampValue,
  LIST,
  TIMESTAMP,
  VARCHAR,
  arrayValue,
  listValue,
  type DuckDBConnection,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api'
import { DataType, RecordBatchReader, type RecordBatch, type Vector } from 'apache-arrow'
import { EngineError } from '../errors.ts'
import type { QueryOptions } from './query.ts'
import type { SourceLocation } from './sources.ts'
import { writeTable } from './writer.ts'

export interface LoadInto extends QueryOptions {
  /** Name of the table, not quoted. */
  readonly table: string
  readonly source: SourceLocation
}

/** @throws ENG001 when it is no Arrow file that can be read */
export async function loadArrow(
  connection: DuckDBConnection,
  file: string,
  options: LoadInto,
): Promise<void> {
  try {
    await copyBatches(connection, file, options)
  } catch (cause) {
    options.signal?.throwIfAborted()
    if (cause instanceof EngineError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new EngineError(
      'ENG001',
      `Expected an Arrow file at ${options.source.path} that can be read, got: ${reason}. Write it again without compression, or as Parquet.`,
      { cause, details: { expected: options.source.path } },
    )
  }
}

async function copyBatches(connection: DuckDBConnection, file: string, options: LoadInto): Promise<void> {
  const reader = await openReader(file)
  try {
    await reader.open()
    const fields = reader.schema.fields.map(field => ({ name: field.name, ...columnOf(field.type) }))
    if (fields.length === 0)
      throw new EngineError('ENG001', `Expected columns in ${options.source.path}, found none.`)
    const writer = await writeTable(connection, options.table, fields, options)
    try {
      for await (const batch of reader as AsyncIterable<RecordBatch>) {
        const reads = fields.map(({ read }, j) => read(batch.getChildAt(j)!))
        for (let i = 0; i < batch.numRows; i++) writer.add(reads.map(read => read(i)))
      }
    } catch (thrown) {
      writer.abandon()
      throw thrown
    }
    writer.close()
  } finally {
    await reader.cancel()
  }
}

/** A file has its index at the end, a stream has none; both begin differently. */
async function openReader(file: string): Promise<RecordBatchReader> {
  const handle = await open(file)
  const { buffer } = await handle.read(Buffer.alloc(6), 0, 6, 0)
  if (buffer.toString('latin1') === 'ARROW1') return await RecordBatchReader.from(handle)
  await handle.close()
  return await RecordBatchReader.from(createReadStream(file))
}

interface Column {
  readonly type: DuckDBType
  /** Reads the values of a batch by row. */
  readonly read: (vector: Vector) => (i: number) => DuckDBValue
}

const present =
  (convert: (value: unknown) => DuckDBValue): Column['read'] =>
  vector =>
  i => {
    const value: unknown = vector.get(i)
    return value === null || value === undefined ? null : convert(value)
  }
const text: Column = {
  type: VARCHAR,
  read: present(value => (typeof value === 'object' ? JSON.stringify(value) : String(value))),
}

function columnOf(type: DataType): Column {
  if (DataType.isBool(type)) return { type: BOOLEAN, read: present(value => value as boolean) }
  if (DataType.isInt(type))
    return type.bitWidth === 64 && !type.isSigned
      ? { type: DOUBLE, read: present(Number) }
      : { type: BIGINT, read: present(value => BigInt(value as number | bigint)) }
  if (DataType.isFloat(type)) return { type: DOUBLE, read: present(Number) }
  if (DataType.isDecimal(type))
    return { type: DOUBLE, read: present(value => decimal(value as Uint32Array, type.scale)) }
  if (DataType.isTimestamp(type)) return { type: TIMESTAMP, read: instants(timestampUs[type.unit]!) }
  if (DataType.isDate(type))
    return { type: TIMESTAMP, read: instants(type.unit === 0 ? x => x * 86_400_000_000n : x => x * 1000n) }
  if (DataType.isFixedSizeList(type) && isNumber(type.valueType))
    return {
      type: ARRAY(DOUBLE, type.listSize),
      read: present(value => arrayValue(numbersOf(value as Vector))),
    }
  if (DataType.isList(type) && isNumber(type.valueType))
    return { type: LIST(DOUBLE), read: present(value => listValue(numbersOf(value as Vector))) }
  return text
}

function isNumber(type: DataType): boolean {
  return DataType.isInt(type) || DataType.isFloat(type)
}

function numbersOf(vector: Vector): readonly (number | null)[] {
  return Array.from(vector as Iterable<unknown>, x => (x === null ? null : Number(x)))
}

/** To microseconds, by unit: seconds, milliseconds, microseconds, nanoseconds. */
const timestampUs: readonly ((x: bigint) => bigint)[] = [
  x => x * 1_000_000n,
  x => x * 1000n,
  x => x,
  x => (x - (((x % 1000n) + 1000n) % 1000n)) / 1000n,
]

/** The library gives milliseconds as floats; what is stored is exact. */
function instants(toUs: (stored: bigint) => bigint): Column['read'] {
  return vector => {
    const data = vector.data[0]!
    return i =>
      data.getValid(i) ? new DuckDBTimestampValue(toUs(BigInt(data.values[i] as number | bigint))) : null
  }
}

/** Little-endian words of a two's complement. */
function decimal(words: Uint32Array, scale: number): number {
  const unsigned = words.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n)
  const value = BigInt.asIntN(32 * words.length, unsigned)
  return Number(value) / 10 ** scale
}
