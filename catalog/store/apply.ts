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
  const statements = prepareStatements(database)
  return transaction(database, () => {
    for (const { entity } of definitions) registerEntity(statements, entity)
    return definitions.map(definition => registerFeature(statements, definition, at))
  })
}

/** Preparing costs more than running, and a project may register thousands. */
function prepareStatements(database: DatabaseSync) {
  const prepare = (sql: string) => database.prepare(sql)
  return {
    entity: prepare('SELECT * FROM entity WHERE name = ?'),
    putEntity: prepare(
      'INSERT INTO entity VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET doc = coalesce(excluded.doc, doc)',
    ),
    known: prepare('SELECT version FROM feature WHERE name = ? AND digest = ? ORDER BY version DESC LIMIT 1'),
    newest: prepare('SELECT coalesce(max(version), 0) AS newest FROM feature WHERE name = ?'),
    putFeature: prepare(
      `INSERT INTO feature (name, version, digest, entity, kind, owner, definition, source, registered_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    latest: prepare('SELECT id FROM latest WHERE name = ?'),
    dropLatest: prepare('DELETE FROM latest WHERE id = ?'),
    dropSearch: prepare('DELETE FROM search WHERE rowid = ?'),
    dropTags: prepare('DELETE FROM tag WHERE id = ?'),
    putLatest: prepare(
      'INSERT INTO latest VALUES (?, ?, ?, ?, ?, 0, (SELECT count(*) FROM use WHERE name = ?))',
    ),
    putTag: prepare('INSERT INTO tag VALUES (?, ?)'),
    putSearch: prepare(
      'INSERT INTO search (rowid, name, tags, doc, entity, owner, source) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
  }
}

type Statements = ReturnType<typeof prepareStatements>

function registerEntity(statements: Statements, entity: EntityDefinition): void {
  const row = statements.entity.get(entity.name) as EntityRow | undefined
  if (row && canonicalJson(entityOf(row).keys) !== canonicalJson(entity.keys))
    throw contradiction(entity, row)
  statements.putEntity.run(entity.name, JSON.stringify(entity.keys), entity.doc ?? null)
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

function registerFeature(statements: Statements, definition: Definition, at: string): Applied {
  const { plan, source, entity } = definition
  const digest = definitionDigest(definition)
  const known = statements.known.get(plan.name, digest) as { version: number } | undefined
  if (known) return { name: plan.name, version: known.version, state: 'unchanged' }

  const { newest } = statements.newest.get(plan.name) as { newest: number }
  const version = newest + 1
  const { lastInsertRowid } = statements.putFeature.run(
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
  index(statements, Number(lastInsertRowid), definition)
  return { name: plan.name, version, state: version === 1 ? 'new' : 'new version' }
}

/** Search finds the newest version of a name. */
function index(statements: Statements, id: number, { plan, source, entity }: Definition): void {
  const { name, owner = null, tags, doc = '', type } = plan
  const before = statements.latest.get(name) as { id: number } | undefined
  if (before)
    for (const drop of ['dropSearch', 'dropTags', 'dropLatest'] as const) statements[drop].run(before.id)
  statements.putLatest.run(id, name, entity.name, type.kind, owner, name)
  for (const tag of new Set(tags)) statements.putTag.run(tag, id)
  statements.putSearch.run(id, wordsOf(name), tags.join(' '), doc, entity.name, owner ?? '', source.name)
}

/** `meanDelay7d` is found by `delay` as `mean_delay_7d` is, whose words the tokenizer parts itself. */
function wordsOf(name: string): string {
  const parted = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2')
  return parted === name ? name : `${name} ${parted}`
}
