/** One plan, three executions: SQL on DuckDB, TypeScript and ONNX agree, each computed on its own. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { allFunctions } from '../language/functions.ts'
import type { Row, Scalar, Value } from '../language/index.ts'
import { openEngine, type Connection } from './index.ts'
import { buildOnnx } from './onnx/model.ts'
import { createRunner } from './onnx/scorer.ts'
import { functionsOf, parityCase, type ParityCase } from './parity-cases.ts'
import { featureRows, scoreRows } from './rows/score.ts'
import { scoreSql } from './sql/score.ts'
import { quoteName, quoteText } from './sql/text.ts'

const nCases = 52
const nRowsPerCase = 200
const tolerance = 1e-6
/** Another seed tries other plans. */
const firstSeed = Number(process.env['SLIPWAY_PARITY_SEED'] ?? 1)

/** Per row: the features' values, then the probability; null where missing. */
type Table = readonly (readonly Value[])[]

test(`SQL, TypeScript and ONNX agree on ${nCases * nRowsPerCase} generated rows`, async t => {
  const root = await mkdtemp(join(tmpdir(), 'slipway-parity-'))
  const engine = await openEngine({ root, threads: 1 })
  const connection = await engine.connection()
  t.after(async () => {
    connection.disconnectSync()
    await engine.close()
    await rm(root, { recursive: true })
  })
  const seen = new Set<string>()
  for (let seed = firstSeed; seed < firstSeed + nCases; seed++) {
    const generated = parityCase(seed, nRowsPerCase)
    functionsOf(generated.plan).forEach(name => seen.add(name))
    const typescript = evaluateRows(generated)
    compare(seed, generated, { typescript, other: await evaluateSql(connection, generated), name: 'SQL' })
    compare(seed, generated, { typescript, other: await evaluateOnnx(generated), name: 'ONNX' })
  }
  const unseen = allFunctions.map(entry => entry.name).filter(name => !seen.has(name))
  assert.deepEqual(unseen, [], 'every function is tried')
})

function evaluateRows({ plan, fitted, rows }: ParityCase): Table {
  const outputs = scoreRows(plan, fitted, rows)
  return featureRows(plan, rows).map((values, i) => [...values, outputs[i]!['probability']!])
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
  return reader.getRowsJS().map(row => row.map(value => plainValue(value)))
}

/** As a file would hold it: NaN and infinities included. */
function rawValue(value: Value, kind: string): string {
  const types: Readonly<Record<string, string>> = {
    bool: 'BOOLEAN',
    int: 'BIGINT',
    float: 'DOUBLE',
    string: 'VARCHAR',
    timestamp: 'TIMESTAMP',
  }
  if (value === null) return `CAST(NULL AS ${types[kind]})`
  if (kind === 'timestamp') return `make_timestamp(${String(value)})`
  const text = Object.is(value, -0) ? '-0.0' : String(value)
  return `CAST(${quoteText(text)} AS ${types[kind]})`
}

function plainValue(value: unknown): Scalar {
  if (value instanceof Date) return value.getTime() * 1000
  return typeof value === 'number' && Number.isNaN(value) ? null : (value as Scalar)
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
    const features = model.features.map(({ name, tensor, missingTensor }): Scalar => {
      const kind = plan.features.find(f => f.name === name)!.type.kind
      if (data(missingTensor)[i]) return null
      const value = data(tensor)[i]
      return kind === 'bool' ? Boolean(value) : (value as Scalar)
    })
    return [...features, plainValue(data(model.outputs[0]!.tensor)[i])]
  })
}

function compare(
  seed: number,
  { plan, rows }: ParityCase,
  { typescript, other, name }: { typescript: Table; other: Table; name: string },
): void {
  const columns = [...plan.features.map(f => f.name), 'probability']
  assert.equal(other.length, rows.length)
  typescript.forEach((expected, i) =>
    columns.forEach((column, j) => {
      if (agree(expected[j]!, other[i]![j]!)) return
      const value = plan.features[j]?.value
      assert.fail(
        `seed ${seed}, row ${i}, ${column}: TypeScript gives ${String(expected[j])}, ${name} ${String(other[i]![j])}\n` +
          `row ${JSON.stringify(rows[i], (_, v) => (typeof v === 'number' ? String(v) : v))}\nvalue ${JSON.stringify(value)}`,
      )
    }),
  )
}

function agree(a: Value, b: Value): boolean {
  if (typeof a !== 'number' || typeof b !== 'number') return a === b
  return Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b)) || a === b
}
