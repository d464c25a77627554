/** What the rest of the house says about features: the language's view of one, and the catalog's own entry. */
import type { CatalogFeature, FeatureDefinition } from '../language/host.ts'
import type { SourcePlan, WindowFeaturePlan } from '../language/index.ts'
import type { EntityDefinition } from './digest.ts'

export type { CatalogFeature, CatalogView, FeatureDefinition } from '../language/host.ts'

/** A windowed feature and what it reads. */
export interface WindowDefinition {
  readonly plan: WindowFeaturePlan
  readonly source: SourcePlan
}

/**
 * The windows that a feature comes from in the end: itself, or those of its inputs, each once.
 * @throws RangeError when an input or a source is missing
 */
export function windowsOf(definition: FeatureDefinition): readonly WindowDefinition[] {
  const found = new Map<string, WindowDefinition>()
  const visit = (visited: FeatureDefinition): void => {
    const { plan } = visited
    if (plan.kind === 'derived') for (const name of Object.keys(plan.inputs)) visit(inputOf(visited, name))
    else found.set(featureId(plan), windowOf(visited))
  }
  visit(definition)
  return [...found.values()]
}

/** A definition that is a window's. @throws RangeError when it is none, or comes without its source */
export function windowOf({ plan, source }: FeatureDefinition): WindowDefinition {
  if (plan.kind === 'derived' || !source)
    throw new RangeError(`${featureId(plan)} is no window with a source`)
  return { plan, source }
}

/** An input of a derived feature by the name that its expression uses. @throws RangeError when it is missing */
export function inputOf({ plan, inputs }: FeatureDefinition, name: string): FeatureDefinition {
  const input = inputs?.[name]
  if (!input) throw new RangeError(`${featureId(plan)} comes without its input ${name}`)
  return input
}

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

export interface FeatureVersion {
  readonly name: string
  readonly version: number
}

/** `departure_delay_7d@2` */
export function featureId({ name, version }: FeatureVersion): string {
  return `${name}@${version}`
}

/** The parts of an input of a derived feature; version 0 is the project's own, not yet registered. */
export function parseInputId(id: string): FeatureVersion {
  const at = id.lastIndexOf('@')
  return { name: id.slice(0, at), version: Number(id.slice(at + 1)) }
}

/** The parts of `name` or `name@version`; a text without a valid version is a name. */
export function parseFeatureId(id: string): { readonly name: string; readonly version?: number } {
  const match = /^(.+)@([1-9]\d*)$/.exec(id)
  return match?.[1] ? { name: match[1], version: Number(match[2]) } : { name: id }
}
