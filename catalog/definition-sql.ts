/** A feature as SQL to read: what it is for given rows. Pure. */
import { featureSql } from '../engine/sql/feature.ts'
import { quoteName } from '../engine/sql/text.ts'
import type { FeaturePlan } from '../language/index.ts'
import { windowsOf, type FeatureDefinition } from './feature.ts'

/**
 * The query that computes a feature for the rows of a relation `observations`, of which it says what columns it has.
 * @param keys names of the entity's key parts
 */
export function definitionSql(definition: FeatureDefinition, keys: readonly string[]): string {
  const sql = featureSql({
    feature: definition.plan,
    features: featuresOf(definition),
    sources: Object.fromEntries(windowsOf(definition).map(({ source }) => [source.name, source])),
    observed: 'observations',
    row: 'row_id',
    time: quoteName('time'),
    keys: keys.map(quoteName),
  })
  const columns = ['row_id', 'time', ...keys].map(quoteName).join(', ')
  return `-- observations: the rows for which the feature is asked, with the columns ${columns}\n${sql}`
}

/** Everything that a feature reads, by `name@version`. */
function featuresOf({ plan, inputs = {} }: FeatureDefinition): Record<string, FeaturePlan> {
  if (plan.kind !== 'derived') return {}
  return Object.assign(
    {},
    ...Object.entries(plan.inputs).map(([name, id]) => {
      const input = inputs[name]!
      return { [id]: input.plan, ...featuresOf(input) }
    }),
  ) as Record<string, FeaturePlan>
}
