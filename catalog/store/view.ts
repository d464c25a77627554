/** What the language sees of a catalog: of the whole, looked up by name when it is needed, or of what a lock fixes. */
import { existsSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import type { SourcePlan } from '../../language/index.ts'
import { parseInputId, type CatalogFeature, type CatalogView, type FeatureDefinition } from '../feature.ts'
import { createReader, selectEntries, type FeatureRow } from './rows.ts'
import { openDatabase } from './schema.ts'

/**
 * The view of the catalog at `file`. Its first question opens the file; the connection ends with the view. A catalog
 * that can no longer be read then has nothing in it: analysis must not stop for it.
 */
export function openCatalogView(file: string): CatalogView {
  let database: DatabaseSync | undefined
  return createStoredView(() => {
    // Opening what is gone would make it anew.
    if (!database && !existsSync(file)) throw new Error(`there is no catalog at ${file}`)
    return (database ??= openDatabase(file))
  })
}

/** A view over a connection that is asked for with the first question. */
export function createStoredView(connect: () => DatabaseSync): CatalogView {
  const versions = new Map<string, CatalogView['feature']>()
  const sources = new Map<string, SourcePlan | undefined>()
  let names: readonly string[] | undefined
  let sourceNames: readonly string[] | undefined
  const ask = <Result>(question: (database: DatabaseSync) => Result, otherwise: Result): Result => {
    try {
      return question(connect())
    } catch {
      return otherwise
    }
  }

  return {
    feature(name, version) {
      let find = versions.get(name)
      if (!find) {
        find = newestOf(ask(database => versionsIn(database, name), []))
        versions.set(name, find)
      }
      return find(name, version)
    },
    names: () => (names ??= ask(database => column(database, 'SELECT name FROM latest ORDER BY name'), [])),
    search: (text, limit) => ask(database => namesLike(database, text, limit), []),
    source(name) {
      if (!sources.has(name))
        sources.set(
          name,
          ask(database => sourceIn(database, name), undefined),
        )
      return sources.get(name)
    },
    sourceNames: () =>
      (sourceNames ??= ask(database => column(database, 'SELECT name FROM source ORDER BY name'), [])),
  }
}

function versionsIn(database: DatabaseSync, name: string): CatalogFeature[] {
  const rows = database.prepare(`${selectEntries} WHERE f.name = ?`).all(name) as unknown as FeatureRow[]
  return rows.map(createReader(database))
}

function column(database: DatabaseSync, sql: string, ...parameters: (string | number)[]): string[] {
  const statement = database.prepare(sql)
  statement.setReturnArrays(true)
  return (statement.all(...parameters) as unknown as [string][]).map(([value]) => value)
}

/**
 * Names that begin so, then names of which a later word does; those in use first, the most used at the top. However
 * many begin alike, no more are looked at than are in use or asked for.
 */
function namesLike(database: DatabaseSync, text: string, limit: number): string[] {
  if (text === '')
    return column(database, 'SELECT name FROM latest ORDER BY n_uses DESC, name LIMIT ?', limit)
  const begins = 'name >= ?1 AND name < ?1 || char(1114111)'
  const used = `SELECT name FROM latest INDEXED BY latest_uses WHERE n_uses > 0 AND ${begins}
    ORDER BY n_uses DESC, name LIMIT ?2`
  const unused = `SELECT name FROM latest WHERE +n_uses = 0 AND ${begins} ORDER BY name LIMIT ?2`
  const begin = [used, unused].flatMap(sql => column(database, sql, text, limit))
  if (begin.length >= limit) return begin.slice(0, limit)
  return [...new Set([...begin, ...namesWithWords(database, text, limit)])].slice(0, limit)
}

function namesWithWords(database: DatabaseSync, text: string, limit: number): string[] {
  const words = text.match(/[\p{L}\p{N}]+/gu) ?? []
  if (words.length === 0) return []
  const match = words.map(word => `name : "${word}"*`).join(' AND ')
  return column(
    database,
    `SELECT name FROM latest WHERE id IN (SELECT rowid FROM search WHERE search MATCH ?1 LIMIT ?3)
     ORDER BY n_uses DESC, name LIMIT ?2`,
    match,
    limit,
    5 * limit,
  )
}

function sourceIn(database: DatabaseSync, name: string): SourcePlan | undefined {
  const row = database.prepare('SELECT definition FROM source WHERE name = ?').get(name)
  return row && (JSON.parse(String(row['definition'])) as SourcePlan)
}

/**
 * A view over given versions, e.g. those that a lock fixes. Inputs that a derived feature comes without are taken from
 * among them.
 */
export function createCatalogView(features: readonly CatalogFeature[]): CatalogView {
  const versionsOf = new Map<string, CatalogFeature[]>()
  for (const given of features) {
    const feature = withKind(given)
    const versions = versionsOf.get(feature.plan.name)
    if (versions) versions.push(feature)
    else versionsOf.set(feature.plan.name, [feature])
  }
  const find = (name: string, version?: number) => newestOf(versionsOf.get(name) ?? [])(name, version)
  const sources = new Map(features.flatMap(({ source }) => (source ? [[source.name, source] as const] : [])))

  /** Undefined when an input is missing: then nothing can be computed. */
  function complete(feature: CatalogFeature | undefined): CatalogFeature | undefined {
    if (feature?.plan.kind !== 'derived' || feature.inputs) return feature
    const inputs: Record<string, FeatureDefinition> = {}
    for (const [name, id] of Object.entries(feature.plan.inputs)) {
      const { name: inputName, version } = parseInputId(id)
      const input = complete(find(inputName, version))
      if (!input) return undefined
      inputs[name] = input
    }
    return { ...feature, inputs }
  }

  return {
    names: () => [...versionsOf.keys()],
    feature: (name, version) => complete(find(name, version)),
    source: name => sources.get(name),
    sourceNames: () => [...sources.keys()],
  }
}

/** A lock from before there were other kinds does not say that a feature is a window. */
function withKind(feature: CatalogFeature): CatalogFeature {
  return { ...feature, plan: { kind: 'window', ...(feature.plan as object) } as CatalogFeature['plan'] }
}

/** Of versions of one name: the one asked for, else the newest active, else the newest. */
function newestOf(features: readonly CatalogFeature[]): CatalogView['feature'] {
  const sorted = [...features].sort((a, b) => b.plan.version - a.plan.version)
  return (_, version) =>
    version === undefined
      ? (sorted.find(({ active }) => active) ?? sorted[0])
      : sorted.find(({ plan }) => plan.version === version)
}
