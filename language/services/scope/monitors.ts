/** What the health of a served model can be watched by, as completion offers it. */
import type { HealthMonitor } from '../../plan.ts'

export interface Monitor {
  readonly name: HealthMonitor
  readonly doc: string
  readonly better: 'higher' | 'lower'
  /** Whether it is of a feature. */
  readonly ofFeature: boolean
  /** A threshold to begin with. */
  readonly usual: string
}

const table: Readonly<Record<HealthMonitor, Omit<Monitor, 'name'>>> = {
  drift: {
    doc: 'How far the values that are served are from those of training.',
    better: 'lower',
    ofFeature: true,
    usual: '0.25',
  },
  missing: { doc: 'The share of missing values.', better: 'lower', ofFeature: true, usual: '0.05' },
  unseen: {
    doc: 'The share of values of a category that training has not seen.',
    better: 'lower',
    ofFeature: true,
    usual: '0.05',
  },
  requests: { doc: 'How many requests there were.', better: 'higher', ofFeature: false, usual: '1' },
  error_rate: {
    doc: 'The share of requests that failed.',
    better: 'lower',
    ofFeature: false,
    usual: '0.01',
  },
  latency_p50: {
    doc: 'Half of the answers came within so many milliseconds.',
    better: 'lower',
    ofFeature: false,
    usual: '20',
  },
  latency_p99: {
    doc: '99 of 100 answers came within so many milliseconds.',
    better: 'lower',
    ofFeature: false,
    usual: '100',
  },
}

export const monitors: readonly Monitor[] = Object.entries(table).map(([name, entry]) => ({
  name: name as HealthMonitor,
  ...entry,
}))
