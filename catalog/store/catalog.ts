/** The catalog in a file. Every method is one transaction; several processes may use the same file. */
import type { SourcePlan } from '../../language/index.ts'
import type { Definition, EntityDefinition } from '../digest.ts'
import { definitionDigest } from '../digest.ts'
import { CatalogError } from '../errors.ts'
import {
  featureId,
  parseFeatureId,
  type CatalogView,
  type Consumer,
  type FeatureEntry,
  type FeatureStatistics,
  type FeatureUse,
  type FeatureVersion,
} from '../feature.ts'
import { applyDefinitions, putSource, type Applied } from './apply.ts'
import { lineageOf, type Lineage } from './lineage.ts'
import { createReader, entityOf, selectEntries, type EntityRow, type FeatureRow } from './rows.ts'
import { openDatabase, transaction } from './schema.ts'
import { createStoredView, openCatalogView } from './view.ts'
import {
  searchFacets,
  searchFeatures,
  type Facets,
  type SearchFilter,
  type SearchHit,
  type SearchOptions,
} from './search.ts'

export interface Catalog {
  /** Registers definitions: all of them or none. @throws CAT005 */
  apply(definitions: readonly Definition[]): Applied[]
  /** Keeps sources under their names, for `from catalog`; what was there of a name before is replaced. */
  applySources(sources: readonly SourcePlan[]): void
  /** The version that this very definition is registered as; inputs of a derived one by their versions. */
  versionOf(definition: Definition): number | undefined
  /** The version asked for, else the newest active one, else the newest. */
  feature(name: string, version?: number): FeatureEntry | undefined
  /** All versions of a name, the newest first. */
  versions(name: string): FeatureEntry[]
  /** The newest version of every name, in order of the names. */
  features(page?: { readonly limit?: number; readonly offset?: number }): FeatureEntry[]
  entities(): EntityDefinition[]
  search(text: string, options?: SearchOptions): SearchHit[]
  facets(text: string, filter?: SearchFilter): Facets
  /** @throws CAT003 */
  recordStatistics(id: FeatureVersion, statistics: FeatureStatistics): void
  /** @throws CAT003 */
  recordUse(id: FeatureVersion, consumer: Consumer): void
  /** A consumer that is gone, e.g. an endpoint that was deleted. */
  forgetConsumer(consumer: Consumer): void
  /** Who consumes any version of a name, the latest first. */
  uses(name: string): FeatureUse[]
  /** Where a version comes from and what comes from it. @throws CAT003 */
  lineage(id: FeatureVersion): Lineage
  /** Marks a version as not to be used any more. @throws CAT003, CAT004 */
  deprecate(id: FeatureVersion, replacement?: string): void
  /** What the language may see: looked up when it is asked for, and the same when asked for again. */
  view(): CatalogView
  close(): void
}

export interface CatalogOptions {
  /** Default: the system's. */
  readonly now?: () => Date
}

/**
 * Opens the catalog at `file`, making it when it is not there.
 * @param file a path, or `:memory:`
 * @throws CAT001, CAT002
 */
