import assert from 'node:assert/strict'
import test from 'node:test'
import type { MetricPlan, Plan, RequirementPlan } from '../../language/index.ts'
import type { EncodedRows } from '../estimators/dataset.ts'
import { evaluate, judge } from './evaluate.ts'

const planOf = (metrics: readonly MetricPlan[], requirements: readonly RequirementPlan[] = []): Plan =>
  ({ evaluate: metrics, require: requirements }) as unknown as Plan

const rowsOf = (label: readonly number[], codes: readonly number[]): EncodedRows => ({
  nRows: label.length,
  numbers: [],
  codes: [],
  label: Float64Array.from(label),
  groups: [Int32Array.from(codes)],
  // Weights are of the fit alone.
  weights: Float64Array.from(label, (_, i) => i + 1),
})

const groups = [{ column: 'origin', values: ['BOI', 'ORD', 'SEA'] }]

test('a metric per group is the metric of its rows; a group without rows or a row without one is left out', () => {
  const rows = rowsOf([1, 2, 3, 4, 5, 6], [0, 1, 0, 1, -1, 1])
  const predictions = Float64Array.of(1, 4, 5, 4, 100, 6)
  const plan = planOf([{ metric: 'mae', per: 'origin' }, { metric: 'rmse' }])
  const found = evaluate(plan, rows, predictions, { groups, label: { kind: 'number' } })
  assert.deepEqual(found.groups, { 'mae per origin': { BOI: 1, ORD: 2 / 3 } })
  assert.deepEqual(Object.keys(found.metrics), ['mae', 'rmse'])
  assert.equal(found.metrics['mae'], (0 + 2 + 2 + 0 + 95 + 0) / 6)
  assert.deepEqual(Object.keys(found.groupIntervals['mae per origin']!), ['BOI', 'ORD'])
  const [low, high] = found.groupIntervals['mae per origin']!['ORD']!
  assert.ok(low <= 2 / 3 && high >= 2 / 3)
})

test('a ranking is the mean over its groups where it is defined, with an interval over groups', () => {
  const rows = rowsOf([1, 0, 0, 1, 0, 0], [0, 0, 1, 1, 2, 2])
  const predictions = Float64Array.of(0.9, 0.1, 0.9, 0.1, 0.5, 0.4)
  const plan = planOf([{ metric: 'ndcg', per: 'origin' }])
  const { metrics, intervals } = evaluate(plan, rows, predictions, { groups })
  const mean = (1 + 1 / Math.log2(3)) / 2
  assert.ok(Math.abs(metrics['ndcg per origin']! - mean) < 1e-12)
  const [low, high] = intervals['ndcg per origin']!
  assert.ok(low < mean && mean < high)
})

test('a requirement per group is judged on the worst', () => {
  const requirement: RequirementPlan = { metric: 'mae', per: 'origin', split: 'test', op: '<=', value: 1 }
  const of = (values: Readonly<Record<string, number | null>>) =>
    judge(requirement, { metrics: {}, groups: { test: { 'mae per origin': values } } })
  assert.deepEqual(of({ BOI: 0.5, ORD: 1.5 }), { ...requirement, actual: 1.5, met: false })
  assert.equal(of({ BOI: 0.5, ORD: null }).met, true)
  assert.deepEqual(of({}), { ...requirement, actual: null, met: false })
})

test('without intervals nothing is resampled', () => {
  const plan = planOf([{ metric: 'accuracy', per: 'origin' }])
  const found = evaluate(plan, rowsOf([1, 0], [0, 1]), Float64Array.of(0.9, 0.2), {
    groups,
    intervals: false,
  })
  assert.deepEqual([found.intervals, found.groupIntervals], [{}, {}])
})
