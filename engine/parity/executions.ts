/** The three executions of a case, each on its own: TypeScript, SQL on DuckDB, ONNX. */
import { DuckDBListValue, DuckDBTimestampValue, type DuckDBValue } from '@duckdb/node-api'
import type { Plan, Row, Value } from '../../language/index.ts'
import type { Connection } from '../index.ts'
import { buildOnnx } from '../onnx/model.ts'
import { createRunner, outputValues } from '../onnx/scorer.ts'
import { featureRows, scoreRows } from '../rows/score.ts'
import { scoreSql } from '../sql/score.ts'
import { quoteName, quoteText } from '../sql/text.ts'
import type { ParityCase } from './cases.ts'

/** Per row: the features' values, then the outputs; null where missing. */
export type Table = readonly (readonly Value[])[]

export function evaluateRows({ plan, fitted, rows }: ParityCase): Table {
  const scored = scoreRows(plan, fitted, rows)
  return featureRows(plan, rows).map((values, i) => [
    ...values,
    ...plan.outputs.map(({ name }) => scored[i]![name]!),
  ])
}

export async function evaluateSql(
  connection: Connection,
  { plan, fitted, rows }: ParityCase,
): Promise<Table> {
  await connection.run(`CREATE OR REPLACE TEMP TABLE raw AS ${rowsSql(plan, rows)}`)
  const sql = scoreSql(plan, fitted, { relation: 'raw', keep: ['row index'], withFeatures: true })
  const reader = await connection.runAndReadAll(
    `SELECT * EXCLUDE ("row index") FROM (${sql}) ORDER BY "row index"`,
  )
  return reader.getRows().map(row => row.map(fromDatabase))
}

/** A query that gives the rows as they stand, and their position as `row index`. */
export function rowsSql(plan: Pick<Plan, 'sources'>, rows: readonly Row[]): string {
  const kinds = Object.fromEntries(plan.sources['data']!.columns.map(c => [c.name, c.type.kind]))
  const names = Object.keys(rows[0]!)
  const values = rows.map(
    (row, i) => `(${i}, ${names.map(n => rawValue(row[n]!, kinds[n] ?? 'float')).join(', ')})`,
  )
  const columns = ['row index', ...names].map(quoteName).join(', ')
  return `SELECT * FROM (VALUES ${values.join(', ')}) AS v(${columns})`
}

/** Timestamps in microseconds, which JavaScript's own dates do not have. */
function fromDatabase(value: DuckDBValue): Value {
  if (value instanceof DuckDBTimestampValue) return Number(value.micros)
  if (value instanceof DuckDBListValue) return value.items as number[]
  return value as Value
}

const sqlTypes: Readonly<Record<string, string>> = {
  bool: 'BOOLEAN',
  int: 'BIGINT',
  float: 'DOUBLE',
  string: 'VARCHAR',
  timestamp: 'TIMESTAMP',
  vector: 'DOUBLE[]',
}

/** As a file would hold it: NaN and infinities included, instants with a zone read by the database. */
function rawValue(value: Value, kind: string): string {
  if (value === null) return `CAST(NULL AS ${sqlTypes[kind]})`
  if (kind === 'timestamp')
    return typeof value === 'string'
      ? `make_timestamp(epoch_us(CAST(${quoteText(value)} AS TIMESTAMPTZ)))`
      : `make_timestamp(${String(value)})`
  if (typeof value === 'object') return `[${value.map(x => rawValue(x, 'float')).join(', ')}]`
  const text = Object.is(value, -0) ? '-0.0' : String(value)
  return `CAST(${quoteText(text)} AS ${sqlTypes[kind]})`
}

/** Ranks are given to rows by what they are ranked by, so they are null here. */
export async function evaluateOnnx({ plan, fitted, rows }: ParityCase): Promise<Table> {
  const model = buildOnnx(plan, fitted, { withFeatures: true })
  const runner = await createRunner(model.onnx, { plan, inputs: model.inputs, tensors: model.tensors })
  const inputs = new Set(model.inputs.map(input => input.name))
  const sent = rows.map((row): Row =>
    Object.fromEntries(Object.entries(row).filter(([name]) => inputs.has(name))),
  )
  try {
    const { tensors, isLacking } = await runner.run(sent)
    const data = (tensor: string) => tensors[tensor]!.data as ArrayLike<unknown>
    const outputs = model.outputs.map(({ kind, tensor }) =>
      kind === 'rank' ? rows.map(() => null) : outputValues(tensors[tensor]!, rows.length),
    )
    return rows.map((_, i) => {
      const features = model.features.map(({ name, tensor, missingTensor }): Value => {
        const { kind, size } = plan.features.find(f => f.name === name)!.type
        if (at(data(missingTensor), i)) return null
        if (size !== undefined)
          return Array.from(data(tensor) as ArrayLike<number>).slice(i * size, (i + 1) * size)
        const value = at(data(tensor), i)
        return kind === 'bool' ? Boolean(value) : kind === 'timestamp' ? Number(value) : (value as Value)
      })
      return [...features, ...outputs.map(values => (isLacking(i) ? null : values[i]!))]
    })
  } finally {
    await runner.dispose()
  }
}

/** What is the same for all rows may be there once. */
function at(data: ArrayLike<unknown>, row: number): unknown {
  return data.length === 1 ? data[0] : data[row]
}
