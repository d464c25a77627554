import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import type { Plan, Row } from '../language/index.ts'
import { createScorer, EngineError, openEngine, scoreRows, type Engine, type TrainOptions } from './index.ts'
import { call, column, columnsOfKinds, literal, oneHot, planOver, rowFeature, typeOf } from './plan/build.ts'

const source = {
  name: 'strikes',
  format: 'csv' as const,
  path: 'strikes.csv',
  time: 'Flight Date',
  knownAfterUs: 0,
  columns: columnsOfKinds({
    'Flight Date': 'timestamp',
    'Wildlife Size': 'string',
    'Speed "IAS"': 'int',
    damage: 'string',
  }),
}
const speed = column('Speed "IAS"', 'int')
const damaged = call('not_equal', 'bool', column('damage', 'string'), literal('string', 'None'))
const yesterday = {
  kind: 'window' as const,
  name: 'strikes_30d',
  version: 0,
  entity: 'size',
  source: 'strikes',
  by: ['Wildlife Size'],
  aggregate: { function: 'count' as const },
  windowUs: 30 * 86_400e6,
  default: 0,
  type: typeOf('int'),
  tags: [],
}
const plan: Plan = planOver(source, {
  features: [
    rowFeature('size', column('Wildlife Size', 'string'), oneHot(2)),
    rowFeature(
      'month',
      call('category', 'category', call('month', 'int', column('Flight Date', 'timestamp'))),
    ),
    rowFeature('speed', call('log1p', 'float', speed)),
    rowFeature('fast', call('greater', 'bool', speed, literal('int', 150))),
    {
      name: 'recent',
      type: typeOf('int'),
      value: { kind: 'catalog', feature: 'strikes_30d@0', keys: [column('Wildlife Size', 'string')] },
      prepare: { kind: 'numeric', impute: 'zero', scale: 'none' },
    },
  ],
  catalogFeatures: { 'strikes_30d@0': yesterday },
  label: { name: 'damaged', expr: damaged, type: typeOf('bool') },
  evaluate: [{ metric: 'auc' }, { metric: 'log_loss' }, { metric: 'accuracy', per: 'size' }],
  require: [
    { metric: 'auc', split: 'test', op: '>=', value: 0.5 },
    { metric: 'auc', split: 'test', op: '>', value: 1 },
  ],
})

let root: string
let engine: Engine

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'slipway-train-'))
  await writeFile(join(root, source.path), csv(1200))
  engine = await openEngine({ root, threads: 2 })
})
after(async () => {
  await engine.close()
  await rm(root, { recursive: true })
})

/** Every fourth row stands twice; large animals at high speed do damage more often. */
function csv(n: number): string {
  const lines = ['Flight Date,Wildlife Size,"Speed ""IAS""",damage']
  for (let i = 0; i < n; i++) {
    const size = ['Small', 'Medium', 'Large'][(i * 7) % 3]!
    const speed = i % 11 === 0 ? '' : String(60 + ((i * 37) % 240))
    const day = new Date(Date.UTC(2000, 0, 1 + (i % 300))).toISOString().slice(0, 10)
    const risk = (size === 'Large' ? 0.5 : 0.1) + Number(speed) / 800
    const line = `${day},${size},${speed},${(i * 0.618) % 1 < risk ? 'Substantial' : 'None'}`
    lines.push(line, ...(i % 4 === 0 ? [line] : []))
  }
  return lines.join('\n')
}

test('a plan becomes a model that scores alike in TypeScript and ONNX', async () => {
  const phases = new Set<string>()
  const { model, onnx, card } = await engine.train(plan, { onProgress: p => phases.add(p.phase) })
  assert.deepEqual([...phases], ['read', 'features', 'prepare', 'fit', 'evaluate', 'export'])
  assert.equal(card.rows.observed, 1500)
  assert.equal(card.rows.train + card.rows.validation + card.rows.test, 1500)
  assert.ok(card.metrics.test!['auc']! > 0.6, `AUC ${card.metrics.test!['auc']}`)
  assert.deepEqual(
    card.requirements.map(r => r.met),
    [true, false],
  )
  assert.deepEqual(Object.keys(card.groups.test!['accuracy per size']!), ['Large', 'Medium', 'Small'])
  assert.equal(card.statistics.inputs['Speed "IAS"']!.count, card.rows.train)
  assert.deepEqual(
    card.inputs.map(i => [i.name, i.kind]),
    [
      ['Flight Date', 'column'],
      ['Wildlife Size', 'column'],
      ['Speed "IAS"', 'column'],
      ['recent', 'catalog'],
    ],
  )
  const rows: Row[] = [
    { 'Flight Date': '2000-02-29', 'Wildlife Size': 'Large', 'Speed "IAS"': 250, recent: 4 },
    { 'Flight Date': '2000-06-01T12:00+02:00', 'Wildlife Size': 'never seen', 'Speed "IAS"': null },
    {},
  ]
  const scorer = await createScorer(onnx, card)
  const scores = await scorer.score(rows)
  scoreRows(plan, model, rows).forEach((expected, i) => {
    assert.ok(Math.abs(Number(scores[i]!['probability']) - Number(expected['probability'])) < 1e-12)
  })
  assert.deepEqual(JSON.parse(JSON.stringify(card)), card, 'the card is plain JSON')
  await scorer.dispose()
})

