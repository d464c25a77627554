import assert from 'node:assert/strict'
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import type { TunePlan } from '../../language/index.ts'
import { EngineError } from '../errors.ts'
import { branin, hartmann, mixed, type KnownFunction } from './known-functions.ts'
import { sobolPoint } from './sobol.ts'
import { valueAt } from './space.ts'
import { openTrialsFile } from './trials-file.ts'
import { tune, type TuneOptions } from './tune.ts'

function planOf({ space }: KnownFunction, change: Partial<TunePlan> = {}): TunePlan {
  const metric = { metric: 'rmse' } as const
  return {
    trials: 20,
    search: 'sobol',
    seed: 0,
    direction: 'minimize',
    metric,
    on: 'validation',
    space,
    ...change,
  }
}

const judging = (known: KnownFunction): TuneOptions => ({
  nParts: 1,
  fitTrial: hyperparameters => Promise.resolve(known.value(hyperparameters)),
})

async function bestOf(known: KnownFunction, change: Partial<TunePlan>): Promise<number> {
  const { trials, best } = await tune(planOf(known, change), judging(known))
  return trials[best]!.value!
}

const medianOf = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

const seeds = [0, 1, 2]

for (const [name, known, trials, regret] of [
  ['Branin', branin, 22, 0.1],
  ['Hartmann', hartmann, 30, 0.6],
  ['mixed dimensions', mixed, 22, 0.1],
] as const)
  test(`Bayesian search comes nearer the minimum than random search: ${name}`, async () => {
    const medians = await Promise.all(
      (['bayesian', 'random'] as const).map(async search =>
        medianOf(await Promise.all(seeds.map(seed => bestOf(known, { search, seed, trials })))),
      ),
    )
    const [bayesian, random] = medians.map(value => value - known.minimum)
    assert.ok(bayesian! < regret && bayesian! < random! / 2, `${bayesian} against ${random}`)
  })

test('the first Sobol points are those of the published table', () => {
  const first = Array.from({ length: 8 }, (_, i) => sobolPoint(i, 4).map(u => u * 8))
  const expected = [
    [0, 0, 0, 0],
    [4, 4, 4, 4],
    [2, 6, 6, 6],
    [6, 2, 2, 2],
    [1, 5, 3, 1],
    [5, 1, 7, 5],
    [3, 3, 5, 7],
    [7, 7, 1, 3],
  ]
  assert.deepEqual(first, expected)
})

for (const seed of [undefined, 0, 1, 2 ** 40 + 3])
  test(`every dimension of Sobol points has one point per part of 1/64, seed ${seed}`, () => {
    const points = Array.from({ length: 64 }, (_, i) => sobolPoint(i, 21, seed))
    for (let d = 0; d < 21; d++)
      assert.equal(new Set(points.map(point => Math.floor(point[d]! * 64))).size, 64)
    const squares = new Set(points.map(([x, y]) => Math.floor(x! * 8) * 8 + Math.floor(y! * 8)))
    assert.equal(squares.size, 64)
  })

