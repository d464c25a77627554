import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import type { MetricName } from '../../language/index.ts'
import type { FittedLabel } from '../estimators/estimator.ts'
import { wholeResampling } from './bootstrap.ts'
import { judgedOf, type Judged } from './judged.ts'
import { measure, metricOf } from './metrics.ts'

interface Case {
  readonly arguments: readonly number[]
  readonly values: Readonly<Record<string, number>>
  readonly intervals: Readonly<Record<string, readonly [number, number]>>
}

interface Fixture {
  readonly binary: readonly Case[]
  readonly classes: readonly Case[]
  readonly number: readonly Case[]
  readonly ranking: readonly {
    readonly arguments: readonly [number, number, number, number]
    readonly ndcg: number
    readonly 'ndcg@5': number
  }[]
}

const fixture = JSON.parse(
  readFileSync(new URL('./fixtures/metrics.json', import.meta.url), 'utf8'),
) as Fixture

const bool: FittedLabel = { kind: 'bool' }
const number: FittedLabel = { kind: 'number' }
const abc: FittedLabel = { kind: 'classes', classes: ['a', 'b', 'c'] }
const p = [0.1, 0.4, 0.35, 0.8]
const y = [0, 0, 1, 1]

/** As in fixtures/metrics.py. */
function sequence(n: number, seed: number): Float64Array {
  let state = BigInt(seed)
  return Float64Array.from({ length: n }, () => {
    state = (state * 1_103_515_245n + 12_345n) % 2n ** 31n
    return Number(state) / 2 ** 31
  })
}

const data: Readonly<Record<'binary' | 'classes' | 'number', (...of: readonly number[]) => Judged>> = {
  binary(n = 0, seed = 0, steps = 1) {
    const predicted = sequence(n, seed).map(x => (Math.floor(x * steps) + 0.5) / steps)
    const actual = sequence(n, seed + 1).map((x, i) => (x < 0.2 + 0.6 * predicted[i]! ? 1 : 0))
    return { label: bool, predicted, actual }
  },
  classes(n = 0, seed = 0, nClasses = 1) {
    const raw = sequence(n * nClasses, seed).map(x => x + 0.05)
    const predicted = raw.map((x, at) => {
      const from = at - (at % nClasses)
      return x / raw.subarray(from, from + nClasses).reduce((sum, v) => sum + v, 0)
    })
    const actual = sequence(n, seed + 1).map((u, i) => {
      let below = 0
      let sum = 0
      for (let c = 0; c < nClasses; c++) if ((sum += predicted[i * nClasses + c]!) < u) below++
      return Math.min(below, nClasses - 1)
    })
    const classes = Array.from({ length: nClasses }, (_, c) => String(c))
    return { label: { kind: 'classes', classes }, predicted, actual }
  },
  number(n = 0, seed = 0) {
    const predicted = sequence(n, seed).map(x => 0.5 + 5 * x)
    const actual = sequence(n, seed + 1).map((x, i) => Math.floor(2 * predicted[i]! * x))
    return { label: number, predicted, actual }
  },
}

const judged = (label: FittedLabel, predicted: readonly number[], actual: readonly number[]): Judged =>
  judgedOf(label, Float64Array.from(predicted), Float64Array.from(actual))

const near = (actual: number | null | undefined, expected: number, tolerance = 1e-9): void =>
  assert.ok(
    typeof actual === 'number' && Math.abs(actual - expected) <= tolerance,
    `${actual} and ${expected}`,
  )

for (const kind of ['binary', 'classes', 'number'] as const)
  for (const { arguments: given, values } of fixture[kind])
    test(`metrics of ${kind} labels are scikit-learn's (${given.join(', ')})`, () => {
      const rows = data[kind](...given)
      for (const [metric, expected] of Object.entries(values))
        near(metricOf({ metric: metric as MetricName }, rows), expected)
    })

for (const { arguments: given, ...values } of fixture.ranking)
  test(`NDCG is scikit-learn's (${given.join(', ')})`, () => {
    const [n, seed, steps, levels] = given
    const predicted = sequence(n, seed).map(x => Math.floor(x * steps))
    const actual = sequence(n, seed + 1).map(x => Math.floor(levels * x))
    near(metricOf({ metric: 'ndcg' }, { label: number, predicted, actual }), values.ndcg)
    near(metricOf({ metric: 'ndcg', k: 5 }, { label: number, predicted, actual }), values['ndcg@5'])
  })

test("intervals are the plain bootstrap's but for chance", () => {
  for (const kind of ['binary', 'classes', 'number'] as const)
    for (const { arguments: given, intervals } of fixture[kind]) {
      const rows = data[kind](...given)
      for (const [metric, [low, high]] of Object.entries(intervals)) {
        const { value, interval } = measure({ metric: metric as MetricName }, rows, wholeResampling)
        assert.ok(value !== null && interval !== null)
        const width = high - low
        near(interval[0], low, 0.15 * width)
        near(interval[1], high, 0.15 * width)
      }
    }
})

test('intervals follow from the seed', () => {
  const rows = data.binary(300, 1, 50)
  const auc = (seed: number) => measure({ metric: 'auc' }, rows, { ...wholeResampling, seed }).interval
  assert.deepEqual(auc(1), auc(1))
  assert.notDeepEqual(auc(1), auc(2))
})

