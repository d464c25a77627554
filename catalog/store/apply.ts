/** Registers definitions as immutable versions. */
import type { DatabaseSync } from 'node:sqlite'
import { canonicalJson, definitionDigest, type Definition, type EntityDefinition } from '../digest.ts'
import { CatalogError } from '../errors.ts'
import { entityOf, type EntityRow } from './rows.ts'
import { transaction } from './schema.ts'

export interface Applied {
  readonly name: string
  readonly version: number
  /** `new`: the name's first version. `unchanged`: this very definition has been registered before. */
  readonly state: 'new' | 'new version' | 'unchanged'
}

/**
 * Registers all definitions or none. A definition that is there already, as whatever version, keeps its version.
 * @throws CAT005 when an entity is there with other keys
 */
export function applyDefinitions(
  database: DatabaseSync,
  definitions: readonly Definition[],
  at: string,
): Applied[] {
  return transaction(database, () => {
    for (const { entity } of definitions) registerEntity(database, entity)
    return definitions.map(definition => registerFeature(database, definition, at))
  })
}

function registerEntity(database: DatabaseSync, entity: EntityDefinition): void {
  const row = database.prepare('SELECT * FROM entity WHERE name = ?').get(entity.name) as
    EntityRow | undefined
  if (row && canonicalJson(entityOf(row).keys) !== canonicalJson(entity.keys))
    throw contradiction(entity, row)
  database
    .prepare(
      'INSERT INTO entity VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET doc = coalesce(excluded.doc, doc)',
    )
    .run(entity.name, JSON.stringify(entity.keys), entity.doc ?? null)
}

function contradiction(entity: EntityDefinition, row: EntityRow): CatalogError {
  const text = (keys: EntityDefinition['keys']) =>
    keys.map(({ name, type }) => `${name}: ${type.kind}`).join(', ')
  return new CatalogError(
    'CAT005',
    `Expected entity ${entity.name}(${text(entityOf(row).keys)}), as it is registered, got ` +
      `${entity.name}(${text(entity.keys)}). Give the new entity another name.`,
  )
}

function registerFeature(database: DatabaseSync, definition: Definition, at: string): Applied {
  const { plan, source, entity } = definition
  const digest = definitionDigest(definition)
  const known = database
    .prepare('SELECT version FROM feature WHERE name = ? AND digest = ? ORDER BY version DESC LIMIT 1')
    .get(plan.name, digest) as { version: number } | undefined
  if (known) return { name: plan.name, version: known.version, state: 'unchanged' }

  const { newest } = database
    .prepare('SELECT coalesce(max(version), 0) AS newest FROM feature WHERE name = ?')
    .get(plan.name) as { newest: number }
  const version = newest + 1
  const { lastInsertRowid } = database
    .prepare(
      `INSERT INTO feature (name, version, digest, entity, kind, owner, definition, source, registered_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      plan.name,
      version,
      digest,
      entity.name,
      plan.type.kind,
      plan.owner ?? null,
      JSON.stringify({ ...plan, version }),
      JSON.stringify(source),
      at,
    )
  index(database, Number(lastInsertRowid), definition)
  return { name: plan.name, version, state: version === 1 ? 'new' : 'new version' }
}

/** Search finds the newest version of a name. */
function index(database: DatabaseSync, id: number, { plan, source, entity }: Definition): void {
  const before = database.prepare('SELECT id FROM latest WHERE name = ?').get(plan.name) as
    { id: number } | undefined
  if (before) {
    database.prepare('DELETE FROM search WHERE rowid = ?').run(before.id)
    database.prepare('DELETE FROM tag WHERE id = ?').run(before.id)
  }
  database
    .prepare('INSERT INTO latest VALUES (?, ?) ON CONFLICT DO UPDATE SET id = excluded.id')
    .run(plan.name, id)
  for (const tag of new Set(plan.tags)) database.prepare('INSERT INTO tag VALUES (?, ?)').run(tag, id)
  database
    .prepare(
      'INSERT INTO search (rowid, name, tags, doc, entity, owner, source) VALUES (?, ?, ?, ?, ?, ?, ?)',
    )
    .run(
      id,
      wordsOf(plan.name),
      plan.tags.join(' '),
      plan.doc ?? '',
      entity.name,
      plan.owner ?? '',
      source.name,
    )
}

/** `meanDelay7d` is found by `delay` as `mean_delay_7d` is, whose words the tokenizer parts itself. */
function wordsOf(name: string): string {
  const parted = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2')
  return parted === name ? name : `${name} ${parted}`
}
