/** Every algorithm from a file to a model, whose outputs are the same in TypeScript, SQL and ONNX. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import type { AlgorithmPlan, MetricPlan, ModelFeature, OutputPlan, Plan, Row } from '../language/index.ts'
import {
  createScorer,
  openEngine,
  scoreRows,
  scoreSql,
  type Engine,
  type FittedModel,
  type Training,
} from './index.ts'
import { algorithms, familyOf, withDefaults } from '../language/algorithms.ts'
import { column, columnsOfKinds, literal, call, planOver, rowFeature, typeOf } from './plan/build.ts'

const source = {
  name: 'trips',
  format: 'json' as const,
  path: 'trips.json',
  knownAfterUs: 0,
  columns: columnsOfKinds({
    city: 'string',
    line: 'int',
    distance: 'float',
    rain: 'bool',
    late: 'bool',
    minutes: 'float',
    strikes: 'int',
    state: 'string',
    kind: 'string',
    weight: 'float',
  }),
}
const cities = ['Bern', 'Zürich', "l'Aigle", '日本', 'Genève', 'rare']
const states = ['on time', 'late', 'lost']

interface Trip {
  readonly city: string | null
  readonly line: number
  readonly distance: number | null
  readonly rain: boolean | null
  readonly [label: string]: string | number | boolean | null
}

/** A row of pseudo-random values that depend on each other. */
function trip(i: number): Trip {
  const u = (k: number) => (Math.imul(i + 1, 2654435761 + k * 40503) >>> 0) / 2 ** 32
  const c = Math.floor(u(1) * u(2) * 6)
  const distance = i % 17 === 0 ? null : 1 + 20 * u(3)
  const rain = i % 13 === 0 ? null : u(4) < 0.3
  const line = Math.floor(u(5) * 12)
  const z = (distance ?? 8) / 6 + (rain ? 1 : 0) + [0, 0.5, -1, 1, -0.5, 0][c]! + (line % 3) / 2 - 2.5
  return {
    city: i % 29 === 0 ? null : cities[c]!,
    line,
    distance,
    rain,
    late: u(6) < 1 / (1 + Math.exp(-z)),
    minutes: 5 * z + 4 * u(7),
    strikes: Math.floor(Math.exp(z / 2) * 2 * u(8)),
    state: states[z + 2 * u(9) < 0 ? 0 : z + 2 * u(10) < 2 ? 1 : 2]!,
    kind: z + u(11) < 0.5 ? 'b' : 'a',
    weight: [0.5, 1, 2, 0][i % 4]!,
  }
}

const trips = Array.from({ length: 900 }, (_, i) => trip(i))
/** Known values, values of nobody, missing ones, extremes. */
const asked: readonly Row[] = [
  ...trips.slice(0, 60).map(({ city, line, distance, rain }) => ({ city, line, distance, rain })),
  { city: 'nowhere', line: 99, distance: -1e6, rain: true },
  { city: null, line: null, distance: null, rain: null },
  { city: '', line: -1, distance: 1e300, rain: false },
]

let root: string
let engine: Engine
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'slipway-algorithms-'))
  await writeFile(join(root, source.path), trips.map(row => JSON.stringify(row)).join('\n'))
  engine = await openEngine({ root, threads: 1 })
})
after(async () => {
  await engine.close()
  await rm(root, { recursive: true })
})

type Label = 'late' | 'minutes' | 'strikes' | 'state' | 'kind'

const labels: Readonly<
  Record<Label, { readonly type: Plan['label']['type']; readonly outputs: OutputPlan[] }>
> = {
  late: { type: typeOf('bool'), outputs: [{ name: 'p', kind: 'probability' }] },
  minutes: { type: typeOf('float'), outputs: [] },
  strikes: { type: typeOf('int'), outputs: [] },
  state: {
    type: typeOf('string'),
    outputs: [
      { name: 'p', kind: 'probability', class: 'lost' },
      { name: 'q', kind: 'probability', class: 'on time' },
    ],
  },
  kind: {
    type: typeOf('string'),
    outputs: [
      { name: 'p', kind: 'probability', class: 'a' },
      { name: 'q', kind: 'probability', class: 'b' },
    ],
  },
}

const metricsOf: Readonly<Record<Label, readonly MetricPlan[]>> = {
  late: [{ metric: 'auc' }, { metric: 'log_loss', per: 'city' }],
  minutes: [{ metric: 'rmse' }, { metric: 'r2' }],
  strikes: [{ metric: 'poisson_deviance' }],
  state: [{ metric: 'accuracy' }, { metric: 'log_loss' }],
  kind: [{ metric: 'accuracy' }],
}

/** Worse than a constant would be, if it learned nothing. */
const learned: Readonly<Record<Label, (metrics: Readonly<Record<string, number | null>>) => boolean>> = {
  late: m => m['auc']! > 0.65,
  minutes: m => m['r2']! > 0.6,
  strikes: m => m['poisson_deviance']! < 2.2,
  state: m => m['accuracy']! > 0.55,
  kind: m => m['accuracy']! > 0.75,
}

