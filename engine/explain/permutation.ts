/**
 * Permutation importance (Breiman 2001): how much worse a metric is when a feature's values are dealt out anew among the
 * rows, so that they say nothing of the label any more. What another feature says too is not missed.
 */
import type { MetricPlan } from '../../language/index.ts'
import { metricNames, metrics } from '../../language/metrics.ts'
import { EngineError } from '../errors.ts'
import type { EncodedRows } from '../estimators/dataset.ts'
import { predict } from '../estimators/predict.ts'
import { metricName } from '../metrics/evaluate.ts'
import { judgedOf } from '../metrics/judged.ts'
import { metricOverGroups } from '../metrics/groups.ts'
import { createRandom, permutation } from '../metrics/random.ts'
import type { FittedModel } from '../types.ts'
import { encodeExamples, explainedOf, type Examples, type Explained } from './examples.ts'

export interface ImportanceOptions {
  readonly metric: MetricPlan
  /** How often each feature is permuted. Default 10, at least 2. */
  readonly repeats?: number
  /** Default 0. */
  readonly seed?: number
  readonly signal?: AbortSignal
}

export interface FeatureImportance {
  readonly name: string
  /** By how much the metric is worse, in its unit; about 0, and maybe below, of what the model does not need. */
  readonly importance: number
  /** The 95 % interval of that mean over the repeats (Student's t). */
  readonly low: number
  readonly high: number
}

export interface Importance {
  readonly kind: 'permutation'
  /** As written: `auc`, `ndcg@10 per query`. */
  readonly metric: string
  readonly split: string
  readonly nRows: number
  /** The metric on these rows as they are. */
  readonly value: number
  readonly repeats: number
  /** The most important first. */
  readonly features: readonly FeatureImportance[]
}

/** @throws EngineError ENG010 when the metric is not defined for the label or on the rows */
export async function permutationImportance(
  fitted: FittedModel,
  examples: Examples,
  options: ImportanceOptions,
): Promise<Importance> {
  const { metric, seed = 0, signal } = options
  const repeats = Math.max(2, options.repeats ?? 10)
  checkMetric(fitted, metric)
  const rows = encodeExamples(fitted, examples.rows)
  const measure = (permuted: EncodedRows): number | null =>
    metricOverGroups(
      metric,
      judgedOf(fitted.label, predict(fitted.parameters, permuted), rows.label),
      metric.per === undefined ? undefined : examples.groups[metric.per],
    )
  const value = measure(rows)
  if (value === null)
    throw new EngineError(
      'ENG010',
      `Expected rows on which ${metricName(metric)} is defined, got ${rows.nRows} ${examples.split} rows. Take another split or metric.`,
    )
  const sign = metrics[metric.metric].better === 'higher' ? 1 : -1
  const random = createRandom(seed)
  const features: FeatureImportance[] = []
  for (const explained of explainedOf(fitted)) {
    const losses: number[] = []
    for (let repeat = 0; repeat < repeats; repeat++) {
      await new Promise(resolve => setImmediate(resolve))
      signal?.throwIfAborted()
      const permuted = measure(permute(rows, explained, permutation(rows.nRows, random)))
      losses.push(permuted === null ? 0 : sign * (value - permuted))
    }
    features.push({ name: explained.name, ...meanInterval(losses) })
  }
  features.sort((a, b) => b.importance - a.importance)
  return {
    kind: 'permutation',
    metric: metricName(metric),
    split: examples.split,
    nRows: rows.nRows,
    value,
    repeats,
    features,
  }
}

/** The kinds of label that the language names otherwise. */
const labelKinds = { bool: 'bool', number: 'float', classes: 'category' } as const

function checkMetric({ label, model }: FittedModel, { metric }: MetricPlan): void {
  const kind = labelKinds[label.kind]
  const defined = metricNames.filter(name => metrics[name].labels.includes(kind))
  if (defined.includes(metric)) return
  throw new EngineError(
    'ENG010',
    `Expected a metric of the label of ${model} (${defined.join(', ')}), got ${String(metric)}.`,
  )
}

/** The rows with the feature of row order[i] in row i. */
function permute(rows: EncodedRows, explained: Explained, order: Uint32Array): EncodedRows {
  const columns = <T extends Float64Array | Int32Array>(all: readonly T[], which: readonly number[]) =>
    all.map((column, i) => (which.includes(i) ? (column.map((_, r) => column[order[r]!]!) as T) : column))
  return {
    ...rows,
    numbers: columns(rows.numbers, explained.numbers),
    codes: columns(rows.codes, explained.codes),
    ...(rows.keys && { keys: columns(rows.keys, explained.keys) }),
  }
}

function meanInterval(values: readonly number[]): Omit<FeatureImportance, 'name'> {
  const n = values.length
  const mean = values.reduce((sum, x) => sum + x, 0) / n
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1)
  const half = studentQuantile(n - 1) * Math.sqrt(variance / n)
  return { importance: mean, low: mean - half, high: mean + half }
}

/** At 0.975; the expansion in 1/degrees (Abramowitz and Stegun 26.7.5), exact enough from 3 on. */
function studentQuantile(degrees: number): number {
  const few = [12.706, 4.303]
  if (degrees <= few.length) return few[degrees - 1]!
  const z = 1.959964
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
  ]
  return terms.reduce((sum, term, i) => sum + term / degrees ** (i + 1), z)
}
