/** What makes two definitions of a feature the same. Pure. */
import { createHash } from 'node:crypto'
import { columnsOf } from '../engine/plan/walk.ts'
import { canonicalJson } from '../language/canonical-json.ts'
import type { EntityPlan, FeaturePlan, SourcePlan, WindowFeaturePlan } from '../language/index.ts'

/** A feature as a project declares it. */
export interface Definition {
  readonly plan: FeaturePlan
  /** What a window reads; absent of a derived feature. */
  readonly source?: SourcePlan
  readonly entity: EntityDefinition
}

/** An entity with its keys, as the language declares it. */
export type EntityDefinition = EntityPlan

/**
 * SHA-256 of a definition: everything but the version, its number. Words about the feature (documentation, owner,
 * tags) count, so that a version never changes. Of the source only the columns that are read count: another column
 * in the file is no other feature. Of a derived feature the versions of its inputs count.
 */
export function definitionDigest({ plan, source, entity }: Definition): string {
  const { version: _, ...definition } = plan
  const content = {
    // A window says so since there are other kinds; before that, nothing did.
    definition: plan.kind === 'window' ? { ...definition, kind: undefined } : definition,
    source: plan.kind === 'window' && source ? usedPart(plan, source) : undefined,
    entity: { name: entity.name, keys: entity.keys },
  }
  return createHash('sha256').update(canonicalJson(content)).digest('hex')
}

function usedPart(plan: WindowFeaturePlan, source: SourcePlan): SourcePlan {
  const used = new Set([...plan.by, ...(source.time === undefined ? [] : [source.time]), ...readBy(plan)])
  return {
    ...source,
    columns: source.columns.filter(column => used.has(column.name)),
    ...(source.overrides && {
      overrides: Object.fromEntries(Object.entries(source.overrides).filter(([name]) => used.has(name))),
    }),
  }
}

function readBy({ aggregate: { of, where } }: WindowFeaturePlan): string[] {
  return [of, where].flatMap(expr => (expr ? columnsOf(expr) : []))
}
