/** Weights, classes that are balanced, preparation, splits, folds and outputs, from files to scores. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import type { Plan, Preparation, Row, SplitPlan } from '../language/index.ts'
import { createScorer, openEngine, scoreRows, scoreSql, type Engine, type Training } from './index.ts'
import { call, column, columnsOfKinds, literal, planOver, rowFeature, typeOf } from './plan/build.ts'

const vector = { ...typeOf('vector'), size: 2 }
const source = {
  name: 'rows',
  format: 'json' as const,
  path: 'rows.json',
  time: 'at',
  knownAfterUs: 0,
  columns: [
    ...columnsOfKinds({ at: 'timestamp', x: 'float', y: 'bool', key: 'string', query: 'int', w: 'int' }),
    { name: 'v', type: vector },
  ],
}
const plain: Preparation = { kind: 'numeric', impute: 'zero', scale: 'none' }
const x = column('x', 'float')
const late: Plan['split'] = {
  kind: 'time',
  column: 'at',
  parts: [
    { name: 'train', untilUs: Date.UTC(2001, 0, 1) * 1000 },
    { name: 'test', fromUs: Date.UTC(2001, 0, 1) * 1000 },
  ],
}
const plan: Plan = planOver(source, {
  features: [
    rowFeature('x', x, plain),
    {
      name: 'v',
      type: vector,
      value: { kind: 'row', expr: { op: 'column', name: 'v', type: vector } },
      prepare: plain,
    },
  ],
  label: { name: 'y', expr: column('y', 'bool'), type: typeOf('bool') },
  split: late,
})

interface Line {
  readonly at: string
  readonly x: number | null
  readonly y: boolean
  readonly key: string | null
  readonly query: number
  readonly w: number | null
  readonly v: readonly number[] | null
}

/** 600 rows from 2000-01-01 on, 500 of them for training. */
const lines: readonly Line[] = Array.from({ length: 600 }, (_, i) => {
  const value = Math.sin(i * 1.3) * 2
  return {
    at: new Date(Date.UTC(2000, 0, 1) + Math.floor((i * 366 * 864e5) / 500)).toISOString().slice(0, 19),
    x: i % 13 === 0 ? null : value,
    y: value + Math.cos(i * i) * 1.5 > 0.4,
    key: i % 50 === 7 ? null : `k${(i * 7) % 40}`,
    query: i % 30,
    w: i % 17 === 0 ? null : i % 4,
    v: i % 11 === 0 ? null : [Math.cos(i), value / 2],
  }
})
const asJson = (rows: readonly Line[]) => rows.map(row => JSON.stringify(row)).join('\n')

let root: string
let engine: Engine

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'slipway-fit-'))
  await writeFile(join(root, source.path), asJson(lines))
  const repeated = lines.flatMap(line => new Array<Line>(line.w ?? 0).fill(line))
  await writeFile(join(root, 'repeated.json'), asJson(repeated))
  engine = await openEngine({ root, threads: 1 })
})
after(async () => {
  await engine.close()
  await rm(root, { recursive: true })
})

const train = (change: Partial<Plan>) => engine.train({ ...plan, ...change })
const weightsOf = ({ card }: Training) => card.coefficients.map(({ value }) => value)
const close = (a: readonly number[], b: readonly number[], tolerance = 1e-4) =>
  assert.ok(
    a.length === b.length && a.every((value, i) => Math.abs(value - b[i]!) < tolerance),
    `${a.join(' ')} and ${b.join(' ')}`,
  )

test('a whole weight is as good as so many rows, in the fit and not in the metrics', async () => {
  const tight = { name: 'logistic_regression' as const, hyperparameters: { l2: 1, tolerance: 1e-9 } }
  const weighted = await train({ weight: column('w', 'int'), algorithm: tight })
  const repeated = await train({
    sources: { rows: { ...source, path: 'repeated.json' } },
    algorithm: tight,
  })
  close(weightsOf(weighted), weightsOf(repeated), 1e-6)
  const training = lines.filter(line => line.at < '2001')
  const { rows, metrics } = weighted.card
  assert.equal(rows.withoutWeight, training.filter(line => (line.w ?? 0) <= 0).length)
  assert.equal(rows.train + rows.withoutWeight, training.length)
  assert.equal(rows.test, lines.length - training.length, 'what is judged needs no weight')
  assert.ok(metrics.test!['auc']! > 0.7)
})

test('balanced classes count alike, on top of weights', async () => {
  const balanced = await train({ balance: 'classes' })
  const training = lines.filter(line => line.at < '2001')
  const share = training.filter(line => line.y).length / training.length
  const byHand = call(
    'if',
    'float',
    column('y', 'bool'),
    literal('float', 0.5 / share),
    literal('float', 0.5 / (1 - share)),
  )
  close(weightsOf(balanced), weightsOf(await train({ weight: byHand })))
  assert.notDeepEqual(weightsOf(balanced), weightsOf(await train({})))
})

