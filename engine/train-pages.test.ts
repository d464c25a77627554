/** Rows that are not held give what rows that are held give, bit for bit, and leave nothing behind. */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir, hostname } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import type { AlgorithmPlan, Plan } from '../language/index.ts'
import { EngineError, openEngine, type Engine } from './index.ts'
import { column, columnsOfKinds, literal, call, oneHot, planOver, rowFeature, typeOf } from './plan/build.ts'
import { checkMemory } from './train/memory.ts'

const source = {
  name: 'rows',
  format: 'json' as const,
  path: 'rows.json',
  knownAfterUs: 0,
  columns: columnsOfKinds({
    id: 'int',
    x: 'float',
    year: 'float',
    whole: 'int',
    c: 'string',
    d: 'string',
    n: 'int',
    w: 'float',
    class: 'string',
    y: 'bool',
  }),
}

/** More than a page of training rows. */
const observations = {
  sql: `SELECT i AS id, CASE WHEN i % 11 = 0 THEN NULL ELSE sin(i * 1.3) * 2 END AS x,
  1990 + i % 30 + 0.5 AS year, i % 300 AS whole, 'c' || (i * 7 % 40) AS c,
  CASE WHEN i % 50 = 3 THEN NULL ELSE 'd' || (i % 6) END AS d, i % 5 AS n,
  CASE WHEN i % 17 = 0 THEN NULL ELSE i % 4 + 0.1 END AS w, 'k' || (i * i % 7 % 3) AS class,
  sin(i * 1.3) + cos(i * i) + (i % 40) / 40 > 0.5 AS y
FROM range(76000) AS t(i)`,
}

const plan: Plan = planOver(source, {
  features: [
    rowFeature('x', column('x', 'float'), {
      kind: 'numeric',
      impute: 'mean',
      scale: 'standardize',
      indicator: true,
    }),
    rowFeature('year', column('year', 'float'), { kind: 'numeric', impute: 'none', scale: 'none' }),
    rowFeature('whole', column('whole', 'int'), { kind: 'numeric', impute: 'median', scale: 'min_max' }),
    rowFeature('c', column('c', 'string'), oneHot(30)),
    rowFeature('d', column('d', 'string')),
  ],
  label: { name: 'y', expr: column('y', 'bool'), type: typeOf('bool') },
  split: {
    kind: 'random',
    seed: 7,
    parts: [
      { name: 'train', fraction: 0.9 },
      { name: 'validation', fraction: 0.05 },
      { name: 'test', fraction: 0.05 },
    ],
  },
  evaluate: [{ metric: 'auc' }],
})

const algorithm = (name: AlgorithmPlan['name'], more: Plan['algorithm']['hyperparameters'] = {}) => ({
  name,
  hyperparameters: { l2: 1, l1: 0, max_iterations: 100, tolerance: 1e-6, ...more },
})
const metrics = (...names: Plan['evaluate'][number]['metric'][]) => names.map(metric => ({ metric }))

const cases: Readonly<Record<string, Partial<Plan>>> = {
  'a bool': { evaluate: metrics('auc', 'pr_auc', 'log_loss', 'accuracy', 'f1', 'calibration_error') },
  'weights and balance, metrics per group': {
    weight: column('w', 'float'),
    balance: 'classes',
    evaluate: [{ metric: 'log_loss', per: 'd' }],
  },
  classes: {
    label: { name: 'class', expr: column('class', 'string'), type: typeOf('string') },
    outputs: [{ name: 'likeliest', kind: 'prediction' }],
    evaluate: metrics('log_loss', 'accuracy', 'f1'),
  },
  counts: {
    label: { name: 'n', expr: column('n', 'int'), type: typeOf('int') },
    outputs: [{ name: 'n', kind: 'prediction' }],
    algorithm: algorithm('poisson_regression'),
    evaluate: metrics('r2', 'poisson_deviance'),
  },
  'a search over folds': {
    split: { ...plan.split, folds: 2 } as Plan['split'],
    tune: {
      space: [{ hyperparameter: 'l2', kind: 'float', low: 1e-3, high: 1e3, scale: 'log' }],
      trials: 2,
      search: 'sobol',
      on: 'folds',
      metric: { metric: 'log_loss' },
      direction: 'minimize',
      seed: 1,
    } as Plan['tune'] & object,
  },
  'no penalty, no rows to test on': {
    algorithm: algorithm('logistic_regression', { l2: 0 }),
    split: { kind: 'random', seed: 7, parts: [{ name: 'train', fraction: 1 }] },
  },
}

let root: string
let held: Engine
let paged: Engine

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'slipway-pages-'))
  await writeFile(join(root, source.path), '')
  held = await openEngine({ root, threads: 1 })
  paged = await openEngine({ root, threads: 1, maxHeldBytes: 0 })
})
after(async () => {
  await held.close()
  await paged.close()
  await rm(root, { recursive: true })
})

for (const [name, change] of Object.entries(cases))
  test(`the same model and card: ${name}`, async () => {
    const changed = { ...plan, ...change }
    const [a, b] = [await held.train(changed, { observations }), await paged.train(changed, { observations })]
    assert.deepEqual(b.card, a.card)
    assert.equal(JSON.stringify(b.model), JSON.stringify(a.model))
    assert.deepEqual(b.onnx, a.onnx)
  })

test('a missing value where none is imputed is an error, and a fit can be cancelled', async () => {
  const strict = { ...plan, features: plan.features.map(f => ({ ...f })) }
  strict.features[0] = rowFeature('x', column('x', 'float'), {
    kind: 'numeric',
    impute: 'none',
    scale: 'none',
  })
  await assert.rejects(paged.train(strict, { observations }), { code: 'ENG006' })
  const stop = new AbortController()
  const reason = new Error('enough')
  const onProgress = ({ phase }: { readonly phase: string }) => phase === 'fit' && stop.abort(reason)
  await assert.rejects(paged.train(plan, { observations, signal: stop.signal, onProgress }), reason)
})

test('a label that is always the same is an error', async () => {
  const always = { ...plan.label, expr: call('less', 'bool', column('id', 'int'), literal('int', -1)) }
  await assert.rejects(paged.train({ ...plan, label: always }, { observations }), { code: 'ENG005' })
})

test('what a process that is gone has spilled is removed, and nothing of others', async () => {
  const spill = join(root, '.slipway', 'spill')
  const id = '00000000-0000-0000-0000-000000000000'
  const of = (host: string, pid: number) => `${encodeURIComponent(host)}.${pid}.${id}`
  // No process has such a number.
  const gone = of(hostname(), 2 ** 30)
  const others = [of(hostname(), process.pid), of('another-host', 2 ** 30), 'of-someone-else']
  for (const name of [gone, ...others]) await mkdir(join(spill, name), { recursive: true })
  const engine = await openEngine({ root })
  const left = await readdir(spill)
  await engine.close()
  assert.ok(!left.includes(gone))
  for (const name of others) assert.ok(left.includes(name), name)
})

test('an algorithm that needs all rows says what memory they take and how many would do', () => {
  const trees = { ...plan, algorithm: { ...plan.algorithm, name: 'gradient_boosted_trees' as const } }
  const size = { nRows: 30_000_000, sizeBytes: 30_000_000 * 100 }
  assert.doesNotThrow(() => checkMemory(trees, size, 2 ** 40))
  assert.throws(
    () => checkMemory(trees, size, 2 ** 31),
    (error: unknown) =>
      error instanceof EngineError &&
      error.code === 'ENG013' &&
      /gradient_boosted_trees on 30000000 rows.*got 2\.0 GiB.*`rows`, up to about \d+/.test(error.message),
  )
})
