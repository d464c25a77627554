/** Labels, keys and parts as data have them: what can be learned from, what cannot and why. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import type { AlgorithmPlan, Plan, Row } from '../language/index.ts'
import { createScorer, openEngine, scoreRows, type Engine } from './index.ts'
import { call, column, columnsOfKinds, literal, numeric, planOver, rowFeature, typeOf } from './plan/build.ts'

const source = {
  name: 'orders',
  format: 'json' as const,
  path: 'orders.json',
  time: 'at',
  knownAfterUs: 0,
  columns: columnsOfKinds({
    at: 'timestamp',
    shop: 'string',
    x: 'float',
    gap: 'float',
    state: 'string',
    only: 'string',
    id: 'string',
    count: 'int',
    debt: 'int',
    weight: 'float',
  }),
}
const day = 86_400e6
const nRows = 600

/** The last tenth of the rows has a state of its own, and shop `s7` few rows. */
const orders = Array.from({ length: nRows }, (_, i) => {
  const u = (k: number) => (Math.imul(i + 1, 2654435761 + k * 40503) >>> 0) / 2 ** 32
  const x = 4 * u(1) - 2
  return {
    at: new Date((i * day) / 1000).toISOString(),
    shop: i % 200 === 3 ? 's7' : `s${Math.floor(5 * u(2))}`,
    x,
    gap: i % 3 === 0 ? null : x,
    state: i >= nRows * 0.9 && i % 2 === 0 ? 'returned' : x + u(3) < 0.5 ? 'open' : 'paid',
    only: 'same',
    id: `id ${i}`,
    count: Math.floor(Math.exp(x) * u(4) * 3),
    debt: i % 50 === 0 ? -1 : 1,
    weight: u(5),
  }
})

let root: string
let engine: Engine
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'slipway-labels-'))
  await writeFile(join(root, source.path), orders.map(row => JSON.stringify(row)).join('\n'))
  engine = await openEngine({ root, threads: 1 })
})
after(async () => {
  await engine.close()
  await rm(root, { recursive: true })
})

const byTime: Plan['split'] = {
  kind: 'time',
  column: 'at',
  parts: [
    { name: 'train', untilUs: nRows * 0.6 * day },
    { name: 'validation', fromUs: nRows * 0.6 * day, untilUs: nRows * 0.8 * day },
    { name: 'test', fromUs: nRows * 0.8 * day },
  ],
}

const algorithm = (
  name: AlgorithmPlan['name'],
  hyperparameters: AlgorithmPlan['hyperparameters'] = {},
  random?: AlgorithmPlan['random'],
): AlgorithmPlan => ({ name, hyperparameters, ...(random && { random }) })

const labelOf = (name: string, kind: 'string' | 'int' | 'float' | 'bool'): Plan['label'] => ({
  name,
  expr: column(name, kind),
  type: typeOf(kind),
})

function planOf(change: Partial<Plan>): Plan {
  const isText = change.label?.type.kind === 'string'
  return planOver(source, {
    features: [rowFeature('x', column('x', 'float')), rowFeature('shop', column('shop', 'string'))],
    label: labelOf('state', 'string'),
    split: byTime,
    algorithm: algorithm('logistic_regression'),
    evaluate:
      isText || !change.label ? [{ metric: 'accuracy' }, { metric: 'log_loss' }] : [{ metric: 'rmse' }],
    outputs: [{ name: 'answer', kind: 'prediction' }],
    ...change,
  })
}

