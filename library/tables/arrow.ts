/** Tables as Arrow tables in memory. Built column by column while the batches come, so no row is held twice. */
import {
  Bool,
  Data,
  DateDay,
  Field,
  Float64,
  Int32,
  Int64,
  makeBuilder,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table as ArrowTable,
  TimestampMillisecond,
  Utf8,
  type Builder,
  type DataType,
} from 'apache-arrow'
import type { ResultBatch, ResultColumn, Value } from '../../catalog/columns/database.ts'
import { kindOf } from '../../catalog/columns/kinds.ts'

interface ArrowColumn {
  readonly type: DataType
  readonly convert: (value: Value) => unknown
}

const asText: ArrowColumn = {
  type: new Utf8(),
  convert: value => (typeof value === 'string' ? value : JSON.stringify(value)),
}

/** The columns keep their names; what Arrow has no plain type for (lists, structs) becomes JSON text. */
export async function toArrow(batches: AsyncIterable<ResultBatch>): Promise<ArrowTable> {
  let schema: Schema | undefined
  let columns: readonly ArrowColumn[] = []
  const recordBatches: RecordBatch[] = []
  for await (const batch of batches) {
    if (!schema) {
      columns = batch.columns.map(arrowColumn)
      schema = new Schema(
        batch.columns.map((column, i) => new Field(column.name, columns[i]?.type ?? asText.type, true)),
      )
    }
    if (batch.rows.length > 0) recordBatches.push(recordBatch(schema, columns, batch))
  }
  return new ArrowTable(schema ?? new Schema([]), recordBatches)
}

function recordBatch(schema: Schema, columns: readonly ArrowColumn[], batch: ResultBatch): RecordBatch {
  const children = columns.map((column, i) => columnData(column, i, batch))
  const struct = makeData({
    type: new Struct(schema.fields),
    length: batch.rows.length,
    nullCount: 0,
    children,
  })
  return new RecordBatch(schema, struct)
}

function columnData({ type, convert }: ArrowColumn, i: number, batch: ResultBatch): Data {
  const builder: Builder = makeBuilder({ type, nullValues: [null, undefined] })
  for (const row of batch.rows) {
    const value = row[i] ?? null
    builder.append(value === null ? null : convert(value))
  }
  return builder.finish().flush()
}

function arrowColumn({ sqlType }: ResultColumn): ArrowColumn {
  const same = (value: Value) => value
  switch (kindOf(sqlType)) {
    case 'bool':
      return { type: new Bool(), convert: same }
    case 'int':
      return intColumn(sqlType)
    case 'float':
      return { type: new Float64(), convert: Number }
    case 'timestamp':
      return { type: sqlType === 'DATE' ? new DateDay() : new TimestampMillisecond(), convert: same }
    case 'string':
    case 'other':
      return asText
  }
}

function intColumn(sqlType: string): ArrowColumn {
  if (/HUGEINT|UBIGINT/.test(sqlType)) return { type: new Float64(), convert: Number }
  return /^(U?TINYINT|U?SMALLINT|INTEGER)$/.test(sqlType)
    ? { type: new Int32(), convert: value => value }
    : { type: new Int64(), convert: value => BigInt(value as number | bigint) }
}