test('values cover the range with both ends', () => {
  const depth = { hyperparameter: 'd', kind: 'int', low: 3, high: 8, scale: 'linear' } as const
  const counts = new Map<number, number>()
  for (let i = 0; i < 600; i++) {
    const value = valueAt(depth, (i + 0.5) / 600) as number
    counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  assert.deepEqual(
    [...counts],
    [3, 4, 5, 6, 7, 8].map(value => [value, 100]),
  )
  const rate = { hyperparameter: 'r', kind: 'float', low: 1e-4, high: 10, scale: 'log' } as const
  assert.equal(valueAt(rate, 0), 1e-4)
  assert.equal(valueAt(rate, 0.6), 0.1)
  assert.equal(valueAt(rate, 1), 10)
})

for (const search of ['random', 'sobol', 'bayesian'] as const)
  test(`a ${search} search that is resumed ends as one that was not`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'slipway-trials-'))
    try {
      const file = join(folder, 'some/trials.jsonl')
      const plan = planOf(mixed, { search, seed: 5 })
      const whole = await tune(plan, judging(mixed))
      const killed = new Error('killed')
      const first = await openTrialsFile(file, 'key')
      const halfway: TuneOptions = {
        ...judging(mixed),
        fitTrial: (hyperparameters, { trial }) =>
          trial === 13
            ? Promise.reject(killed)
            : judging(mixed).fitTrial(hyperparameters, { trial, part: 0 }),
        onTrial: first.append,
      }
      await assert.rejects(tune(plan, halfway), killed)
      await appendFile(file, '{"key":"key","index":13,"tri')
      const second = await openTrialsFile(file, 'key')
      assert.ok(second.known.length >= 13)
      let nFitted = 0
      const fitTrial: TuneOptions['fitTrial'] = (hyperparameters, at) => {
        nFitted++
        return judging(mixed).fitTrial(hyperparameters, at)
      }
      const resumed = await tune(plan, { nParts: 1, fitTrial, known: second.known, onTrial: second.append })
      assert.deepEqual(resumed, whole)
      assert.ok(nFitted <= 7)
      assert.equal((await openTrialsFile(file, 'key')).known.length, 20)
      assert.equal((await openTrialsFile(file, 'other')).known.length, 0)
      await (await openTrialsFile(file, 'other')).append(whole.trials[0]!, 0)
      await second.clear()
      assert.equal((await readFile(file, 'utf8')).trim().split('\n').length, 1)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

test('a trial that falls behind on the first folds is not fitted to the others', async () => {
  let nFitted = 0
  const plan = planOf(branin, { trials: 30, on: 'folds', direction: 'maximize', search: 'random' })
  const fitTrial: TuneOptions['fitTrial'] = (hyperparameters, { part }) => {
    nFitted++
    return Promise.resolve(-branin.value(hyperparameters) + part)
  }
  const { trials, best } = await tune(plan, { nParts: 5, fitTrial })
  const stopped = trials.filter(({ state }) => state === 'stopped')
  assert.ok(stopped.length > 10 && nFitted < 100, `${stopped.length} stopped, ${nFitted} fits`)
  assert.ok(stopped.every(({ parts }) => parts.length < 5))
  const finished = trials.filter(({ state }) => state === 'finished')
  assert.equal(trials[best]!.value, Math.max(...finished.map(({ value }) => value!)))
})

test('trials that fail are told and passed over; when all do, so does the search', async () => {
  const diverged = new EngineError('ENG011', 'The loss left the finite numbers.')
  const half: TuneOptions = {
    nParts: 1,
    fitTrial: (hyperparameters, { trial }) =>
      trial % 2 === 0
        ? Promise.reject(diverged)
        : Promise.resolve(trial % 3 === 0 ? null : mixed.value(hyperparameters)),
  }
  const { trials, best } = await tune(planOf(mixed, { search: 'bayesian', trials: 16 }), half)
  assert.equal(trials[0]!.reason, diverged.message)
  assert.deepEqual([trials[0]!.state, trials[1]!.state, trials[3]!.state], ['failed', 'finished', 'failed'])
  assert.equal(trials[best]!.state, 'finished')
  const all = tune(planOf(mixed), { nParts: 1, fitTrial: () => Promise.reject(diverged) })
  await assert.rejects(all, (error: unknown) => error instanceof EngineError && error.code === 'ENG012')
  const broken = new TypeError('of ours')
  await assert.rejects(tune(planOf(mixed), { nParts: 1, fitTrial: () => Promise.reject(broken) }), broken)
})

test('what was tried is not fitted again, and a small space is searched once', async () => {
  const space: TunePlan['space'] = [
    { hyperparameter: 'a', kind: 'choice', values: [true, false] },
    { hyperparameter: 'b', kind: 'int', low: 1, high: 3, scale: 'linear' },
  ]
  for (const search of ['random', 'sobol', 'bayesian'] as const) {
    const tried = new Set<string>()
    const fitTrial: TuneOptions['fitTrial'] = hyperparameters => {
      assert.ok(!tried.has(JSON.stringify(hyperparameters)))
      tried.add(JSON.stringify(hyperparameters))
      return Promise.resolve(hyperparameters['b'] as number)
    }
    const { trials, best } = await tune(planOf(mixed, { space, search, trials: 40 }), { nParts: 1, fitTrial })
    assert.equal(tried.size, 6)
    assert.equal(trials[best]!.value, 1)
  }
})

test('is cancelled between trials and folds', async () => {
  const controller = new AbortController()
  const reason = new Error('enough')
  let nFitted = 0
  const fitTrial: TuneOptions['fitTrial'] = () => {
    if (++nFitted === 7) controller.abort(reason)
    return Promise.resolve(nFitted)
  }
  await assert.rejects(tune(planOf(mixed), { nParts: 3, fitTrial, signal: controller.signal }), reason)
  assert.equal(nFitted, 7)
})
