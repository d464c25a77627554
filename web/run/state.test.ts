import assert from 'node:assert/strict'
import test from 'node:test'
import type { Run, RunEvent } from '../../backend/api/index.ts'
import { type RunState, initialState, metricTable, withEvent, withRun } from './state.ts'

const run: Run = {
  id: 'r1',
  pipeline: 'explore',
  version: `sha256:${'0'.repeat(64)}`,
  parameters: {},
  state: 'queued',
  attempt: 1,
  createdAt: '2001-01-01T00:00:00Z',
  steps: [{ name: 'train', state: 'pending', reused: false, outputs: [] }],
  metrics: [],
  lastEvent: 0,
}
const at = '2001-01-01T00:00:01Z'
const play = (events: readonly object[]) =>
  events.reduce<RunState>(
    (state, event, i) => withEvent(state, { seq: i + 1, at, ...event } as RunEvent),
    initialState(run),
  )

test('a step that starts and ends has its times and leaves no progress behind', () => {
  const state = play([
    { type: 'step', step: 'train', state: 'running' },
    { type: 'progress', step: 'train', phase: 'fit', done: 2, total: 4 },
  ])
  assert.equal(state.run.steps[0]?.startedAt, at)
  assert.deepEqual(state.progress['train'], { message: 'fit', share: 0.5 })
  const ended = withEvent(state, { seq: 3, at, type: 'step', step: 'train', state: 'succeeded' })
  assert.deepEqual(ended.progress, {})
  assert.equal(ended.run.steps[0]?.state, 'succeeded')
})

test('the log keeps what the steps print and says why a run failed', () => {
  const state = play([
    { type: 'log', step: 'train', stream: 'stderr', line: 'slow' },
    { type: 'run', state: 'failed', failure: { code: 'BCK015', message: 'threw' } },
  ])
  assert.deepEqual(state.log.map(line => [line.kind, line.text]), [['err', 'slow'], ['failure', 'BCK015 threw']]) // prettier-ignore
  assert.equal(state.run.state, 'failed')
})

test('a fresh word about the run keeps the log and adds metrics', () => {
  const state = play([{ type: 'metric', step: 'train', name: 'test.auc', value: 0.66 }])
  const fresh = withRun(state, { ...run, state: 'succeeded', metrics: [{ name: 'train.auc', value: 0.7 }] })
  assert.equal(fresh.log.length, 1)
  assert.deepEqual(fresh.metrics, { 'test.auc': 0.66, 'train.auc': 0.7 })
})

test('metrics by split and name, the training first', () => {
  const table = metricTable({ 'test.auc': 0.66, 'train.auc': 0.7, 'train.log_loss': 0.4 })
  assert.deepEqual(table.names, ['auc', 'log_loss'])
  assert.deepEqual(table.rows, [
    { split: 'train', values: [0.7, 0.4] },
    { split: 'test', values: [0.66, undefined] },
  ])
})
