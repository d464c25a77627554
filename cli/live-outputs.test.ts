import assert from 'node:assert/strict'
import test from 'node:test'
import { compareShown, type ReplayRequest, type RunEvidence } from '../promote/index.ts'
import { liveSession, shownOutputs } from './live-outputs.ts'
import type { NotebookFile } from './run-notebook.ts'

const source = 'const late = await model().train()\nlate'
const bundle = (auc: number) => ({
  'application/vnd.slipway.model+json': { model: 'm', metrics: { test: { auc } } },
})
const notebook = (text: string): NotebookFile => ({
  nbformat: 4,
  metadata: {},
  cells: [
    {
      id: 'a',
      cell_type: 'code',
      source: text,
      outputs: [{ output_type: 'execute_result', data: bundle(0.7) }],
    },
  ],
})
const request: ReplayRequest = {
  runs: [
    { cell: 'a', source },
    { cell: 'b', source: 'late.metrics.test === 1' },
  ],
  outputs: [{ name: 'late', codec: 'model', afterRun: 1, expression: 'late', isVariable: true }],
}
const live = (text: string, asked = request) => shownOutputs(asked, liveSession(notebook(text), asked))

test('a model that a cell shows is compared with what the replay shows', () => {
  const { late } = live(source)
  assert.ok(late)
  assert.equal(compareShown(late, { bundle: bundle(0.7) })?.verdict, 'tolerant')
  const drifted = compareShown(late, { bundle: bundle(0.6) })
  assert.equal(drifted?.verdict, 'different')
  assert.match(drifted.differences.join(), /auc: 0\.7 in the live session, 0\.6 in the replay/)
})

test('a cell that was edited since shows nothing of what ran', () => {
  assert.deepEqual(live(`// edited\n${source}`), {})
})

test('a model that was shown before the variable got another one does not count', () => {
  const later = { ...request, runs: [...request.runs.slice(0, 1), { cell: 'b', source: 'late = other' }] }
  assert.deepEqual(live(source, later), {})
})

test('plain values are known by the fingerprint that the kernel took last', () => {
  const seen = (type: string, hash: string) =>
    ({ values: [{ name: 'late', type, hash }] }) as unknown as RunEvidence
  const asked = (type: string): ReplayRequest => ({
    ...request,
    runs: [
      { cell: 'x', source: 'late = []', seen: seen(type, '1') },
      { cell: 'y', source: 'late.push(1)', seen: seen(type, '2') },
    ],
  })
  assert.deepEqual(live('', asked('Array')), { late: { fingerprint: '2' } })
  assert.deepEqual(live('', asked('DataFrame')), {})
})