test('AUC counts pairs, ties half; of one class or no row it is not defined', () => {
  const auc = (predicted: readonly number[], actual: readonly number[]) =>
    metricOf({ metric: 'auc' }, judged(bool, predicted, actual))
  assert.equal(auc(p, y), 0.75)
  assert.equal(auc([0.5, 0.5, 0.5], [0, 1, 1]), 0.5)
  assert.equal(auc([0.2, 0.5, 0.5, 0.9], [0, 0, 1, 1]), 0.875)
  assert.equal(auc(p, [1, 1, 1, 1]), null)
  assert.equal(auc([], []), null)
  assert.equal(measure({ metric: 'auc' }, judged(bool, p, [1, 1, 1, 1]), wholeResampling).interval, null)
})

test('metrics of a bool by hand', () => {
  const of = (metric: MetricName, predicted = p, actual = y) =>
    metricOf({ metric }, judged(bool, predicted, actual))
  near(of('log_loss'), -(Math.log(0.9) + Math.log(0.6) + Math.log(0.35) + Math.log(0.8)) / 4)
  assert.ok(of('log_loss', [0, 1], [1, 0])! < 35, 'certainty that is wrong')
  assert.equal(of('accuracy'), 0.75)
  near(of('calibration_error'), (0.1 + 0.65 + 0.4 + 0.2) / 4)
  near(of('pr_auc'), (1 + 2 / 3) / 2)
  assert.equal(of('pr_auc', [0.5, 0.5], [0, 1]), 0.5, 'ties are one threshold')
  assert.equal(of('pr_auc', p, [0, 0, 0, 0]), null)
  near(of('f1'), 2 / 3)
  assert.equal(of('f1', [0.5], [0]), 0, 'one half counts as true')
  assert.equal(of('f1', [0.1], [0]), null)
  for (const metric of ['log_loss', 'accuracy', 'f1', 'pr_auc', 'calibration_error'] as const)
    assert.equal(of(metric, [], []), null, metric)
})

test('metrics of classes by hand; a class that was never trained on is never right', () => {
  const rows = judged(abc, [0.5, 0.25, 0.25, 0.4, 0.4, 0.2, 0.1, 0.1, 0.8], [0, 1, -1])
  near(metricOf({ metric: 'accuracy' }, rows), 1 / 3)
  near(metricOf({ metric: 'log_loss' }, rows), (Math.log(2) - Math.log(0.4) - Math.log(1e-15)) / 3)
  // a: said twice, once rightly; b: missed; c: said once, wrongly.
  near(metricOf({ metric: 'f1' }, rows), (2 / 3 + 0 + 0) / 3)
})

test('of two classes the probability of the second says it all', () => {
  const yesNo: FittedLabel = { kind: 'classes', classes: ['no', 'yes'] }
  assert.equal(metricOf({ metric: 'accuracy' }, judged(yesNo, p, y)), 0.75)
  near(
    metricOf({ metric: 'log_loss' }, judged(yesNo, p, y)),
    metricOf({ metric: 'log_loss' }, judged(bool, p, y))!,
  )
})

test('metrics of numbers are not defined where nothing varies or a mean is not above 0', () => {
  const of = (metric: MetricName, predicted: readonly number[], actual: readonly number[]) =>
    metricOf({ metric }, judged(number, predicted, actual))
  assert.equal(of('r2', [1, 2], [3, 3]), null)
  near(of('r2', [1e9 + 1, 1e9 + 2], [1e9 + 1, 1e9 + 3]), 0.5, 1e-6)
  assert.equal(of('poisson_deviance', [0, 1], [0, 1]), null)
  assert.equal(of('poisson_deviance', [1, 1], [-1, 1]), null)
  assert.equal(of('rmse', [Infinity], [1]), null)
  assert.equal(of('mae', [], []), null)
})

test('a metric of another kind of label is refused', () => {
  assert.throws(() => metricOf({ metric: 'rmse' }, judged(bool, p, y)), RangeError)
  assert.throws(() => metricOf({ metric: 'auc' }, judged(number, p, y)), RangeError)
  assert.throws(() => metricOf({ metric: 'ndcg' }, judged(abc, [1, 0, 0], [0])), RangeError)
})

test('ranking metrics by hand', () => {
  const of = (metric: MetricName, k?: number, predicted = p, actual = y) =>
    metricOf({ metric, ...(k !== undefined && { k }) }, judged(bool, predicted, actual))
  const best = 1 + 1 / Math.log2(3)
  near(of('ndcg'), (1 + 1 / 2) / best)
  near(of('ndcg', 2), 1 / best)
  assert.equal(of('ndcg', 1), 1)
  assert.equal(of('ndcg', undefined, p, [0, 0, 0, 0]), null)
  assert.equal(metricOf({ metric: 'ndcg' }, judged(number, p, [1, 2, -1, 0])), null)
  assert.equal(of('precision', 2), 0.5)
  assert.equal(of('precision', 3), 2 / 3)
  assert.equal(of('precision', 10), 0.5, 'of all rows where there are fewer')
  assert.equal(of('precision', 2, [], []), null)
})

test('rows of equal score share their ranks, in whatever order they stand', () => {
  const tied = [0.5, 0.5, 0.5, 0.1]
  for (const labels of [
    [1, 0, 0, 1],
    [0, 0, 1, 1],
  ]) {
    near(metricOf({ metric: 'precision', k: 2 }, judged(bool, tied, labels)), 1 / 3)
    const gain = (1 + 1 / Math.log2(3)) / 3
    near(metricOf({ metric: 'ndcg', k: 2 }, judged(bool, tied, labels)), gain / (1 + 1 / Math.log2(3)))
  }
})