test('indicators, ranges and vectors are alike in SQL, TypeScript and ONNX', async () => {
  const features = plan.features.map((feature, i) => ({
    ...feature,
    prepare: {
      kind: 'numeric' as const,
      impute: 'median' as const,
      scale: i === 0 ? ('min_max' as const) : ('standardize' as const),
      indicator: true as const,
    },
  }))
  const training = await train({ features })
  assert.deepEqual(
    training.card.coefficients.map(c => c.name),
    ['intercept', 'x', 'x: missing', 'v[1]', 'v[2]', 'v: missing'],
  )
  const known = lines.filter(line => line.at < '2001').flatMap(line => line.x ?? [])
  const [first] = training.model.features
  assert.ok(first?.kind === 'numeric')
  assert.equal(first.center, Math.min(...known))
  assert.equal(first.scale, Math.max(...known) - Math.min(...known))
  assert.deepEqual(training.card.inputs.find(input => input.name === 'v')!.type, vector)
  assert.equal(training.card.statistics.inputs['v']!.missing, lines.filter(l => l.at < '2001' && !l.v).length)
  await checkScores({ ...plan, features }, training, [
    { x: 1, v: [1, 2] },
    { x: null, v: null },
    { v: [NaN, 1] },
    {},
  ])
})

async function checkScores(of: Plan, { model, onnx, card }: Training, rows: readonly Row[]): Promise<void> {
  const scorer = await createScorer(onnx, card)
  const scored = await scorer.score(rows)
  await scorer.dispose()
  const expected = scoreRows(of, model, rows)
  const connection = await engine.connection()
  const values = rows.map((row, i) => {
    const v = row['v'] as number[] | null | undefined
    return `(${i}, ${row['x'] ?? 'NULL'}::DOUBLE, ${v ? `[${v.map(e => `'${e}'::DOUBLE`).join(', ')}]` : 'NULL'}::DOUBLE[], ${row['query'] ?? 'NULL'}::INT)`
  })
  const relation = `(VALUES ${values.join(', ')}) AS r(i, x, v, query)`
  const sql = (
    await connection.runAndReadAll(
      `SELECT * FROM (${scoreSql(of, model, { relation, keep: ['i'] })}) ORDER BY i`,
    )
  ).getRowObjectsJS()
  connection.disconnectSync()
  expected.forEach((outputs, i) =>
    Object.entries(outputs).forEach(([name, value]) => {
      for (const other of [sql[i]![name], scored[i]![name]!]) {
        if (typeof value === 'number' && typeof other === 'number') assert.ok(Math.abs(value - other) < 1e-9)
        else assert.equal(other, value, `${name} of row ${i}`)
      }
    }),
  )
}

test('strangers’ vectors are checked', async () => {
  const { onnx, card } = await train({})
  const scorer = await createScorer(onnx, card)
  await assert.rejects(scorer.score([{ v: [1] }]), /a list of 2 numbers .* got a list of 1/)
  await assert.rejects(scorer.score([{ v: [1, 'x'] }]), { code: 'ENG021' })
  assert.equal((await scorer.score([{ v: Float32Array.of(1, 2) }])).length, 1)
  await scorer.dispose()
})

test('predictions and ranks', async () => {
  const outputs: Plan['outputs'] = [
    { name: 'best', kind: 'rank', by: 'p', per: ['query'], top: 2 },
    { name: 'overall', kind: 'rank', by: 'p', per: [] },
    { name: 'p', kind: 'probability' },
    { name: 'y', kind: 'prediction' },
  ]
  const training = await train({ outputs })
  assert.ok(
    training.card.inputs.some(input => input.name === 'query'),
    'a rank asks for what it is given per',
  )
  const rows: Row[] = [
    { x: 0, v: [0, 0], query: 1 },
    { x: 3, v: [0, 0], query: 1 },
    { x: 3, v: [0, 0], query: 1 },
    { x: -3, v: [0, 0], query: 2 },
    { x: 1, v: [0, 0] },
    { x: 2, v: [0, 0] },
  ]
  const ranked = scoreRows({ ...plan, outputs }, training.model, rows)
  assert.deepEqual(
    ranked.map(row => row['best']),
    [null, 1, 2, 1, 2, 1],
  )
  assert.deepEqual(
    ranked.map(row => row['overall']),
    [5, 1, 2, 6, 4, 3],
  )
  assert.deepEqual(
    ranked.map(row => row['y']),
    ranked.map(row => Number(row['p']) >= 0.5),
  )
  assert.deepEqual(Object.keys(ranked[0]!), ['best', 'overall', 'p', 'y'])
  await checkScores({ ...plan, outputs }, training, rows)
})

const byKey: SplitPlan = {
  kind: 'key',
  columns: ['key'],
  seed: 3,
  parts: [
    { name: 'train', fraction: 0.6 },
    { name: 'test', fraction: 0.4 },
  ],
}

