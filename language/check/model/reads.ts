/** What the features of a model read of a row. */
import { columnsOf } from '../definitions.ts'
import type { CheckedFeature } from '../model-features.ts'

/** The columns of the observation that row features read; keys of catalog features are not among them. */
export function rowColumnsOf(features: readonly CheckedFeature[]): ReadonlySet<string> {
  return new Set(
    features.flatMap(({ plan }) => (plan?.value.kind === 'row' ? columnsOf(plan.value.expr) : [])),
  )
}
