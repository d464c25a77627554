/** Puts the plan together from parts that are all right. */
import type { FeatureDefinition } from '../../host.ts'
import { defaultMetricsFor } from '../../metrics.ts'
import {
  type FeaturePlan,
  type HealthPlan,
  type LabelPlan,
  type MetricPlan,
  type ModelFeature,
  type OutputPlan,
  type Plan,
  type RequirementPlan,
  type SourcePlan,
  type TestPlan,
  type TunePlan,
  planVersion,
} from '../../plan.ts'
import type { ModelDeclaration } from '../../syntax/ast.ts'
import { definitionsUnder, featureKey } from '../definitions.ts'
import type { CheckedFeature } from '../model-features.ts'
import type { Prepare } from '../prepare.ts'
import { defaultOutput } from './outputs.ts'

export interface Parts {
  readonly declaration: ModelDeclaration
  readonly source: SourcePlan
  readonly observe: Plan['observe']
  readonly features: readonly CheckedFeature[]
  readonly label: LabelPlan
  readonly weight?: Plan['weight']
  readonly balance?: Plan['balance']
  readonly prepare: Prepare
  readonly split: Plan['split']
  readonly algorithm: Plan['algorithm']
  readonly tune?: TunePlan
  readonly evaluate: readonly MetricPlan[]
  readonly outputs: readonly OutputPlan[]
  readonly require: readonly RequirementPlan[]
  readonly tests: readonly TestPlan[]
  readonly health: readonly HealthPlan[]
}

export function assemble(parts: Parts): Plan {
  const { declaration, source, features, label, weight, balance, prepare, tune, require } = parts
  const used: Used = { sources: { [source.name]: source }, features: {} }
  for (const { definition } of features) if (definition) addFeature(used, definition)
  const evaluate = parts.evaluate.length > 0 ? parts.evaluate : defaultMetricsFor(label.type.kind)
  return {
    planVersion,
    model: declaration.name!.text,
    ...(declaration.doc !== undefined && { doc: declaration.doc }),
    sources: used.sources,
    observe: parts.observe,
    catalogFeatures: used.features,
    features: features.map((feature): ModelFeature => ({ ...feature.plan!, prepare: prepare(feature) })),
    label,
    ...(weight && { weight }),
    ...(balance && { balance }),
    split: parts.split,
    algorithm: parts.algorithm,
    ...(tune && { tune }),
    evaluate: withRequired(evaluate, require),
    outputs: parts.outputs.length > 0 ? parts.outputs : [defaultOutput(label.name, label.type)],
    require,
    tests: parts.tests,
    health: parts.health,
  }
}

interface Used {
  readonly sources: Record<string, SourcePlan>
  readonly features: Record<string, FeaturePlan>
}

/** A feature and all that it reads, inputs first. */
function addFeature(used: Used, definition: FeatureDefinition): void {
  for (const { plan, source, inputs = {} } of definitionsUnder(definition)) {
    const key = featureKey(plan)
    if (Object.hasOwn(used.features, key)) continue
    if (plan.kind === 'derived') {
      const keys = Object.entries(inputs).map(([name, input]) => [name, featureKey(input.plan)] as const)
      used.features[key] = { ...plan, inputs: Object.fromEntries(keys) }
    } else used.features[key] = { ...plan, source: addSource(used, source!, key) }
  }
}

/** The key of a feature's source in the plan; one that only shares its name with another gets one of its own. */
function addSource({ sources }: Used, source: SourcePlan, feature: string): string {
  const taken = sources[source.name]
  const same = !taken || taken === source || JSON.stringify(taken) === JSON.stringify(source)
  const key = same ? source.name : `${source.name} of ${feature}`
  sources[key] ??= same ? source : { ...source, name: key }
  return key
}

/** What a requirement judges is evaluated too. */
function withRequired(
  evaluate: readonly MetricPlan[],
  require: readonly RequirementPlan[],
): readonly MetricPlan[] {
  const all = [...evaluate]
  for (const { metric, k, per } of require) {
    if (all.some(known => known.metric === metric && known.k === k && known.per === per)) continue
    all.push({ metric, ...(k !== undefined && { k }), ...(per !== undefined && { per }) })
  }
  return all
}
