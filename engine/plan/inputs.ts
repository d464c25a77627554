/** The columns of the observation that a plan reads, by purpose. In the source's order. */
import type { Plan } from '../../language/index.ts'
import { columnsOf } from './walk.ts'

/** Columns that some feature's expression reads. */
export function inputColumns(plan: Plan): readonly string[] {
  const used = new Set(plan.features.flatMap(f => (f.value.kind === 'row' ? columnsOf(f.value.expr) : [])))
  return ordered(plan, used)
}

/** Columns that a row to score carries: what features read, the keys of random effects, what ranks are given per. */
export function columnsSent(plan: Plan): readonly string[] {
  const features = new Set(plan.features.map(f => f.name))
  const ranked = plan.outputs.flatMap(output => (output.kind === 'rank' ? output.per : []))
  const per = [...ranked, ...keyNames(plan)]
  return ordered(plan, new Set([...inputColumns(plan), ...per.filter(name => !features.has(name))]))
}

/** Columns or features that random effects are given per, in the order of the effects. */
export function keyNames(plan: Pick<Plan, 'algorithm'>): readonly string[] {
  return (plan.algorithm.random ?? []).map(effect => effect.per)
}

/** Columns or features that a metric is given per. */
export function groupNames(plan: Plan): readonly string[] {
  const tuned = plan.tune ? [plan.tune.metric] : []
  const named = [...plan.evaluate, ...plan.require, ...tuned].flatMap(metric => metric.per ?? [])
  return [...new Set(named)]
}

/** Columns of the observation that the plan reads, `where` included. */
export function neededColumns(plan: Plan): ReadonlySet<string> {
  const keys = plan.features.flatMap(f => (f.value.kind === 'catalog' ? f.value.keys.flatMap(columnsOf) : []))
  const hasCatalog = plan.features.some(f => f.value.kind === 'catalog')
  const { time } = plan.sources[plan.observe.source]!
  const features = new Set(plan.features.map(f => f.name))
  return new Set([
    ...columnsSent(plan),
    ...keys,
    ...columnsOf(plan.label.expr),
    ...(plan.weight ? columnsOf(plan.weight) : []),
    ...(plan.observe.where ? columnsOf(plan.observe.where) : []),
    ...(plan.split.kind === 'time' ? [plan.split.column] : []),
    ...(plan.split.kind === 'key' ? plan.split.columns : []),
    ...(hasCatalog && time !== undefined ? [time] : []),
    ...groupNames(plan).filter(name => !features.has(name)),
  ])
}

function ordered(plan: Plan, used: ReadonlySet<string>): readonly string[] {
  return plan.sources[plan.observe.source]!.columns.map(c => c.name).filter(name => used.has(name))
}
