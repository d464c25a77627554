/** The metrics that a model may evaluate or require. */
import type { MetricPlan } from './plan.ts'
import type { ScalarKind } from './types.ts'

export interface MetricEntry {
  readonly doc: string
  /** Kinds of label it is defined for. */
  readonly labels: readonly ScalarKind[]
  /** Range of its values. */
  readonly min: number
  readonly max?: number
  readonly better: 'higher' | 'lower'
}

export const metrics: Readonly<Record<MetricPlan['metric'], MetricEntry>> = {
  auc: {
    doc: 'Area under the receiver operating characteristic: how often a true row is ranked above a false one.',
    labels: ['bool'],
    min: 0,
    max: 1,
    better: 'higher',
  },
  log_loss: {
    doc: 'Mean negative logarithm of the probability given to what happened, in nats.',
    labels: ['bool'],
    min: 0,
    better: 'lower',
  },
  accuracy: {
    doc: 'Share of rows whose label is the likelier one, at a probability of 0.5.',
    labels: ['bool'],
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
}

/** What a model is evaluated by when it does not say. */
export const defaultMetrics: readonly MetricPlan[] = [{ metric: 'auc' }, { metric: 'log_loss' }]