const refused: readonly [string, Partial<Plan>, RegExp][] = [
  [
    'one class',
    { label: labelOf('only', 'string') },
    /two classes or more of the label `only`, got "same" on all 360/,
  ],
  [
    'one class before folds are fitted',
    { label: labelOf('only', 'string'), split: { ...byTime, folds: 2 } },
    /two classes or more of the label `only`/,
  ],
  [
    'a name as a class',
    { label: labelOf('id', 'string'), split: randomly(1200) },
    /at most 1000 classes, got 1200/,
  ],
  [
    'counts below 0',
    { label: labelOf('debt', 'int'), algorithm: algorithm('poisson_regression') },
    /counts of 0 or more of the label `debt`, got -1/,
  ],
  [
    'counts below 0 with random effects',
    {
      label: labelOf('debt', 'int'),
      algorithm: algorithm('mixed_effects', { family: 'poisson' }, [
        { per: 'shop', intercept: true, slopes: [], hyperparameters: { l2: 1, min_rows: 1 } },
      ]),
    },
    /counts of 0 or more of the label `debt`, got -1/,
  ],
  [
    'a class that no training row has',
    { outputs: [{ name: 'p', kind: 'probability', class: 'returned' }] },
    /label `state` is "returned", because `p` is its probability; found "open", "paid"/,
  ],
]

function randomly(rows: number): Plan['split'] {
  return { kind: 'random', seed: rows, parts: [{ name: 'train', fraction: 1 }] }
}

for (const [what, change, message] of refused)
  test(`${what}: refused with the reason`, async () => {
    const many = `SELECT * REPLACE (id || i AS id) FROM read_json('orders.json'), range(2) AS r(i)`
    const observations = what === 'a name as a class' ? { observations: { sql: many } } : {}
    await assert.rejects(engine.train(planOf(change), observations), { code: 'ENG005', message })
  })

test('a class that training rows do not have is wrong, and counted', async () => {
  const { card, model } = await engine.train(planOf({}))
  assert.deepEqual(model.label, { kind: 'classes', classes: ['open', 'paid'] })
  assert.deepEqual(Object.keys(card.rows.classes!), ['open', 'paid', 'returned'])
  assert.equal(card.rows.classes!['returned']!.train, 0)
  const unseen = card.rows.classes!['returned']!.test
  assert.ok(unseen > 0)
  const accuracy = card.metrics.test!['accuracy']!
  assert.ok(accuracy <= 1 - unseen / card.rows.test, `accuracy ${accuracy}`)
  assert.ok(card.metrics.validation!['accuracy']! > 0.75)
})

test('a class of three is named by its coefficients; folds judge classes', async () => {
  const { card } = await engine.train(
    planOf({ split: { ...randomly(3), folds: 3 }, balance: 'classes', weight: column('weight', 'float') }),
  )
  const named = card.coefficients.filter(c => c.name === 'x').map(c => c.class)
  assert.deepEqual(named, ['open', 'paid', 'returned'])
  assert.equal(card.crossValidation!.folds.length, 3)
  assert.ok(card.crossValidation!.mean['accuracy']! > 0.4)
})

test('keys with few rows have no effects, and nor has what is missing', async () => {
  const random = [{ per: 'shop', intercept: true, slopes: ['x'], hyperparameters: { l2: 1, min_rows: 5 } }]
  const plan = planOf({
    features: [rowFeature('x', column('x', 'float'))],
    label: labelOf('count', 'int'),
    algorithm: algorithm('mixed_effects', { family: 'gaussian' }, random),
  })
  const { model, onnx, card } = await engine.train(plan)
  assert.deepEqual(model.keys, [
    { source: { kind: 'column', name: 'shop' }, values: ['s0', 's1', 's2', 's3', 's4'] },
  ])
  assert.deepEqual(
    card.inputs.map(input => input.name),
    ['shop', 'x'],
  )
  const rows: readonly Row[] = [{ shop: 's7', x: 1 }, { shop: null, x: 1 }, { x: 1 }, { shop: 's1', x: 1 }]
  const scored = scoreRows(plan, model, rows).map(row => row['answer'])
  assert.equal(scored[0], scored[1])
  assert.equal(scored[0], scored[2])
  assert.notEqual(scored[0], scored[3])
  const scorer = await createScorer(onnx, card)
  const fromOnnx = (await scorer.score(rows)).map(row => Number(row['answer']))
  await scorer.dispose()
  fromOnnx.forEach((value, i) => assert.ok(Math.abs(value - Number(scored[i])) < 1e-12))
})

