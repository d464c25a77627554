/** The metrics a plan asks for, over all rows of a split and per group. */
import type { MetricPlan, Plan, RequirementPlan, SplitName } from '../../language/index.ts'
import type { EncodedRows } from '../estimators/dataset.ts'
import type { Card, JudgedRequirement, MetricValues } from '../types.ts'
import { metrics } from './metrics.ts'

/** The values that the group codes of a split stand for. */
export interface GroupValues {
  readonly column: string
  readonly values: readonly string[]
}

export interface Evaluation {
  readonly metrics: MetricValues
  readonly groups: Readonly<Record<string, MetricValues>>
}

/** How a metric is written: `auc`, `auc per origin`. */
export function metricName(metric: MetricPlan): string {
  return metric.per === undefined ? metric.metric : `${metric.metric} per ${metric.per}`
}

export function evaluate(
  plan: Plan,
  rows: EncodedRows,
  probability: Float64Array,
  groups: readonly GroupValues[],
): Evaluation {
  const asked = [...plan.evaluate, ...plan.require]
  const overall = new Set(asked.map(({ metric }) => metric))
  const perGroup = new Map(asked.filter(m => m.per !== undefined).map(m => [metricName(m), m]))
  return {
    metrics: Object.fromEntries([...overall].map(name => [name, metrics[name](probability, rows.label)])),
    groups: Object.fromEntries(
      [...perGroup].map(([name, metric]) => [name, evaluateGroups(metric, rows, probability, groups)]),
    ),
  }
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
    const y = Uint8Array.from(indices, i => rows.label[i]!)
    return [[groups[g]!.values[code]!, metrics[metric.metric](p, y)]]
  })
  return Object.fromEntries(entries)
}

/** A requirement per group is judged on its worst group. What is not defined is not met. */
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
  if (requirement.per === undefined) return results.metrics[split]?.[requirement.metric] ?? null
  const byGroup = results.groups[split]?.[metricName(requirement)] ?? {}
  const values = Object.values(byGroup).filter(value => value !== null)
  if (values.length === 0) return null
  return requirement.op.startsWith('>') ? Math.min(...values) : Math.max(...values)
}
