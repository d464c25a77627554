/** Searches for hyperparameters, from files to models. */
import assert from 'node:assert/strict'
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import type { Plan, TunePlan } from '../../language/index.ts'
import { createScorer, openEngine, scoreRows, type Engine, type TrainOptions } from '../index.ts'
import { column, columnsOfKinds, planOver, rowFeature, typeOf } from '../plan/build.ts'

const source = {
  name: 'rows',
  format: 'json' as const,
  path: 'rows.json',
  knownAfterUs: 0,
  columns: columnsOfKinds({
    id: 'int',
    x: 'float',
    noise: 'float',
    z: 'float',
    c: 'string',
    y: 'bool',
    n: 'float',
  }),
}

const lines = Array.from({ length: 600 }, (_, id) => {
  const [x, z] = [Math.sin(id * 1.3) * 2, Math.cos(id * 2.1)]
  const n = x * z + (id % 3)
  const noise = Math.sin(id * id * 3.7)
  return { id, x, noise, z, c: `c${id % 3}`, y: n + Math.sin(id ** 2.5) > 1, n }
})

const random: Plan['split'] = {
  kind: 'random',
  seed: 3,
  parts: [
    { name: 'train', fraction: 0.6 },
    { name: 'validation', fraction: 0.2 },
    { name: 'test', fraction: 0.2 },
  ],
}

const plan = planOver(source, {
  features: [
    ...['x', 'noise', 'z'].map(name =>
      rowFeature(name, column(name, 'float'), { kind: 'numeric', impute: 'mean', scale: 'standardize' }),
    ),
    rowFeature('c', column('c', 'string'), { kind: 'one_hot', max: 10 }),
  ],
  label: { name: 'y', expr: column('y', 'bool'), type: typeOf('bool') },
  split: random,
})

const l2: TunePlan['space'][number] = {
  hyperparameter: 'l2',
  kind: 'float',
  low: 1e-3,
  high: 1e3,
  scale: 'log',
}
const tune: TunePlan = {
  trials: 8,
  search: 'sobol',
  seed: 1,
  direction: 'minimize',
  metric: { metric: 'log_loss' },
  on: 'validation',
  space: [l2],
}

let root: string
let engine: Engine

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'slipway-search-'))
  await writeFile(join(root, source.path), lines.map(line => JSON.stringify(line)).join('\n'))
  engine = await openEngine({ root, threads: 1 })
})
after(async () => {
  await engine.close()
  await rm(root, { recursive: true })
})

const train = (change: Partial<Plan>, options?: TrainOptions) => engine.train({ ...plan, ...change }, options)

test('the model has the hyperparameters of the best trial on the validation part', async () => {
  const { card, model } = await train({ tune })
  const { trials, best } = card.tuning!
  assert.equal(trials.length, 8)
  const least = Math.min(...trials.map(({ value }) => value!))
  assert.equal(trials[best]!.value, least)
  assert.equal(card.metrics.validation!['log_loss'], least)
  const hyperparameters = { ...plan.algorithm.hyperparameters, ...trials[best]!.hyperparameters }
  const direct = await train({ algorithm: { ...plan.algorithm, hyperparameters } })
  assert.deepEqual(direct.model, model)
  const other = trials.findIndex((_, i) => i !== best)
  const worse = { ...plan.algorithm.hyperparameters, ...trials[other]!.hyperparameters }
  const { card: judged } = await train({ algorithm: { ...plan.algorithm, hyperparameters: worse } })
  assert.equal(judged.metrics.validation!['log_loss'], trials[other]!.value)
})

