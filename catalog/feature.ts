/**
 * One version of a feature as the catalog knows it. It is what a plan resolves a catalog feature from and what a
 * lock fixes: definition and source, complete in themselves.
 */
import type { FeaturePlan, SourcePlan } from '../language/index.ts'

export interface CatalogFeature {
  readonly plan: FeaturePlan
  readonly source: SourcePlan
  /** False when deprecated. */
  readonly active: boolean
  /** `name@version` of what to use instead of a deprecated version. */
  readonly replacement?: string
}
