/** What the rest of the house says about features: the language's view of one, and the catalog's own entry. */
import type { CatalogFeature } from '../language/host.ts'
import type { EntityDefinition } from './digest.ts'

export type { CatalogFeature, CatalogView } from '../language/host.ts'

/** What consumes a feature version. */
export interface Consumer {
  readonly kind: 'model' | 'pipeline' | 'endpoint' | 'notebook'
  /** E.g. the model's name, `pipeline@version`, the endpoint's name. */
  readonly name: string
}

export interface FeatureUse extends Consumer {
  readonly version: number
  /** ISO 8601, UTC. */
  readonly firstAt: string
  readonly lastAt: string
}

/** One version of a feature, with all that the catalog knows of it. */
export interface FeatureEntry extends CatalogFeature {
  readonly name: string
  readonly version: number
  readonly entity: EntityDefinition
  /** ISO 8601, UTC. */
  readonly registeredAt: string
  readonly deprecatedAt?: string
  readonly statistics?: FeatureStatistics
  readonly nUses: number
}

/** Of the feature's values at a sample of the times at which its source has rows. */
export interface FeatureStatistics {
  /** ISO 8601, UTC. */
  readonly computedAt: string
  /** Values that were looked at. */
  readonly count: number
  readonly nulls: number
  /** Approximate. */
  readonly distinct: number
  readonly min?: number
  readonly max?: number
  readonly mean?: number
  readonly stddev?: number
  /** At 5, 25, 50, 75 and 95 percent, approximate. */
  readonly quantiles?: readonly number[]
  /** Counts in bins of equal width from `min` to `max`. */
  readonly histogram?: readonly number[]
  readonly top?: readonly { readonly value: string; readonly count: number }[]
}

/** `departure_delay_7d@2` */
export function featureId({ name, version }: { readonly name: string; readonly version: number }): string {
  return `${name}@${version}`
}

/** The parts of `name` or `name@version`; a text without a valid version is a name. */
export function parseFeatureId(id: string): { readonly name: string; readonly version?: number } {
  const match = /^(.+)@([1-9]\d*)$/.exec(id)
  return match?.[1] ? { name: match[1], version: Number(match[2]) } : { name: id }
}