test('a trial on folds has the mean of their metrics, as cross validation gives it', async () => {
  const parts: Plan['split'] = {
    kind: 'random',
    seed: 3,
    parts: [
      { name: 'train', fraction: 0.8 },
      { name: 'test', fraction: 0.2 },
    ],
    folds: 4,
  }
  const search: TunePlan = {
    ...tune,
    on: 'folds',
    search: 'bayesian',
    trials: 9,
    direction: 'maximize',
    metric: { metric: 'auc' },
  }
  const { card } = await train({ split: parts, tune: search })
  const { trials, best } = card.tuning!
  assert.ok(Math.abs(trials[best]!.value! - card.crossValidation!.mean['auc']!) < 1e-12)
  assert.ok(trials.every(({ state }) => state !== 'failed'))
  assert.deepEqual((await train({ split: parts, tune: search })).card, card)
})

test('a search that is ended goes on from its file and comes to the same model', async () => {
  const trialsFile = join(root, 'trials/model.jsonl')
  const search: Plan['tune'] = { ...tune, search: 'bayesian', trials: 10 }
  const whole = await train({ tune: search })
  const controller = new AbortController()
  const stopAt = (trial: number): TrainOptions => ({
    trialsFile,
    signal: controller.signal,
    onProgress({ phase, done }) {
      if (phase === 'tune' && done === trial) controller.abort(new Error('killed'))
    },
  })
  await assert.rejects(train({ tune: search }, stopAt(6)), /killed/)
  const kept = (await readFile(trialsFile, 'utf8')).trim().split('\n')
  assert.equal(kept.length, 6)
  const messages: string[] = []
  const onProgress: TrainOptions['onProgress'] = ({ phase, message }) =>
    phase === 'tune' && messages.push(message)
  const resumed = await train({ tune: search }, { trialsFile, onProgress })
  assert.ok(messages[0]!.startsWith('Trial 7 of 10, best log_loss'), messages[0])
  assert.deepEqual([resumed.card, resumed.model], [whole.card, whole.model])
  assert.deepEqual(resumed.onnx, whole.onnx)
  await assert.rejects(access(trialsFile))
})

test('trials of other rows are not taken for those of these', async () => {
  const trialsFile = join(root, 'other.jsonl')
  const controller = new AbortController()
  const onProgress: TrainOptions['onProgress'] = ({ phase, done }) =>
    phase === 'tune' && done === 3 && controller.abort(new Error('killed'))
  await assert.rejects(train({ tune }, { trialsFile, signal: controller.signal, onProgress }), /killed/)
  let first: number | undefined
  await train(
    { tune },
    { rows: 400, trialsFile, onProgress: p => void (p.phase === 'tune' && (first ??= p.done)) },
  )
  assert.equal(first, 0)
  assert.equal((await readFile(trialsFile, 'utf8')).trim().split('\n').length, 3)
})

test('tunes a network of a number: whole numbers, choices and rates', async () => {
  const network: Partial<Plan> = {
    label: { name: 'n', expr: column('n', 'float'), type: typeOf('float') },
    algorithm: {
      name: 'neural_network',
      hyperparameters: { epochs: 20, hidden: [16], early_stopping_rounds: 3 },
    },
    evaluate: [{ metric: 'rmse' }],
    outputs: [{ name: 'n', kind: 'prediction' }],
    tune: {
      ...tune,
      trials: 5,
      metric: { metric: 'rmse' },
      space: [
        { hyperparameter: 'learning_rate', kind: 'float', low: 1e-4, high: 0.1, scale: 'log' },
        { hyperparameter: 'batch_size', kind: 'int', low: 16, high: 64, scale: 'linear' },
        { hyperparameter: 'activation', kind: 'choice', values: ['relu', 'tanh', 'gelu'] },
      ],
    },
  }
  const { card, onnx, model } = await train(network)
  assert.ok(card.metrics.test!['rmse']! < 0.7, `${card.metrics.test!['rmse']}`)
  assert.equal(card.tuning!.trials.length, 5)
  const rows = lines.slice(0, 50).map(({ x, noise, z, c }) => ({ x, noise, z, c }))
  const scored = await (await createScorer(onnx, card)).score(rows)
  scoreRows({ ...plan, ...network }, model, rows).forEach((row, i) =>
    assert.ok(Math.abs((row['n'] as number) - (scored[i]!['n'] as number)) < 1e-6),
  )
})
