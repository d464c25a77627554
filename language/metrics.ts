/** The metrics that a model may be evaluated, required, tuned and watched by. */
import type { MetricName, MetricPlan } from './plan.ts'
import type { ValueKind } from './types.ts'

export interface MetricEntry {
  readonly doc: string
  /** Kinds of label it is defined for. */
  readonly labels: readonly ValueKind[]
  /** Range of its values; without bound where absent. */
  readonly min?: number
  readonly max?: number
  readonly better: 'higher' | 'lower'
  /** Of a metric of rankings: whether it is of the best-ranked `k` rows, as in `ndcg@10`, always or when asked. */
  readonly k?: 'required' | 'optional'
}

const numbers = ['int', 'float'] as const
const classes = ['bool', 'category', 'string'] as const

export const metrics: Readonly<Record<MetricName, MetricEntry>> = {
  auc: {
    doc: 'Area under the receiver operating characteristic: how often a true row is ranked above a false one.',
    labels: ['bool'],
    min: 0,
    max: 1,
    better: 'higher',
  },
  pr_auc: {
    doc: 'Area under precision over recall (average precision); says more than `auc` where few rows are true.',
    labels: ['bool'],
    min: 0,
    max: 1,
    better: 'higher',
  },
  log_loss: {
    doc: 'Mean negative logarithm of the probability given to what happened, in nats.',
    labels: classes,
    min: 0,
    better: 'lower',
  },
  accuracy: {
    doc: 'Share of rows whose label is the likeliest class; of a bool, at a probability of 0.5.',
    labels: classes,
    min: 0,
    max: 1,
    better: 'higher',
  },
  f1: {
    doc: 'Harmonic mean of precision and recall; of more than two classes, the mean over the classes.',
    labels: classes,
    min: 0,
    max: 1,
    better: 'higher',
  },
  calibration_error: {
    doc: 'Mean distance between predicted probability and observed share over bins of predictions.',
    labels: ['bool'],
    min: 0,
    max: 1,
    better: 'lower',
  },
  rmse: {
    doc: 'Root of the mean squared error, in the unit of the label.',
    labels: numbers,
    min: 0,
    better: 'lower',
  },
  mae: { doc: 'Mean absolute error, in the unit of the label.', labels: numbers, min: 0, better: 'lower' },
  r2: {
    doc: 'Share of the variance of the label that is explained: 1 is all, 0 is no better than its mean, less is worse.',
    labels: numbers,
    max: 1,
    better: 'higher',
  },
  poisson_deviance: {
    doc: 'Mean deviance of a Poisson distribution with the predicted mean, for counts.',
    labels: numbers,
    min: 0,
    better: 'lower',
  },
  ndcg: {
    doc: 'Normalized discounted cumulative gain: whether rows of a group are ranked by their label, the places at the top counting most. Mean over the groups.',
    labels: ['bool', 'int', 'float'],
    min: 0,
    max: 1,
    better: 'higher',
    k: 'optional',
  },
  precision: {
    doc: 'Share of the `k` best-ranked rows of a group whose label is true. Mean over the groups.',
    labels: ['bool'],
    min: 0,
    max: 1,
    better: 'higher',
    k: 'required',
  },
}

export const metricNames = Object.keys(metrics) as readonly MetricName[]

/** The range of a metric in words, e.g. `at least 0`. */
export function describeRange({ min, max }: Pick<MetricEntry, 'min' | 'max'>): string {
  if (min === undefined) return max === undefined ? 'any number' : `at most ${max}`
  return max === undefined ? `at least ${min}` : `from ${min} to ${max}`
}

/** What a model is evaluated by when it does not say, by the kind of its label. */
export function defaultMetricsFor(label: ValueKind): readonly MetricPlan[] {
  if (label === 'bool') return [{ metric: 'auc' }, { metric: 'log_loss' }]
  if (label === 'int' || label === 'float') return [{ metric: 'rmse' }, { metric: 'mae' }]
  return [{ metric: 'accuracy' }, { metric: 'log_loss' }]
}
