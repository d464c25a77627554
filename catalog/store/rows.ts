/** Rows of the catalog's tables, and what they say. */
import type { FeaturePlan, SourcePlan } from '../../language/index.ts'
import type { EntityDefinition } from '../digest.ts'
import type { FeatureEntry, FeatureStatistics } from '../feature.ts'

export interface FeatureRow {
  readonly id: number
  readonly name: string
  readonly version: number
  readonly definition: string
  readonly source: string
  readonly registered_at: string
  readonly deprecated_at: string | null
  readonly replacement: string | null
  readonly statistics: string | null
  readonly entity: string
  readonly keys: string
  readonly entity_doc: string | null
  readonly n_uses: number
}

/** What `entryOf` needs; to be followed by conditions on `f`. */
export const selectEntries = `
  SELECT f.*, e.keys, e.doc AS entity_doc,
    (SELECT count(*) FROM use u WHERE u.name = f.name AND u.version = f.version) AS n_uses
  FROM feature f JOIN entity e ON e.name = f.entity`

export function entryOf(row: FeatureRow): FeatureEntry {
  return {
    name: row.name,
    version: row.version,
    plan: JSON.parse(row.definition) as FeaturePlan,
    source: JSON.parse(row.source) as SourcePlan,
    entity: entityOf({ name: row.entity, keys: row.keys, doc: row.entity_doc }),
    active: row.deprecated_at === null,
    registeredAt: row.registered_at,
    nUses: row.n_uses,
    ...(row.deprecated_at === null ? {} : { deprecatedAt: row.deprecated_at }),
    ...(row.replacement === null ? {} : { replacement: row.replacement }),
    ...(row.statistics === null ? {} : { statistics: JSON.parse(row.statistics) as FeatureStatistics }),
  }
}

export interface EntityRow {
  readonly name: string
  readonly keys: string
  readonly doc: string | null
}

export function entityOf(row: EntityRow): EntityDefinition {
  const keys = JSON.parse(row.keys) as EntityDefinition['keys']
  return { name: row.name, keys, ...(row.doc === null ? {} : { doc: row.doc }) }
}
