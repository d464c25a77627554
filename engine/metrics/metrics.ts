/** A metric over rows of any kind of label, and its interval. Both are null where the metric is not defined. */
import type { MetricPlan } from '../../language/index.ts'
import type { Interval } from '../types.ts'
import { bootstrapOrder, bootstrapSums, nTiesDrawn, type Resampling } from './bootstrap.ts'
import type { Judged } from './judged.ts'
import { coarsen, orderMetrics, tiesOf, valueOfTies } from './order.ts'
import { rankingMetrics } from './ranking.ts'
import { sumMetric, sumValue } from './sums.ts'

export interface Measured {
  readonly value: number | null
  /** 95 %; null as well where too few resamples have a value, and of rankings, whose groups are resampled instead. */
  readonly interval: Interval | null
}

/**
 * The metric over the rows; of a ranking, over rows that are ranked together.
 * @throws RangeError when it is not defined for the kind of label (the language knows: language/metrics.ts)
 */
export function metricOf(metric: Pick<MetricPlan, 'metric' | 'k'>, judged: Judged): number | null {
  return measure(metric, judged).value
}

/** The metric with its interval, when it is asked for by a resampling. */
export function measure(
  { metric, k }: Pick<MetricPlan, 'metric' | 'k'>,
  judged: Judged,
  resampling?: Resampling,
): Measured {
  const { label, predicted, actual } = judged
  const sums = sumMetric(metric, judged)
  if (sums) {
    const value = sumValue(sums, actual.length)
    const asked = value !== null && resampling
    return { value, interval: asked ? bootstrapSums(sums, actual.length, asked) : null }
  }
  const order = orderMetrics[metric]
  if (order && label.kind === 'bool') {
    const ties = tiesOf(predicted, actual)
    const value = finite(valueOfTies(order, ties))
    const asked = value !== null && resampling
    if (!asked) return { value, interval: null }
    return { value, interval: bootstrapOrder(order, coarsen(ties, nTiesDrawn(asked)), { ...asked, value }) }
  }
  const ranking = rankingMetrics[metric]
  if (!ranking || label.kind === 'classes')
    throw new RangeError(`${metric} is not defined for a label of kind ${label.kind}.`)
  return { value: finite(ranking(predicted, actual, k)), interval: null }
}

export function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