test('rows of one key are on one side', async () => {
  const { card } = await train({ split: byKey, evaluate: [{ metric: 'accuracy', per: 'key' }], require: [] })
  const keys = (['train', 'test'] as const).map(name => Object.keys(card.groups[name]!['accuracy per key']!))
  assert.deepEqual(
    keys[0]!.filter(key => keys[1]!.includes(key)),
    [],
  )
  assert.equal(keys[0]!.length + keys[1]!.length, 40)
  assert.ok(keys[0]!.length > 16 && keys[0]!.length < 32, `${keys[0]!.length} of 40`)
  assert.equal(card.rows.train + card.rows.test, lines.length, 'rows without a key are together')
  const other = await train({ split: { ...byKey, seed: 4 } })
  assert.notEqual(other.card.rows.train, card.rows.train)
})

for (const [name, split] of [
  ['random', { kind: 'random', seed: 1, parts: [{ name: 'train', fraction: 1 }], folds: 4 }],
  ['by key', { ...byKey, folds: 4 }],
  ['by time', { ...late, folds: 4 }],
] as const satisfies readonly (readonly [string, SplitPlan])[])
  test(`folds ${name}: each is judged by a model that has not seen it`, async () => {
    const { card } = await train({ split })
    const { folds, mean } = card.crossValidation!
    assert.equal(folds.length, 4)
    const heldOut = folds.reduce((sum, fold) => sum + fold.heldOut, 0)
    if (split.kind === 'time') {
      assert.ok(Math.abs(heldOut - (card.rows.train * 4) / 5) < 10, 'the first block is never held out')
      folds.forEach((fold, i) => assert.ok(Math.abs(fold.train - ((i + 1) * card.rows.train) / 5) < 10))
    } else {
      assert.equal(heldOut, card.rows.train)
      for (const fold of folds) assert.equal(fold.train + fold.heldOut, card.rows.train)
    }
    const aucs = folds.map(fold => fold.metrics['auc']!)
    assert.equal(new Set(aucs).size, 4, 'every fold has its own metrics')
    assert.ok(Math.abs(mean['auc']! - aucs.reduce((a, b) => a + b) / 4) < 1e-12)
    assert.ok(mean['auc']! > 0.7)
  })

test('metrics of rankings are means over groups, and requirements are judged by them', async () => {
  const { card } = await train({
    evaluate: [{ metric: 'ndcg', k: 3, per: 'query' }, { metric: 'pr_auc' }, { metric: 'f1' }],
    require: [{ metric: 'precision', k: 2, per: 'query', split: 'test', op: '>=', value: 0.3 }],
  })
  const values = Object.values(card.groups.test!['ndcg@3 per query']!).filter(value => value !== null)
  const mean = values.reduce((a, b) => a + b) / values.length
  assert.ok(Math.abs(card.metrics.test!['ndcg@3 per query']! - mean) < 1e-12)
  assert.ok(mean > 0.6 && mean < 1)
  assert.equal(card.requirements[0]!.actual, card.metrics.test!['precision@2 per query'])
  assert.ok(card.requirements[0]!.met)
  assert.deepEqual(Object.keys(card.metrics.test!), [
    'ndcg@3 per query',
    'pr_auc',
    'f1',
    'precision@2 per query',
  ])
})

test('threads and the order of rows change no bit of weights, folds and vectors', async () => {
  const asked: Partial<Plan> = {
    weight: column('w', 'int'),
    balance: 'classes',
    split: { ...byKey, folds: 3 },
  }
  const first = await train(asked)
  await writeFile(join(root, 'reversed.json'), asJson(lines.toReversed()))
  const other = await openEngine({ root, threads: 2 })
  const second = await other.train(
    { ...plan, ...asked },
    { observations: { sql: `SELECT * FROM read_json('reversed.json')` } },
  )
  await other.close()
  assert.deepEqual(second.card, first.card)
  assert.deepEqual(second.onnx, first.onnx)
})

const refused: readonly [string, Partial<Plan>, RegExp][] = [
  [
    'a number as label of logistic regression',
    { label: { ...plan.label, type: typeOf('float') } },
    /label of type bool, category, string for logistic_regression, got float .* linear_regression/,
  ],
  [
    'a bool as label of Poisson regression',
    { algorithm: { name: 'poisson_regression', hyperparameters: {} } },
    /label of type int, float for poisson_regression, got bool .* logistic_regression/,
  ],
  [
    'native categories',
    { features: [rowFeature('key', column('key', 'string'), { kind: 'native', max: 9 })] },
    /`key: one_hot max 9`/,
  ],
  ['a metric of numbers', { evaluate: [{ metric: 'rmse' }] }, /metric of a label of type bool, got `rmse`/],
  [
    'tuning by a metric of another label',
    {
      tune: {
        trials: 1,
        search: 'random',
        seed: 1,
        direction: 'maximize',
        metric: { metric: 'rmse' },
        on: 'validation',
        space: [],
      },
    },
    /metric of a label of type bool, got `rmse`/,
  ],
]
for (const [what, change, message] of refused)
  test(`${what}: refused with what to write instead`, async () => {
    await assert.rejects(train(change), { code: 'ENG007', message })
  })
