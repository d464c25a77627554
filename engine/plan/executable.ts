/** What a plan can say and this version does not execute yet: one sentence each, with what to write instead. */
import type { MetricPlan, Plan } from '../../language/index.ts'
import { EngineError } from '../errors.ts'
import { metrics, rankingMetrics } from '../metrics/metrics.ts'

/** @throws ENG007 */
export function checkExecutable(plan: Plan): void {
  for (const reason of refusals(plan)) throw new EngineError('ENG007', reason)
}

function* refusals(plan: Plan): Generator<string> {
  const { algorithm, label } = plan
  if (algorithm.name !== 'logistic_regression')
    yield `Expected \`algorithm logistic_regression\`, got \`${algorithm.name}\`, which this version cannot fit. Use logistic_regression with a bool label.`
  if (label.type.kind !== 'bool')
    yield `Expected a label of type bool, got ${label.type.kind} for \`${label.name}\`, which this version cannot fit. Compare it with a value: \`label ${label.name} = … > …\`.`
  if (plan.tune)
    yield 'Expected fixed hyperparameters, got `tune`, which this version cannot execute. Leave `tune` out and give the values under `algorithm`.'
  for (const feature of plan.features)
    if (feature.prepare.kind === 'native')
      yield `Expected \`one_hot\` for \`${feature.name}\`, got \`native\`, which ${algorithm.name} does not take. Write \`${feature.name}: one_hot max ${feature.prepare.max}\`.`
  for (const metric of [...plan.evaluate, ...plan.require])
    if (!isDefined(metric))
      yield `Expected a metric of a bool label, got \`${metric.metric}\`. Use ${Object.keys({ ...metrics, ...rankingMetrics }).join(', ')}.`
  for (const output of plan.outputs)
    if (output.kind === 'probability' && output.class !== undefined && output.class !== 'true')
      yield `Expected \`probability(${label.name})\` of a bool label, got the class "${output.class}" for \`${output.name}\`. Leave the class out.`
}

function isDefined({ metric }: MetricPlan): boolean {
  return metrics[metric] !== undefined || rankingMetrics[metric] !== undefined
}
