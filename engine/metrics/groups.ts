/** A metric as it is given over all rows: of a ranking, the mean over its groups. */
import type { MetricPlan } from '../../language/index.ts'
import { groupRows, slice, type Judged } from './judged.ts'
import { metricOf } from './metrics.ts'
import { rankingMetrics } from './ranking.ts'

/** @param codes group of every row, −1 where it has none; of a ranking without them all rows are one group */
export function metricOverGroups(metric: MetricPlan, judged: Judged, codes?: Int32Array): number | null {
  if (!rankingMetrics[metric.metric] || !codes) return metricOf(metric, judged)
  const nGroups = codes.reduce((most, code) => Math.max(most, code + 1), 0)
  const grouped = groupRows(judged, codes, nGroups)
  let sum = 0
  let nDefined = 0
  for (let g = 0; g < nGroups; g++) {
    const value = metricOf(metric, slice(grouped.judged, grouped.starts[g]!, grouped.starts[g + 1]!))
    if (value === null) continue
    sum += value
    nDefined++
  }
  return nDefined === 0 ? null : sum / nDefined
}
