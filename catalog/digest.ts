/** What makes two definitions of a feature the same. Pure. */
import { createHash } from 'node:crypto'
import { columnsOf } from '../engine/plan/walk.ts'
import type { EntityPlan, FeaturePlan, SourcePlan } from '../language/index.ts'

export interface Definition {
  readonly plan: FeaturePlan
  readonly source: SourcePlan
  readonly entity: EntityDefinition
}

/** An entity with its keys, as the language declares it. */
export type EntityDefinition = EntityPlan

/**
 * SHA-256 of a definition: everything but the version, its number. Words about the feature (documentation, owner,
 * tags) count, so that a version never changes. Of the source only the columns that are read count: another column
 * in the file is no other feature.
 */
export function definitionDigest({ plan, source, entity }: Definition): string {
  const { version: _, ...definition } = plan
  const used = new Set([...plan.by, ...(source.time === undefined ? [] : [source.time]), ...readBy(plan)])
  const columns = source.columns.filter(column => used.has(column.name))
  const content = {
    definition,
    source: { ...source, columns },
    entity: { name: entity.name, keys: entity.keys },
  }
  return createHash('sha256').update(canonicalJson(content)).digest('hex')
}

/** JSON with the properties of every object in order, and without undefined ones. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  )
}

function readBy({ aggregate: { of, where } }: FeaturePlan): string[] {
  return [of, where].flatMap(expr => (expr ? columnsOf(expr) : []))
}