export function openCatalog(file: string, options: CatalogOptions = {}): Catalog {
  const database = openDatabase(file)
  const now = () => (options.now?.() ?? new Date()).toISOString()

  const entries = (tail: string, ...parameters: (string | number)[]) =>
    (database.prepare(`${selectEntries} ${tail}`).all(...parameters) as unknown as FeatureRow[]).map(
      createReader(database),
    )

  function feature(name: string, version?: number): FeatureEntry | undefined {
    if (version !== undefined) return entries('WHERE f.name = ? AND f.version = ?', name, version)[0]
    return entries('WHERE f.name = ? ORDER BY f.deprecated_at IS NULL DESC, f.version DESC LIMIT 1', name)[0]
  }

  function require(id: FeatureVersion): FeatureEntry {
    const found = feature(id.name, id.version)
    if (!found)
      throw new CatalogError(
        'CAT003',
        `Expected ${featureId(id)} in the catalog, which has ` +
          `${entries('WHERE f.name = ? ORDER BY f.version', id.name).map(featureId).join(', ') || `no feature ${id.name}`}.`,
      )
    return found
  }

  function countUses(which: string, ...parameters: string[]): void {
    const count = '(SELECT count(*) FROM use WHERE use.name = latest.name)'
    database.prepare(`UPDATE latest SET n_uses = ${count} WHERE ${which}`).run(...parameters)
  }

  function checkReplacement(id: FeatureVersion, replacement: string): void {
    const { name, version } = parseFeatureId(replacement)
    const found = feature(name, version)
    if (!found)
      throw new CatalogError('CAT003', `Expected a registered feature as replacement, got ${replacement}.`)
    const isItself = found.name === id.name && found.version === id.version
    if (isItself || !found.active)
      throw new CatalogError(
        'CAT004',
        `Expected an active feature to replace ${featureId(id)}, got ${featureId(found)}` +
          (isItself ? ' itself.' : ', which is deprecated.'),
      )
  }

  return {
    apply: definitions => applyDefinitions(database, definitions, now()),
    applySources(sources) {
      transaction(database, () => {
        const statement = database.prepare(putSource)
        for (const source of sources) statement.run(source.name, JSON.stringify(source))
      })
    },
    versionOf(definition) {
      const row = database
        .prepare('SELECT max(version) AS version FROM feature WHERE name = ? AND digest = ?')
        .get(definition.plan.name, definitionDigest(definition)) as { version: number | null }
      return row.version ?? undefined
    },
    feature,
    versions: name => entries('WHERE f.name = ? ORDER BY f.version DESC', name),
    features: ({ limit = -1, offset = 0 } = {}) =>
      entries('WHERE f.id IN (SELECT id FROM latest) ORDER BY f.name LIMIT ? OFFSET ?', limit, offset),
    entities: () =>
      (database.prepare('SELECT * FROM entity ORDER BY name').all() as unknown as EntityRow[]).map(entityOf),
    search: (text, search) => searchFeatures(database, text, search),
    facets: (text, filter) => searchFacets(database, text, filter),
    recordStatistics(id, statistics) {
      require(id)
      database
        .prepare('UPDATE feature SET statistics = ? WHERE name = ? AND version = ?')
        .run(JSON.stringify(statistics), id.name, id.version)
    },
    recordUse(id, consumer) {
      require(id)
      database
        .prepare(
          'INSERT INTO use VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET last_at = excluded.last_at',
        )
        .run(id.name, id.version, consumer.kind, consumer.name, now(), now())
      countUses('name = ?', id.name)
    },
    forgetConsumer(consumer) {
      database
        .prepare('DELETE FROM use WHERE consumer_kind = ? AND consumer = ?')
        .run(consumer.kind, consumer.name)
      countUses('n_uses > 0')
    },
    uses: name =>
      database
        .prepare(
          `SELECT version, consumer_kind AS kind, consumer AS name, first_at AS firstAt, last_at AS lastAt
           FROM use WHERE name = ? ORDER BY last_at DESC, consumer`,
        )
        .all(name)
        .map(row => ({ ...row })) as unknown as FeatureUse[],
    deprecate(id, replacement) {
      transaction(database, () => {
        require(id)
        if (replacement !== undefined) checkReplacement(id, replacement)
        database
          .prepare('UPDATE feature SET deprecated_at = ?, replacement = ? WHERE name = ? AND version = ?')
          .run(now(), replacement ?? null, id.name, id.version)
        database
          .prepare(
            `UPDATE latest SET is_deprecated = 1
             WHERE id = (SELECT id FROM feature WHERE name = ? AND version = ?)`,
          )
          .run(id.name, id.version)
      })
    },
    lineage(id) {
      const entry = require(id)
      return lineageOf(database, entry)
    },
    // Its connection is its own, so that it outlives this catalog.
    view: () => (file === ':memory:' ? createStoredView(() => database) : openCatalogView(file)),
    close: () => database.close(),
  }
}
