/** Rows of the catalog's tables, and what they say. */
import type { DatabaseSync } from 'node:sqlite'
import type { FeaturePlan, SourcePlan } from '../../language/index.ts'
import type { EntityDefinition } from '../digest.ts'
import { parseInputId, type FeatureEntry, type FeatureStatistics } from '../feature.ts'

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

/** Makes entries of rows; the inputs of derived features are read by the way, each once. */
export function createReader(database: DatabaseSync): (row: FeatureRow) => FeatureEntry {
  const find = database.prepare(`${selectEntries} WHERE f.name = ? AND f.version = ?`)
  const known = new Map<string, FeatureEntry>()

  function read(row: FeatureRow): FeatureEntry {
    const entry = entryOf(row)
    if (entry.plan.kind !== 'derived') return entry
    const inputs = Object.entries(entry.plan.inputs).map(([name, id]) => [name, input(id)] as const)
    return { ...entry, inputs: Object.fromEntries(inputs) }
  }

  function input(id: string): FeatureEntry {
    const before = known.get(id)
    if (before) return before
    const { name, version } = parseInputId(id)
    const row = find.get(name, version) as unknown as FeatureRow | undefined
    // Inputs are registered before what reads them, and no version is ever removed.
    if (!row) throw new Error(`the catalog has lost ${id}`)
    const entry = read(row)
    known.set(id, entry)
    return entry
  }

  return read
}

function entryOf(row: FeatureRow): FeatureEntry {
  const source = JSON.parse(row.source) as SourcePlan | null
  return {
    name: row.name,
    version: row.version,
    // What was registered before there were other kinds does not say that it is a window.
    plan: { kind: 'window', ...(JSON.parse(row.definition) as object) } as FeaturePlan,
    ...(source && { source }),
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
