/** The late-flights model as a plan, for measuring the engine without the language. */
import { join } from 'node:path'
import {
  call,
  column,
  columnsOfKinds,
  literal,
  oneHot,
  planOver,
  rowFeature,
  typeOf,
} from '../../engine/plan/build.ts'
import type { Plan, SourcePlan, WindowFeaturePlan } from '../../language/index.ts'

/** The folder of the data, which serves as the project's root. */
export const flightsRoot = join(import.meta.dirname, '..', '..', 'node_modules', 'vega-datasets', 'data')
export const flightsFile = 'flights-3m.parquet'

const dayUs = 86_400e6
const hourUs = 3600e6
const us = (text: string) => Date.parse(text) * 1000

export const flightsSource: SourcePlan = {
  name: 'flights',
  format: 'parquet',
  path: flightsFile,
  time: 'date',
  knownAfterUs: 3 * hourUs,
  columns: columnsOfKinds({
    date: 'timestamp',
    delay: 'int',
    distance: 'int',
    origin: 'string',
    destination: 'string',
  }),
}

/** Mean departure delay at an airport over the week before. */
export const delayFeature: WindowFeaturePlan = {
  kind: 'window',
  name: 'departure_delay_7d',
  version: 0,
  entity: 'airport',
  source: 'flights',
  by: ['origin'],
  aggregate: { function: 'mean', of: column('delay', 'int') },
  windowUs: 7 * dayUs,
  default: 0,
  type: typeOf('float', false),
  tags: ['delay', 'rolling'],
}

const date = column('date', 'timestamp')
const delay = column('delay', 'int')
const origin = column('origin', 'string')
const category = (part: 'hour' | 'weekday') => call('category', 'category', call(part, 'int', date))

export const flightsPlan: Plan = planOver(flightsSource, {
  model: 'late_departure',
  observe: { source: 'flights', where: call('greater_equal', 'bool', delay, literal('int', -60)) },
  catalogFeatures: { 'departure_delay_7d@0': delayFeature },
  features: [
    rowFeature('log_distance', call('log1p', 'float', column('distance', 'int'))),
    rowFeature('hour', category('hour'), oneHot(300)),
    rowFeature('weekday', category('weekday'), oneHot(300)),
    rowFeature('origin', origin, oneHot(300)),
    rowFeature('destination', column('destination', 'string'), oneHot(300)),
    {
      name: 'origin_delay',
      type: delayFeature.type,
      value: { kind: 'catalog', feature: 'departure_delay_7d@0', keys: [origin] },
      prepare: { kind: 'numeric', impute: 'median', scale: 'standardize' },
    },
  ],
  label: { name: 'late', expr: call('greater', 'bool', delay, literal('int', 15)), type: typeOf('bool') },
  split: {
    kind: 'time',
    column: 'date',
    parts: [
      { name: 'train', untilUs: us('2001-05-01T00:00Z') },
      { name: 'validation', fromUs: us('2001-05-01T00:00Z'), untilUs: us('2001-05-25T00:00Z') },
      { name: 'test', fromUs: us('2001-05-25T00:00Z') },
    ],
  },
  outputs: [{ name: 'late_probability', kind: 'probability' }],
  require: [{ metric: 'auc', split: 'test', op: '>=', value: 0.64 }],
})
