/** Where a feature comes from and what comes from it: from the columns of a file to who consumes it. */
import type { DatabaseSync } from 'node:sqlite'
import { usedColumns } from '../../engine/plan/walk.ts'
import { featureId, windowsOf, type Consumer, type FeatureEntry } from '../feature.ts'

export interface Lineage {
  /** The columns of sources that it is computed from, key and time included. */
  readonly sources: readonly {
    readonly name: string
    readonly path: string
    readonly columns: readonly string[]
  }[]
  /** `name@version` of every feature that it reads, directly or through others. */
  readonly inputs: readonly string[]
  /** `name@version` of every feature that reads it, directly or through others. */
  readonly dependents: readonly string[]
  /** Who consumes this version or a dependent of it. */
  readonly consumers: readonly (Consumer & { readonly feature: string })[]
}

export function lineageOf(database: DatabaseSync, entry: FeatureEntry): Lineage {
  const dependents = closure(database, entry, 'down')
  return {
    sources: sourcesOf(entry),
    inputs: closure(database, entry, 'up'),
    dependents,
    consumers: [featureId(entry), ...dependents].flatMap(id => consumersOf(database, id)),
  }
}

function sourcesOf(entry: FeatureEntry): Lineage['sources'] {
  const sources = new Map<string, { name: string; path: string; columns: Set<string> }>()
  for (const { plan, source } of windowsOf(entry)) {
    const key = `${source.name}\n${source.path}`
    const found = sources.get(key) ?? { name: source.name, path: source.path, columns: new Set<string>() }
    for (const column of usedColumns(plan, source)) found.columns.add(column)
    sources.set(key, found)
  }
  return [...sources.values()].map(source => ({ ...source, columns: [...source.columns].sort() }))
}

const steps = {
  up: `SELECT i.name, i.version FROM found JOIN feature f USING (name, version) JOIN input i ON i.id = f.id`,
  down: `SELECT f.name, f.version FROM found JOIN input i USING (name, version) JOIN feature f ON f.id = i.id`,
} as const

function closure(database: DatabaseSync, { name, version }: FeatureEntry, way: keyof typeof steps): string[] {
  const sql = `
    WITH RECURSIVE found (name, version) AS (SELECT ?, ? UNION ${steps[way]})
    SELECT name, version FROM found ORDER BY name, version`
  const rows = database.prepare(sql).all(name, version) as unknown as { name: string; version: number }[]
  return rows.map(featureId).filter(id => id !== featureId({ name, version }))
}

function consumersOf(database: DatabaseSync, id: string): Lineage['consumers'] {
  const at = id.lastIndexOf('@')
  return database
    .prepare(
      'SELECT consumer_kind AS kind, consumer AS name FROM use WHERE name = ? AND version = ? ORDER BY 1, 2',
    )
    .all(id.slice(0, at), Number(id.slice(at + 1)))
    .map(row => ({ ...row, feature: id })) as unknown as Lineage['consumers']
}
