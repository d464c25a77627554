/**
 * One plan, three executions: SQL on DuckDB, TypeScript and ONNX agree, each computed on its own.
 * `SLIPWAY_PARITY_SEED` tries other plans, `SLIPWAY_PARITY_RUNS` more of them.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { DuckDBListValue, DuckDBTimestampValue, type DuckDBValue } from '@duckdb/node-api'
import fc from 'fast-check'
import { allFunctions } from '../language/functions.ts'
import type { Row, Value } from '../language/index.ts'
import { openEngine, type Connection } from './index.ts'
import { buildOnnx } from './onnx/model.ts'
import { createRunner } from './onnx/scorer.ts'
import { functionsOf, parityCases, type ParityCase } from './parity-cases.ts'
import { featureRows, scoreRows } from './rows/score.ts'
import { scoreSql } from './sql/score.ts'
import { quoteName, quoteText } from './sql/text.ts'

const nRuns = Number(process.env['SLIPWAY_PARITY_RUNS'] ?? 60)
const nRowsPerRun = 60
const tolerance = 1e-6
const seed = Number(process.env['SLIPWAY_PARITY_SEED'] ?? 1)

/** Per row: the features' values, then the outputs; null where missing. */
type Table = readonly (readonly Value[])[]

test('SQL, TypeScript and ONNX agree on arbitrary expressions and rows', async t => {
  const root = await mkdtemp(join(tmpdir(), 'slipway-parity-'))
  const engine = await openEngine({ root, threads: 1 })
  const connection = await engine.connection()
  t.after(async () => {
    connection.disconnectSync()
    await engine.close()
    await rm(root, { recursive: true })
  })
  const seen = new Set<string>()
  const agrees = fc.asyncProperty(parityCases(nRowsPerRun), async generated => {
    functionsOf(generated.plan).forEach(name => seen.add(name))
    const typescript = evaluateRows(generated)
    compare(generated, { typescript, other: await evaluateSql(connection, generated), name: 'SQL' })
    compare(generated, { typescript, other: await evaluateOnnx(generated), name: 'ONNX' })
  })
  await fc.assert(agrees, { seed, numRuns: nRuns, maxSkipsPerRun: 1, interruptAfterTimeLimit: 240_000 })
  const unseen = allFunctions.map(entry => entry.function).filter(name => !seen.has(name))
  assert.deepEqual(unseen, [], 'every function is tried')
})

function evaluateRows({ plan, fitted, rows }: ParityCase): Table {
  const outputs = scoreRows(plan, fitted, rows)
  return featureRows(plan, rows).map((values, i) => [
    ...values,
    outputs[i]!['probability']!,
    outputs[i]!['likely']!,
  ])
}

async function evaluateSql(connection: Connection, { plan, fitted, rows }: ParityCase): Promise<Table> {
  const kinds = Object.fromEntries(plan.sources['data']!.columns.map(c => [c.name, c.type.kind]))
  const names = Object.keys(rows[0]!)
  const values = rows.map(
    (row, i) => `(${i}, ${names.map(n => rawValue(row[n]!, kinds[n] ?? 'float')).join(', ')})`,
  )
  const columns = ['row index', ...names].map(quoteName).join(', ')
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE raw AS SELECT * FROM (VALUES ${values.join(', ')}) AS v(${columns})`,
  )
  const sql = scoreSql(plan, fitted, { relation: 'raw', keep: ['row index'], withFeatures: true })
  const reader = await connection.runAndReadAll(
    `SELECT * EXCLUDE ("row index") FROM (${sql}) ORDER BY "row index"`,
  )
  return reader.getRows().map(row => row.map(fromDatabase))
}

/** Timestamps in microseconds, which JavaScript's own dates do not have. */
function fromDatabase(value: DuckDBValue): Value {
  if (value instanceof DuckDBTimestampValue) return Number(value.micros)
  if (value instanceof DuckDBListValue) return value.items as number[]
  return plainValue(value)
}

/** As a file would hold it: NaN and infinities included. */
function rawValue(value: Value, kind: string): string {
  const types: Readonly<Record<string, string>> = {
    bool: 'BOOLEAN',
    int: 'BIGINT',
    float: 'DOUBLE',
    string: 'VARCHAR',
    timestamp: 'TIMESTAMP',
    vector: 'DOUBLE[]',
  }
  if (value === null) return `CAST(NULL AS ${types[kind]})`
  if (kind === 'timestamp') return `make_timestamp(${String(value)})`
  if (typeof value === 'object') return `[${value.map(x => rawValue(x, 'float')).join(', ')}]`
  const text = Object.is(value, -0) ? '-0.0' : String(value)
  return `CAST(${quoteText(text)} AS ${types[kind]})`
}

function plainValue(value: unknown): Value {
  return typeof value === 'number' && Number.isNaN(value) ? null : (value as Value)
}

async function evaluateOnnx({ plan, fitted, rows }: ParityCase): Promise<Table> {
  const model = buildOnnx(plan, fitted, { withFeatures: true })
  const runner = await createRunner(model.onnx, { plan, inputs: model.inputs, tensors: model.tensors })
  const inputs = new Set(model.inputs.map(input => input.name))
  const sent = rows.map((row): Row =>
    Object.fromEntries(Object.entries(row).filter(([name]) => inputs.has(name))),
  )
  const { results } = await runner.run(sent)
  await runner.dispose()
  const data = (tensor: string) => results[tensor]!.data as ArrayLike<unknown>
  return rows.map((_, i) => {
    const features = model.features.map(({ name, tensor, missingTensor }): Value => {
      const { kind, size } = plan.features.find(f => f.name === name)!.type
      if (data(missingTensor)[i]) return null
      if (size !== undefined)
        return Array.from(data(tensor) as ArrayLike<number>).slice(i * size, (i + 1) * size)
      const value = data(tensor)[i]
      return kind === 'bool' ? Boolean(value) : kind === 'timestamp' ? Number(value) : (value as Value)
    })
    const [probability, likely] = model.outputs.map(output => plainValue(data(output.tensor)[i]))
    return [...features, probability!, probability === null ? null : Boolean(likely)]
  })
}

function compare(
  { plan, rows }: ParityCase,
  { typescript, other, name }: { typescript: Table; other: Table; name: string },
): void {
  const columns = [...plan.features.map(f => f.name), 'probability', 'likely']
  assert.equal(other.length, rows.length)
  typescript.forEach((expected, i) =>
    columns.forEach((column, j) => {
      if (agree(expected[j]!, other[i]![j]!)) return
      // A bool of two probabilities that differ in the last place.
      if (column === 'likely' && Math.abs(Number(expected[j - 1]) - 0.5) < tolerance) return
      const value = plan.features[j]?.value
      assert.fail(
        `row ${i}, ${column}: TypeScript gives ${String(expected[j])}, ${name} ${String(other[i]![j])}\n` +
          `row ${JSON.stringify(rows[i], (_, v) => (typeof v === 'number' ? String(v) : v))}\nvalue ${JSON.stringify(value)}`,
      )
    }),
  )
}

function agree(a: Value, b: Value): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.every((x, i) => agree(x, b[i]!))
  if (typeof a !== 'number' || typeof b !== 'number') return a === b
  return Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b)) || a === b
}
