import assert from 'node:assert/strict'
import test from 'node:test'
import { compareOutputs } from '../promote/index.ts'
import { liveOutputs } from './live-outputs.ts'
import type { NotebookFile } from './run-notebook.ts'

const source = 'const late = await model().train()\nlate'
const shown = { 'application/vnd.slipway.model+json': { model: 'm', metrics: { test: { auc: 0.7 } } } }
const notebook = (text: string): NotebookFile => ({
  nbformat: 4,
  metadata: {},
  cells: [
    { id: 'a', cell_type: 'code', source: text, outputs: [{ output_type: 'execute_result', data: shown }] },
  ],
})
const request = {
  runs: [
    { cell: 'a', source },
    { cell: 'b', source: 'late.metrics.test === 1' },
  ],
  outputs: [{ name: 'late', codec: 'model' as const, afterRun: 1, expression: 'late', isVariable: true }],
}
const replayed = (auc: number) => ({
  $slipway: 'model',
  model: 'm',
  rows: { train: 10 },
  metrics: { test: { auc } },
  coefficients: [],
  digest: 'x',
})

test('a model that a cell shows is compared with the replay', () => {
  const { late } = liveOutputs(notebook(source), request)
  assert.equal(compareOutputs(late, replayed(0.7)).verdict, 'tolerant')
  const drifted = compareOutputs(late, replayed(0.6))
  assert.equal(drifted.verdict, 'different')
  assert.match(drifted.differences.join(), /auc: 0\.7 in the notebook, 0\.6/)
})

test('a cell that was edited since shows nothing of what ran', () => {
  assert.deepEqual(liveOutputs(notebook(`// edited\n${source}`), request), {})
})

test('a model that was shown before the variable got another one does not count', () => {
  const later = { ...request, runs: [...request.runs.slice(0, 1), { cell: 'b', source: 'late = other' }] }
  assert.deepEqual(liveOutputs(notebook(source), later), {})
})
