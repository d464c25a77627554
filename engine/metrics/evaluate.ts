/** The metrics a plan asks for, over all rows of a split and per group. */
import type { MetricPlan, Plan, RequirementPlan, SplitName } from '../../language/index.ts'
import type { EncodedRows } from '../estimators/dataset.ts'
import type { FittedLabel } from '../estimators/estimator.ts'
import type { Card, CrossValidation, Interval, JudgedRequirement, MetricValues } from '../types.ts'
import { bootstrapMean, groupResampling, wholeResampling } from './bootstrap.ts'
import { groupRows, judgedOf, slice, type Judged } from './judged.ts'
import { measure, type Measured } from './metrics.ts'
import { rankingMetrics } from './ranking.ts'

/** The values that the group codes of a split stand for. */
export interface GroupValues {
  readonly column: string
  readonly values: readonly string[]
}

/** Metric → interval; null where none could be had. */
type Intervals = Readonly<Record<string, Interval | null>>

export interface Evaluation {
  readonly metrics: MetricValues
  readonly intervals: Intervals
  readonly groups: Readonly<Record<string, MetricValues>>
  readonly groupIntervals: Readonly<Record<string, Intervals>>
}

export interface EvaluateOptions {
  readonly groups: readonly GroupValues[]
  /** Default: that of a bool. */
  readonly label?: FittedLabel
  /** Whether intervals are computed. Default true. */
  readonly intervals?: boolean
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

/**
 * Everything that the plan evaluates or requires. Every row counts once: weights are of the fit alone.
 * @param predictions of the rows, as `predictionsOf` gives them
 */
export function evaluate(
  plan: Plan,
  rows: EncodedRows,
  predictions: Float64Array,
  { groups, label = { kind: 'bool' }, intervals: wanted = true }: EvaluateOptions,
): Evaluation {
  const judged = judgedOf(label, predictions, rows.label)
  const metrics: Record<string, number | null> = {}
  const intervals: Record<string, Interval | null> = {}
  const perGroup: Record<string, MetricValues> = {}
  const groupIntervals: Record<string, Intervals> = {}
  for (const metric of [...plan.evaluate, ...plan.require]) {
    const name = metricName(metric)
    const all = isRanking(metric) ? name : metric.metric
    const isKnown = metrics[all] !== undefined
    if (metric.per !== undefined && perGroup[name] === undefined) {
      const measured = measureGroups(metric, { judged, rows, groups, wanted })
      perGroup[name] = valuesOf(measured, 'value')
      if (wanted && !isRanking(metric)) groupIntervals[name] = valuesOf(measured, 'interval')
    }
    if (isKnown) continue
    const whole =
      isRanking(metric) && metric.per !== undefined
        ? meanOverGroups(perGroup[name]!, wanted)
        : measure(metric, judged, wanted ? wholeResampling : undefined)
    metrics[all] = whole.value
    if (wanted) intervals[all] = whole.interval
  }
  return { metrics, intervals, groups: bounded(perGroup), groupIntervals }
}

function meanOverGroups(values: MetricValues, wanted: boolean): Measured {
  const known = Object.values(values).filter(value => value !== null)
  return { value: meanOf(values), interval: wanted ? bootstrapMean(known, wholeResampling) : null }
}

/** Over the values where it is defined. */
export function meanOf(values: MetricValues): number | null {
  const known = Object.values(values).filter(value => value !== null)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length
}

/** Units that all groups of a metric together may be resampled in; of more, no interval is computed. */
const maxGroupUnits = 200_000

type Groups = ReadonlyMap<string, Measured>

function measureGroups(
  metric: MetricPlan,
  from: {
    readonly judged: Judged
    readonly rows: EncodedRows
    readonly groups: readonly GroupValues[]
    readonly wanted: boolean
  },
): Groups {
  const g = from.groups.findIndex(({ column }) => column === metric.per)
  const { values } = from.groups[g]!
  const { judged, starts } = groupRows(from.judged, from.rows.groups[g]!, values.length)
  const nUnits = values.reduce(
    (sum, _, i) => sum + Math.min(starts[i + 1]! - starts[i]!, groupResampling.nUnits),
    0,
  )
  const resampling = from.wanted && nUnits <= maxGroupUnits ? groupResampling : undefined
  const measured = values.flatMap((value, i): [string, Measured][] =>
    starts[i] === starts[i + 1]
      ? []
      : [[value, measure(metric, slice(judged, starts[i]!, starts[i + 1]!), resampling)]],
  )
  return new Map(measured)
}

function valuesOf<K extends keyof Measured>(groups: Groups, key: K): Readonly<Record<string, Measured[K]>> {
  return Object.fromEntries([...groups].map(([value, measured]) => [value, measured[key]]))
}

/** A ranking may have as many groups as there are queries, and their mean is what is asked for. */
const maxRankedGroups = 1000

function bounded(groups: Readonly<Record<string, MetricValues>>): Readonly<Record<string, MetricValues>> {
  const kept = Object.entries(groups).filter(
    ([name, values]) => !/^(ndcg|precision)\b/.test(name) || Object.keys(values).length <= maxRankedGroups,
  )
  return Object.fromEntries(kept)
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
