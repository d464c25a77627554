/** The metrics a plan asks for, over all rows of a split and per group. */
import type { MetricPlan, Plan, RequirementPlan, SplitName } from '../../language/index.ts'
import type { EncodedRows } from '../estimators/dataset.ts'
import type { Card, CrossValidation, JudgedRequirement, MetricValues } from '../types.ts'
import { metrics, rankingMetrics } from './metrics.ts'

/** The values that the group codes of a split stand for. */
export interface GroupValues {
  readonly column: string
  readonly values: readonly string[]
}

export interface Evaluation {
  readonly metrics: MetricValues
  readonly groups: Readonly<Record<string, MetricValues>>
}

/** How a metric is written: `auc`, `auc per origin`, `ndcg@10 per query`. */
export function metricName({ metric, k, per }: MetricPlan): string {
  const counted = k === undefined ? metric : `${metric}@${k}`
  return per === undefined ? counted : `${counted} per ${per}`
}

/** Whether its value over all rows is the mean over groups. */
export function isRanking({ metric }: MetricPlan): boolean {
  return rankingMetrics[metric] !== undefined
}

/** Everything that the plan evaluates or requires. */
export function evaluate(
  plan: Plan,
  rows: EncodedRows,
  probability: Float64Array,
  groups: readonly GroupValues[],
): Evaluation {
  const overall: Record<string, number | null> = {}
  const perGroup: Record<string, MetricValues> = {}
  for (const metric of [...plan.evaluate, ...plan.require]) {
    const name = metricName(metric)
    const all = isRanking(metric) ? name : metric.metric
    if (metric.per !== undefined && perGroup[name] === undefined)
      perGroup[name] = evaluateGroups(metric, rows, probability, groups)
    if (overall[all] !== undefined) continue
    overall[all] =
      isRanking(metric) && metric.per !== undefined
        ? meanOf(perGroup[name]!)
        : compute(metric, probability, rows.label)
  }
  return { metrics: overall, groups: perGroup }
}

function compute(
  metric: MetricPlan,
  probability: Float64Array,
  label: Float64Array | Uint8Array,
): number | null {
  const ranking = rankingMetrics[metric.metric]
  if (ranking) return ranking(probability, label, metric.k)
  const plain = metrics[metric.metric]
  if (!plain) throw new RangeError(`${metric.metric} is not defined for a bool label.`)
  return plain(probability, label)
}

/** Over the values where it is defined. */
export function meanOf(values: MetricValues): number | null {
  const known = Object.values(values).filter(value => value !== null)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length
}

function evaluateGroups(
  metric: MetricPlan,
  rows: EncodedRows,
  probability: Float64Array,
  groups: readonly GroupValues[],
): MetricValues {
  const g = groups.findIndex(({ column }) => column === metric.per)
  const members: number[][] = groups[g]!.values.map(() => [])
  rows.groups[g]!.forEach((code, i) => members[code]?.push(i))
  const entries = members.flatMap((indices, code): [string, number | null][] => {
    if (indices.length === 0) return []
    const p = Float64Array.from(indices, i => probability[i]!)
    const y = Float64Array.from(indices, i => rows.label[i]!)
    return [[groups[g]!.values[code]!, compute(metric, p, y)]]
  })
  return Object.fromEntries(entries)
}

/** The mean and the metrics of every fold. */
export function crossValidation(folds: CrossValidation['folds']): CrossValidation {
  const names = Object.keys(folds[0]?.metrics ?? {})
  const mean = names.map((name): [string, number | null] => [
    name,
    meanOf(Object.fromEntries(folds.map(({ metrics: of }, i) => [i, of[name] ?? null]))),
  ])
  return { mean: Object.fromEntries(mean), folds }
}

/**
 * A requirement per group is judged on its worst group, of a ranking metric on the mean. What is not defined is not met.
 */
export function judge(
  requirement: RequirementPlan,
  results: Pick<Card, 'metrics' | 'groups'>,
): JudgedRequirement {
  const actual = actualOf(requirement, results)
  return { ...requirement, actual, met: actual !== null && holds[requirement.op](actual, requirement.value) }
}

const holds: Readonly<Record<RequirementPlan['op'], (a: number, b: number) => boolean>> = {
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
}

function actualOf(requirement: RequirementPlan, results: Pick<Card, 'metrics' | 'groups'>): number | null {
  const split: SplitName = requirement.split
  if (isRanking(requirement)) return results.metrics[split]?.[metricName(requirement)] ?? null
  if (requirement.per === undefined) return results.metrics[split]?.[requirement.metric] ?? null
  const byGroup = results.groups[split]?.[metricName(requirement)] ?? {}
  const values = Object.values(byGroup).filter(value => value !== null)
  if (values.length === 0) return null
  return requirement.op.startsWith('>') ? Math.min(...values) : Math.max(...values)
}
