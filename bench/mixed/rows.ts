/**
 * Mixed effects: random effects beside those of statsmodels' MixedLM with the same variances, from rows and values that
 * `engine/estimators/mixed-effects/fixtures/mixedlm.py` wrote; and all flights with effects of every route and hour beside the
 * fixed effect alone.
 */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { MixedParameters } from '../../engine/estimators/estimator.ts'
import { fitMixedEffects } from '../../engine/estimators/mixed-effects.ts'
import { row, type BenchRow } from '../bench.ts'
import type { FlightsTraining } from '../flights/train.ts'
import type { FlightsVariant } from './flights.ts'

const fixtures = join(import.meta.dirname, '..', '..', 'engine', 'estimators', 'mixed-effects', 'fixtures')

interface Reference {
  readonly rows: Readonly<Record<'a' | 'b' | 'x' | 'y', readonly number[]>>
  readonly l2: readonly number[]
  readonly random: readonly (readonly number[])[]
}

export async function mixedEffects(log: (message: string) => void): Promise<readonly BenchRow[]> {
  log('mixed effects beside MixedLM')
  const references = JSON.parse(await readFile(join(fixtures, 'mixedlm.json'), 'utf8')) as Readonly<
    Record<'oneGrouping' | 'crossed', Reference>
  >
  const difference = async (name: 'oneGrouping' | 'crossed', keys: readonly ('a' | 'b')[]) => ({
    ours: await largestDifference(references[name], keys),
    goal: 1e-4,
  })
  const one = await difference('oneGrouping', ['a'])
  const two = await difference('crossed', ['a', 'b'])
  log('mixed effects on all flights')
  const mixed = await train('mixed')
  const fixed = await train('fixed')
  const named = (value: (result: FlightsTraining) => number) => ({ 'fixed alone': value(fixed) })
  const gibibytes = ({ peakBytes }: FlightsTraining) => peakBytes / 2 ** 30
  return [
    row('random effects of one grouping, from MixedLM', 'difference', one),
    row('random effects of two groupings, from MixedLM', 'difference', two),
    row(`mixed effects on ${mixed.trainRows} flights`, 's', {
      ours: mixed.seconds,
      peers: named(r => r.seconds),
      goal: 60,
    }),
    row('the same, all threads', 'CPU s', { ours: mixed.cpuSeconds, peers: named(r => r.cpuSeconds) }),
    row('peak memory of it', 'GiB', { ours: gibibytes(mixed), peers: named(gibibytes), goal: 2 }),
    {
      ...row('test AUC of it', 'AUC', { ours: mixed.testAuc, peers: named(r => r.testAuc) }),
      goal: fixed.testAuc,
      met: mixed.testAuc > fixed.testAuc,
    },
  ]
}

async function largestDifference(
  { rows, l2, random }: Reference,
  keys: readonly ('a' | 'b')[],
): Promise<number> {
  const { parameters } = await fitMixedEffects({
    training: {
      nRows: rows.y.length,
      numbers: [Float64Array.from(rows.x)],
      codes: [],
      label: Float64Array.from(rows.y),
      groups: [],
      keys: keys.map(key => Int32Array.from(rows[key])),
    },
    label: { kind: 'number' },
    nCategories: [],
    hyperparameters: { family: 'gaussian', l2: 0, max_iterations: 100, tolerance: 1e-6 },
    random: random.map((effects, e) => ({
      nKeys: effects.length,
      intercept: true,
      slopes: [],
      hyperparameters: { l2: l2[e]!, min_rows: 1, max_rows: 0 },
    })),
    seed: 0,
    threads: 1,
  })
  const differences = random.flatMap((effects, e) =>
    effects.map((effect, k) => Math.abs(effect - (parameters as MixedParameters).random[e]!.values[k]!)),
  )
  return Math.max(...differences)
}

async function train(variant: FlightsVariant): Promise<FlightsTraining> {
  const script = join(import.meta.dirname, 'flights.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [script, variant])
  return JSON.parse(stdout) as FlightsTraining
}
