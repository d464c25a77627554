/** The monitors that the serving of a model may be watched by, beside its metrics. */
import type { HealthMonitor } from './plan.ts'

export interface MonitorEntry {
  readonly doc: string
  /** Whether it is of features, and of which; `drift <= 0.25` without `of` is of each. */
  readonly of?: 'feature' | 'category'
  readonly min: number
  readonly max?: number
  readonly better: 'higher' | 'lower'
  /** A threshold to begin with. */
  readonly usual: number
}

const dayUs = 86_400_000_000

/** The time that a monitor is taken over when the model does not say. */
export const monitorWindowUs = dayUs
/** The time that a metric of health is taken over when the model does not say: labels come late. */
export const metricWindowUs = 7 * dayUs

export const monitors: Readonly<Record<HealthMonitor, MonitorEntry>> = {
  drift: {
    doc: 'How far the values served are from those of training: the population stability index over the bins of the training statistics. Below 0.1 is little, above 0.25 is much.',
    of: 'feature',
    min: 0,
    better: 'lower',
    usual: 0.25,
  },
  missing: {
    doc: 'Share of requests in which the value is missing.',
    of: 'feature',
    min: 0,
    max: 1,
    better: 'lower',
    usual: 0.05,
  },
  unseen: {
    doc: 'Share of requests whose value no training row had.',
    of: 'category',
    min: 0,
    max: 1,
    better: 'lower',
    usual: 0.05,
  },
  requests: { doc: 'How many rows were scored.', min: 0, better: 'higher', usual: 1 },
  error_rate: { doc: 'Share of requests that failed.', min: 0, max: 1, better: 'lower', usual: 0.01 },
  latency_p50: {
    doc: 'Time within which half of the requests are answered, in milliseconds.',
    min: 0,
    better: 'lower',
    usual: 20,
  },
  latency_p99: {
    doc: 'Time within which 99 of 100 requests are answered, in milliseconds.',
    min: 0,
    better: 'lower',
    usual: 100,
  },
}

export const monitorNames = Object.keys(monitors) as readonly HealthMonitor[]
