/** Registers definitions as immutable versions. */
import type { DatabaseSync } from 'node:sqlite'
import type { DerivedFeaturePlan } from '../../language/index.ts'
import { canonicalJson } from '../../language/canonical-json.ts'
import { definitionDigest, type Definition, type EntityDefinition } from '../digest.ts'
import { CatalogError } from '../errors.ts'
import { featureId, parseInputId } from '../feature.ts'
import { entityOf, type EntityRow } from './rows.ts'
import { transaction } from './schema.ts'

export interface Applied {
  readonly name: string
  readonly version: number
  /** `new`: the name's first version. `unchanged`: this very definition has been registered before. */
  readonly state: 'new' | 'new version' | 'unchanged'
}

/**
 * Registers all definitions or none, inputs before what reads them. A definition that is there already, as whatever
 * version, keeps its version. The versions of a derived feature's inputs are fixed here: an input `name@0` is the
 * definition of that name that is registered along with it.
 * @throws CAT005 when an entity is there with other keys, CAT009 when an input is not registered
 */
export function applyDefinitions(
  database: DatabaseSync,
  definitions: readonly Definition[],
  at: string,
): Applied[] {
  const statements = prepareStatements(database)
  return transaction(database, () => {
    for (const { entity } of definitions) registerEntity(statements, entity)
    const applied = new Map<Definition, Applied>()
    const versions = new Map<string, number>()
    for (const definition of inOrder(definitions)) {
      const fixed = { ...definition, plan: fixInputs(statements, definition.plan, versions) }
      const registered = registerFeature(statements, fixed, at)
      applied.set(definition, registered)
      versions.set(registered.name, registered.version)
    }
    return definitions.map(definition => applied.get(definition)!)
  })
}

/** What is read comes before what reads it; otherwise as given. @throws CAT009 for a circle */
function inOrder(definitions: readonly Definition[]): Definition[] {
  const byName = new Map(definitions.map(definition => [definition.plan.name, definition]))
  const ordered = new Set<Definition>()
  const open = new Set<Definition>()
  const visit = (definition: Definition): void => {
    if (ordered.has(definition)) return
    const { plan } = definition
    if (open.has(definition))
      throw new CatalogError(
        'CAT009',
        `Expected inputs that can be registered first, got ${plan.name}, which depends on itself.`,
      )
    open.add(definition)
    for (const id of plan.kind === 'derived' ? Object.values(plan.inputs) : []) {
      const { name, version } = parseInputId(id)
      const input = version === 0 ? byName.get(name) : undefined
      if (input) visit(input)
    }
    ordered.add(definition)
  }
  definitions.forEach(visit)
  return [...ordered]
}

/** @throws CAT009 */
function fixInputs(
  statements: Statements,
  plan: Definition['plan'],
  versions: ReadonlyMap<string, number>,
): Definition['plan'] {
  if (plan.kind !== 'derived') return plan
  const fixed = Object.entries(plan.inputs).map(([local, id]) => {
    const given = parseInputId(id)
    const version = given.version === 0 ? versions.get(given.name) : given.version
    if (version !== undefined && statements.version.get(given.name, version))
      return [local, featureId({ name: given.name, version })] as const
    throw missingInput(plan, id)
  })
  return { ...plan, inputs: Object.fromEntries(fixed) }
}

function missingInput(plan: DerivedFeaturePlan, id: string): CatalogError {
  return new CatalogError(
    'CAT009',
    `Expected ${id.replace(/@0$/, '')}, an input of ${plan.name}, to be registered before it or with it. ` +
      'Apply the whole project.',
  )
}

/** Name and definition. */
export const putSource =
  'INSERT INTO source VALUES (?, ?) ON CONFLICT DO UPDATE SET definition = excluded.definition'

/** Preparing costs more than running, and a project may register thousands. */
function prepareStatements(database: DatabaseSync) {
  const prepare = (sql: string) => database.prepare(sql)
  return {
    entity: prepare('SELECT * FROM entity WHERE name = ?'),
    putEntity: prepare(
      'INSERT INTO entity VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET doc = coalesce(excluded.doc, doc)',
    ),
    known: prepare('SELECT version FROM feature WHERE name = ? AND digest = ? ORDER BY version DESC LIMIT 1'),
    version: prepare('SELECT 1 FROM feature WHERE name = ? AND version = ?'),
    putSource: prepare(putSource),
    putInput: prepare('INSERT OR IGNORE INTO input VALUES (?, ?, ?)'),
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
  if (source) statements.putSource.run(source.name, JSON.stringify(source))
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
    JSON.stringify(source ?? null),
    at,
  )
  const id = Number(lastInsertRowid)
  for (const input of inputsOf(plan)) statements.putInput.run(id, input.name, input.version)
  index(statements, id, definition)
  return { name: plan.name, version, state: version === 1 ? 'new' : 'new version' }
}

function inputsOf(plan: Definition['plan']) {
  return plan.kind === 'derived' ? Object.values(plan.inputs).map(parseInputId) : []
}

/** Search finds the newest version of a name. */
function index(statements: Statements, id: number, { plan, source, entity }: Definition): void {
  const { name, owner = null, tags, doc = '', type } = plan
  const before = statements.latest.get(name) as { id: number } | undefined
  if (before)
    for (const drop of ['dropSearch', 'dropTags', 'dropLatest'] as const) statements[drop].run(before.id)
  statements.putLatest.run(id, name, entity.name, type.kind, owner, name)
  const readBy =
    source?.name ??
    inputsOf(plan)
      .map(({ name }) => name)
      .join(' ')
  for (const tag of new Set(tags)) statements.putTag.run(tag, id)
  statements.putSearch.run(id, wordsOf(name), tags.join(' '), doc, entity.name, owner ?? '', readBy)
}

/** `meanDelay7d` is found by `delay` as `mean_delay_7d` is, whose words the tokenizer parts itself. */
function wordsOf(name: string): string {
  const parted = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2')
  return parted === name ? name : `${name} ${parted}`
}
