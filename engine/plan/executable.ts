/** What a plan can say and this version does not execute yet: one sentence each, with what to write instead. */
import { algorithmNames, algorithms } from '../../language/algorithms.ts'
import type { MetricPlan, Plan, ValueKind } from '../../language/index.ts'
import { metrics } from '../../language/metrics.ts'
import { EngineError } from '../errors.ts'
import { hasTooManyDimensions } from '../tune/search.ts'
import { maxDimensions } from '../tune/sobol.ts'

/** @throws ENG007 */
export function checkExecutable(plan: Plan): void {
  for (const reason of refusals(plan)) throw new EngineError('ENG007', reason)
}

function* refusals(plan: Plan): Generator<string> {
  const { algorithm, label } = plan
  const { labels, families = {}, nativeCategories } = algorithms[algorithm.name]
  if (!labels.includes(label.type.kind))
    yield `Expected a label of type ${labels.join(', ')} for ${algorithm.name}, got ${label.type.kind} for \`${label.name}\`. Use ${learnersOf(label.type.kind).join(', ')}.`
  const family = String(algorithm.hyperparameters['family'])
  if (families[family] && !families[family].includes(label.type.kind))
    yield `Expected a label of type ${families[family].join(', ')} for the family ${family}, got ${label.type.kind} for \`${label.name}\`.`
  if (plan.tune && hasTooManyDimensions(plan.tune))
    yield `Expected at most ${maxDimensions} hyperparameters under a ${plan.tune.search} search, got ${plan.tune.space.length}. Write \`using random\`, or tune fewer.`
  for (const feature of plan.features)
    if (feature.prepare.kind === 'native' && !nativeCategories)
      yield `Expected \`one_hot\` for \`${feature.name}\`, got \`native\`, which ${algorithm.name} does not take. Write \`${feature.name}: one_hot max ${feature.prepare.max}\`.`
  for (const metric of [...plan.evaluate, ...plan.require, ...(plan.tune ? [plan.tune.metric] : [])])
    if (!isDefined(metric, plan))
      yield `Expected a metric of a label of type ${label.type.kind}, got \`${metric.metric}\`, which is for ${metrics[metric.metric].labels.join(', ')}.`
  for (const output of plan.outputs)
    if (
      label.type.kind === 'bool' &&
      output.kind === 'probability' &&
      output.class !== undefined &&
      output.class !== 'true'
    )
      yield `Expected \`probability(${label.name})\` of a bool label, got the class "${output.class}" for \`${output.name}\`. Leave the class out.`
}

/** Algorithms that learn such a label. */
function learnersOf(kind: ValueKind): readonly string[] {
  const names = algorithmNames.filter(name => algorithms[name].labels.includes(kind))
  return names.length === 0 ? ['another label'] : names
}

function isDefined({ metric }: MetricPlan, { label }: Plan): boolean {
  return metrics[metric].labels.includes(label.type.kind)
}