function planOf(name: AlgorithmPlan['name'], label: Label, given: Partial<AlgorithmPlan> = {}): Plan {
  const entry = algorithms[name]
  const features: ModelFeature[] = [
    rowFeature('city', column('city', 'string'), entry.preparation['category']),
    rowFeature('line', call('category', 'category', column('line', 'int')), entry.preparation['category']),
    rowFeature('distance', column('distance', 'float'), entry.preparation['numeric']),
    rowFeature('rain', column('rain', 'bool'), entry.preparation['numeric']),
    rowFeature('far', call('greater', 'bool', column('distance', 'float'), literal('float', 12)), {
      kind: 'numeric',
      impute: 'mean',
      scale: 'min_max',
      indicator: true,
    }),
  ]
  const { type, outputs } = labels[label]
  const family = familyOf(entry, type.kind)
  const hyperparameters = withDefaults(
    entry.hyperparameters,
    new Map(Object.entries({ ...(family && { family }), ...given.hyperparameters })),
  )
  return planOver(source, {
    model: `${name}_${label}`,
    features,
    label: { name: label, expr: column(label, type.kind), type },
    algorithm: { name, ...given, hyperparameters },
    evaluate: metricsOf[label],
    outputs: [
      ...outputs,
      { name: 'answer', kind: 'prediction' },
      ...(label === 'state' || label === 'kind'
        ? []
        : [{ name: 'rank', kind: 'rank' as const, by: 'answer', per: ['rain'], top: 9 }]),
    ],
  })
}

const trees = { trees: 20, min_rows: 5 }
const network = { hidden: [8, 4], epochs: 30, batch_size: 32, learning_rate: 0.02 }
const random = [
  { per: 'city', intercept: true, slopes: ['distance'], hyperparameters: { l2: 2, min_rows: 5 } },
  { per: 'line', intercept: false, slopes: ['rain', 'far'], hyperparameters: { l2: 1, min_rows: 1 } },
]
const cases: readonly [AlgorithmPlan['name'], Label, Partial<AlgorithmPlan>?][] = [
  ['linear_regression', 'minutes'],
  ['logistic_regression', 'late'],
  ['logistic_regression', 'state'],
  ['logistic_regression', 'kind'],
  ['poisson_regression', 'strikes'],
  ['mixed_effects', 'minutes', { random, hyperparameters: { family: 'gaussian' } }],
  ['mixed_effects', 'late', { random, hyperparameters: { family: 'logistic' } }],
  ['mixed_effects', 'strikes', { random: random.slice(0, 1), hyperparameters: { family: 'poisson' } }],
  ['gradient_boosted_trees', 'minutes', { hyperparameters: trees }],
  ['gradient_boosted_trees', 'late', { hyperparameters: { ...trees, early_stopping_rounds: 3 } }],
  ['gradient_boosted_trees', 'strikes', { hyperparameters: { ...trees, family: 'poisson' } }],
  ['gradient_boosted_trees', 'state', { hyperparameters: trees }],
  ['gradient_boosted_trees', 'kind', { hyperparameters: trees }],
  ['neural_network', 'minutes', { hyperparameters: { ...network, activation: 'gelu' } }],
  ['neural_network', 'late', { hyperparameters: { ...network, activation: 'tanh' } }],
  ['neural_network', 'state', { hyperparameters: { ...network, activation: 'relu' } }],
  ['neural_network', 'kind', { hyperparameters: { ...network, activation: 'sigmoid' } }],
]

for (const [name, label, given] of cases)
  test(`${name} learns ${label}; TypeScript, SQL and ONNX agree`, async () => {
    const plan = planOf(name, label, given)
    const training = await engine.train(plan)
    const metrics = training.card.metrics.test!
    assert.ok(learned[label](metrics), JSON.stringify(metrics))
    const model = JSON.parse(JSON.stringify(training.model)) as FittedModel
    assert.deepEqual(model, training.model, 'JSON keeps the model')
    await assertAgreement(plan, training)
  })

async function assertAgreement(plan: Plan, { model, onnx, card }: Training): Promise<void> {
  const rows = scoreRows(plan, model, asked)
  const scorer = await createScorer(onnx, card)
  const connection = await engine.connection()
  try {
    const list = asked.map(row => JSON.stringify(row)).join('\n')
    await writeFile(join(root, 'asked.json'), list)
    const relation = `(SELECT row_number() OVER () AS i, * FROM read_json('asked.json', columns = {city: 'VARCHAR', line: 'BIGINT', distance: 'DOUBLE', rain: 'BOOLEAN'}))`
    const sql = await connection.runAndReadAll(
      `SELECT * EXCLUDE (i) FROM (${scoreSql(plan, model, { relation, keep: ['i'] })}) ORDER BY i`,
    )
    const fromSql = sql.getRowObjectsJS()
    const fromOnnx = await scorer.score(asked)
    for (const [i, expected] of rows.entries())
      for (const [output, value] of Object.entries(expected)) {
        assertSame(fromSql[i]![output], value, `SQL, row ${i}, ${output}`)
        assertSame(fromOnnx[i]![output], value, `ONNX, row ${i}, ${output}`)
      }
  } finally {
    connection.disconnectSync()
    await scorer.dispose()
  }
}

function assertSame(actual: unknown, expected: unknown, where: string): void {
  if (typeof expected !== 'number') return assert.equal(actual, expected, where)
  const isClose = Math.abs(Number(actual) - expected) <= 1e-6 * Math.max(1, Math.abs(expected))
  assert.ok(actual !== null && isClose, `${where}: ${String(actual)}, expected ${expected}`)
}