test('a key may be a feature, of a truth value too', async () => {
  const far = call('greater', 'bool', column('x', 'float'), literal('float', 0))
  const random = [{ per: 'far', intercept: true, slopes: [], hyperparameters: { l2: 0.1, min_rows: 1 } }]
  const plan = planOf({
    features: [rowFeature('x', column('x', 'float')), rowFeature('far', far)],
    label: labelOf('count', 'int'),
    algorithm: algorithm('mixed_effects', { family: 'poisson' }, random),
    outputs: [{ name: 'answer', kind: 'prediction' }],
  })
  const { model } = await engine.train(plan)
  assert.deepEqual(model.keys, [{ source: { kind: 'feature', name: 'far' }, values: ['false', 'true'] }])
  assert.ok(
    scoreRows(plan, model, [{ x: 1 }])[0]!['answer']! > scoreRows(plan, model, [{ x: -1 }])[0]!['answer']!,
  )
})

test('trees learn from what is missing, and stop early; others say that it is missing', async () => {
  const features = [
    rowFeature('gap', column('gap', 'float'), { kind: 'numeric', impute: 'none', scale: 'none' }),
  ]
  const label = {
    name: 'known',
    expr: call('is_missing', 'bool', column('gap', 'float')),
    type: typeOf('bool'),
  }
  const change = {
    features,
    label,
    evaluate: [{ metric: 'auc' as const }],
    outputs: [{ name: 'p', kind: 'probability' as const }],
  }
  const hyperparameters = { trees: 500, early_stopping_rounds: 5, learning_rate: 0.3 }
  const plan = planOf({ ...change, algorithm: algorithm('gradient_boosted_trees', hyperparameters) })
  const { card, model } = await engine.train(plan)
  assert.equal(card.metrics.test!['auc'], 1)
  assert.ok(card.fit.iterations <= 500)
  assert.ok(Number(scoreRows(plan, model, [{ gap: null }])[0]!['p']) > 0.9)
  assert.ok(Number(scoreRows(plan, model, [{ gap: 1 }])[0]!['p']) < 0.1)
  await assert.rejects(engine.train(planOf(change)), { code: 'ENG006', message: /`gap`.*`impute none`/ })
})

test('threads and the order of rows change no bit of any algorithm', async () => {
  const random = [{ per: 'shop', intercept: true, slopes: ['x'], hyperparameters: { l2: 1, min_rows: 2 } }]
  const algorithms = [
    algorithm('logistic_regression'),
    algorithm('gradient_boosted_trees', { trees: 5, subsample: 0.7, feature_fraction: 0.7 }),
    algorithm('neural_network', { hidden: [4], epochs: 2, dropout: 0.2 }),
    algorithm('mixed_effects', { family: 'gaussian' }, random),
  ]
  const other = await openEngine({ root, threads: 3 })
  for (const each of algorithms) {
    const isMixed = each.name === 'mixed_effects'
    const native = { kind: 'native' as const, max: 9 }
    const plan = planOf({
      algorithm: each,
      ...(isMixed && { label: labelOf('count', 'int') }),
      features: [
        rowFeature('x', column('x', 'float'), numeric),
        rowFeature(
          'shop',
          column('shop', 'string'),
          each.name === 'gradient_boosted_trees' ? native : undefined,
        ),
      ],
    })
    const first = await engine.train(plan)
    const reversed = { observations: { sql: `SELECT * FROM read_json('orders.json') ORDER BY "at" DESC` } }
    const second = await other.train(plan, reversed)
    assert.deepEqual(second.model, first.model, each.name)
    assert.deepEqual(second.onnx, first.onnx, each.name)
    assert.deepEqual(second.card.metrics, first.card.metrics, each.name)
  }
  await other.close()
})
