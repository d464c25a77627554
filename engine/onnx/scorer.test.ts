/** How rows reach the graph and come back. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { column, columnsOfKinds, literal, planOver, rowFeature, typeOf } from '../plan/build.ts'
import type { Card, FittedModel } from '../types.ts'
import { createGraph } from './graph.ts'
import { buildOnnx } from './model.ts'
import { createScorer } from './scorer.ts'

const plan = planOver(
  {
    name: 'data',
    format: 'csv',
    path: 'd.csv',
    knownAfterUs: 0,
    columns: columnsOfKinds({ x: 'float', k: 'string' }),
  },
  {
    features: [
      {
        ...rowFeature('x', column('x', 'float')),
        prepare: { kind: 'numeric', impute: 'none', scale: 'none' },
      },
      rowFeature('k', column('k', 'string')),
    ],
    label: { name: 'y', expr: literal('bool', true), type: typeOf('bool', false) },
    outputs: [
      { name: 'likely', kind: 'prediction' },
      { name: 'p b', kind: 'probability', class: 'b' },
      { name: 'p unseen', kind: 'probability', class: 'unseen' },
      { name: 'place', kind: 'rank', by: 'p b', per: [] },
    ],
  },
)

const fitted: FittedModel = {
  fittedVersion: 2,
  model: 'model',
  algorithm: 'logistic_regression',
  label: { kind: 'classes', classes: ['a', 'b', 'c'] },
  features: [
    { kind: 'numeric', name: 'x', impute: null, center: 0, scale: 1 },
    { kind: 'category', name: 'k', encoding: 'one_hot', categories: ['u', 'v'] },
  ],
  columns: { numbers: [{ feature: 0 }], codes: [1] },
  parameters: {
    kind: 'linear',
    link: 'softmax',
    scores: [0, 1, 2].map(c => ({ intercept: c, numbers: [1 - c], categories: [[c, 2 * c, -c]] })),
  },
  keys: [],
}

const built = buildOnnx(plan, fitted)
const card = { plan, inputs: built.inputs, tensors: built.tensors, outputs: built.outputs } as unknown as Card
const rows = [
  { x: 1, k: 'u' },
  { x: -2.5, k: 'v' },
  { x: 30, k: null },
  { x: 0, k: 'elsewhere' },
]

test('a row alone is answered as among others', async () => {
  const scorer = await createScorer(built.onnx, card, { fitted })
  const together = await scorer.score(rows)
  for (const [i, row] of rows.entries()) {
    const [alone] = await scorer.score([row])
    assert.equal(alone!['likely'], together[i]!['likely'])
    assert.ok(Math.abs((alone!['p b'] as number) - (together[i]!['p b'] as number)) < 1e-15)
    assert.equal(alone!['place'], 1)
  }
  assert.deepEqual(new Set(together.map(scored => scored['likely'])), new Set(['a', 'c']))
  await scorer.dispose()
})

test('a class that training has not seen has no probability', async () => {
  const scorer = await createScorer(built.onnx, card, { fitted })
  assert.deepEqual(
    (await scorer.score(rows)).map(scored => scored['p unseen']),
    [0, 0, 0, 0],
  )
  assert.equal((await scorer.score([rows[0]]))[0]!['p unseen'], 0)
  await scorer.dispose()
})

test('a row without a score is refused, alone and among others', async () => {
  const scorer = await createScorer(built.onnx, card, { fitted })
  const missing = { x: null, k: 'u' }
  await assert.rejects(scorer.score([missing]), { code: 'ENG006', details: { row: 0 } })
  await assert.rejects(scorer.score([rows[0], missing]), { code: 'ENG006', details: { row: 1 } })
  await scorer.dispose()
})

test('graphs of earlier versions, whose inputs have one axis, go on working', async () => {
  const graph = createGraph()
  const x = graph.input('x', 'float64')
  const missing = graph.input('x#missing', 'bool')
  graph.output('y', graph.node('Where', [missing, graph.constant('float64', [7]), x]), 'float64')
  const scorer = await createScorer(graph.serialize('old', ''), {
    plan,
    inputs: [{ name: 'x', kind: 'column', type: typeOf('float') }],
    tensors: [
      { tensor: 'x', missingTensor: 'x#missing', dtype: 'float64', source: { kind: 'input', name: 'x' } },
    ],
    outputs: [{ name: 'y', kind: 'prediction', tensor: 'y' }],
  } as unknown as Card)
  assert.deepEqual(await scorer.score([{ x: 1.5 }, { x: null }]), [{ y: 1.5 }, { y: 7 }])
  await scorer.dispose()
})