test('threads and the order of rows change no bit', async () => {
  const first = await engine.train(plan)
  const alone = await openEngine({ root, threads: 1 })
  const reversed = `SELECT * FROM read_csv('strikes.csv', sample_size = -1) ORDER BY damage, "Flight Date" DESC`
  const second = await alone.train(plan, { observations: { sql: reversed } })
  await alone.close()
  assert.deepEqual(second.card, first.card)
  assert.deepEqual(second.onnx, first.onnx)
})

test('a sample is the same every time, another one for another seed, and never more than there is', async () => {
  const sample = async (options: TrainOptions) => (await engine.train(plan, options)).card
  const first = await sample({ rows: 500, seed: 1 })
  assert.equal(first.rows.sampled, 500)
  assert.equal(first.rows.observed, 1500)
  assert.deepEqual(await sample({ rows: 500, seed: 1 }), first)
  assert.notDeepEqual((await sample({ rows: 500, seed: 2 })).coefficients, first.coefficients)
  assert.equal((await sample({ rows: 10_000 })).rows.sampled, 1500)
})

test('observations replace the observed rows', async () => {
  const sql = `SELECT DISTINCT * FROM read_csv('strikes.csv')`
  const { card } = await engine.train(plan, { observations: { sql } })
  assert.ok(card.rows.observed < 1500)
})

test('a cancelled training stops with the reason', async () => {
  const controller = new AbortController()
  const training = engine.train(plan, {
    signal: controller.signal,
    onProgress: () => controller.abort(new Error('enough')),
  })
  await assert.rejects(training, /enough/)
})

const always = { name: 'y', expr: literal('bool', true), type: typeOf('bool') }
const never = call('greater', 'bool', column('damage', 'string'), literal('string', null))
const refusals: readonly [string, string, Partial<Plan>, TrainOptions?][] = [
  ['a missing file', 'ENG001', { sources: { strikes: { ...source, path: 'gone.csv' } } }],
  ['a missing column', 'ENG002', {}, { observations: { sql: `SELECT damage FROM 'strikes.csv'` } }],
  [
    'a column of another type',
    'ENG002',
    {},
    { observations: { sql: `SELECT * REPLACE (damage = 'x' AS damage) FROM 'strikes.csv'` } },
  ],
  ['no rows', 'ENG003', { observe: { source: 'strikes', where: literal('bool', false) } }],
  ['a label that is always missing', 'ENG004', { label: { ...always, expr: never } }],
  ['a label of one value', 'ENG005', { label: always }],
  [
    'a missing value without imputation',
    'ENG006',
    {
      features: [rowFeature('speed', speed, { kind: 'numeric', impute: 'none', scale: 'none' })],
      catalogFeatures: {},
      evaluate: [{ metric: 'auc' }],
    },
  ],
  ['a one-hot float', 'ENG007', { features: [rowFeature('speed', call('sqrt', 'float', speed), oneHot(3))] }],
  [
    'a negative penalty',
    'ENG008',
    { algorithm: { name: 'logistic_regression', hyperparameters: { l2: -1 } } },
  ],
  ['a query that fails', 'ENG009', {}, { observations: { sql: 'SELECT nonsense' } }],
  ['half a row', 'ENG010', {}, { rows: 0.5 }],
]
for (const [what, code, change, options] of refusals)
  test(`${what} is refused with ${code}`, async () => {
    await assert.rejects(engine.train({ ...plan, ...change }, options), error => {
      assert.ok(error instanceof EngineError, String(error))
      assert.equal(error.code, code, error.message)
      return true
    })
  })

test('strangers’ rows are checked', async () => {
  const { onnx, card } = await engine.train(plan, { rows: 300 })
  const scorer = await createScorer(onnx, card)
  const refused = async (row: unknown) => {
    const error = await scorer.score([{}, row]).then(
      () => assert.fail('was accepted'),
      thrown => thrown as EngineError,
    )
    return [error.code, error.details.row, error.details.name]
  }
  assert.deepEqual(await refused(null), ['ENG020', 1, undefined])
  assert.deepEqual(await refused({ 'Speed "IAS"': 'fast' }), ['ENG021', 1, 'Speed "IAS"'])
  assert.deepEqual(await refused({ 'Speed "IAS"': 1.5 }), ['ENG021', 1, 'Speed "IAS"'])
  assert.deepEqual(await refused({ 'Flight Date': '2001-02-29' }), ['ENG021', 1, 'Flight Date'])
  assert.deepEqual(await refused({ colour: 'red' }), ['ENG022', 1, 'colour'])
  assert.equal(
    (await scorer.score([{ damage: 'None' }])).length,
    1,
    'an observed column that is not read is passed over',
  )
  assert.deepEqual(await scorer.score([]), [])
  const strict = { ...card, inputs: card.inputs.map(i => ({ ...i, type: { ...i.type, nullable: false } })) }
  const strictScorer = await createScorer(onnx, strict)
  await assert.rejects(strictScorer.score([{}]), { code: 'ENG023' })
  await assert.rejects(createScorer(new Uint8Array([1, 2, 3]), card), { code: 'ENG024' })
})
