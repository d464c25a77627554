/** Full-text search with facets, ranked, fast enough to answer while typing. */
import type { DatabaseSync } from 'node:sqlite'
import type { ValueKind } from '../../language/index.ts'
import type { FeatureEntry } from '../feature.ts'
import { createReader, selectEntries, type FeatureRow } from './rows.ts'

/** What hits must have. */
export interface SearchFilter {
  readonly tag?: string
  readonly owner?: string
  readonly entity?: string
  readonly type?: ValueKind
  /** Default false: features whose newest version is deprecated are left out. */
  readonly deprecated?: boolean
}

export interface SearchOptions extends SearchFilter {
  /** Default 50. */
  readonly limit?: number
  readonly offset?: number
}

export interface SearchHit {
  readonly feature: FeatureEntry
  /** The larger, the better. */
  readonly score: number
}

/** Value → hits that have it, the most frequent first. */
export interface Facets {
  readonly tag: readonly FacetCount[]
  readonly owner: readonly FacetCount[]
  readonly entity: readonly FacetCount[]
  readonly type: readonly FacetCount[]
}

export interface FacetCount {
  readonly value: string
  readonly count: number
}

/** Weights of name, tags, doc, entity, owner, source. */
const weights = '10.0, 5.0, 2.0, 4.0, 3.0, 1.0'

/**
 * The newest versions that have every word of the text, the last one perhaps only begun. Ranked by BM25 and by how
 * many consumers a feature has: a hit used by ten counts one and a half times. Without text, the most used first.
 */
export function searchFeatures(
  database: DatabaseSync,
  text: string,
  options: SearchOptions = {},
): SearchHit[] {
  const { limit = 50, offset = 0 } = options
  const match = matchExpression(text)
  const hits = runSearch(database, { match, options, limit, offset })
  // Somewhere inside a word, when no word begins so.
  return match && hits.length === 0 ? runInfixSearch(database, text, { options, limit, offset }) : hits
}

/** How the hits of a text and filter are spread over tags, owners, entities and types. */
export function searchFacets(database: DatabaseSync, text: string, filter: SearchFilter = {}): Facets {
  const { from, where, parameters } = conditions(matchExpression(text), filter)
  const counts = (value: string, join = '') =>
    database
      .prepare(
        `SELECT ${value} AS value, count(*) AS count ${from} ${join} ${where} AND ${value} IS NOT NULL
         GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 100`,
      )
      .all(...parameters)
      .map(row => ({ ...row })) as unknown as FacetCount[]
  return {
    tag: counts('t.tag', 'JOIN tag t ON t.id = l.id'),
    owner: counts('l.owner'),
    entity: counts('l.entity'),
    type: counts('l.kind'),
  }
}

interface SearchRun {
  readonly match: string | undefined
  readonly options: SearchFilter
  readonly limit: number
  readonly offset: number
}

function runSearch(database: DatabaseSync, { match, options, limit, offset }: SearchRun): SearchHit[] {
  const { from, where, parameters } = conditions(match, options)
  const relevance = match ? `-bm25(search, ${weights})` : '1.0'
  return hitsOf(database, { select: `${relevance} AS relevance ${from} ${where}`, parameters, limit, offset })
}

function runInfixSearch(database: DatabaseSync, text: string, run: Omit<SearchRun, 'match'>): SearchHit[] {
  const { from, where, parameters } = conditions(undefined, run.options)
  return hitsOf(database, {
    select: `0.1 AS relevance ${from} ${where} AND instr(lower(l.name), ?) > 0`,
    parameters: [...parameters, text.trim().toLowerCase()],
    limit: run.limit,
    offset: run.offset,
  })
}

interface HitQuery {
  readonly select: string
  readonly parameters: readonly string[]
  readonly limit: number
  readonly offset: number
}

/** Ranks ids first and reads the definitions of one page only. */
function hitsOf(database: DatabaseSync, { select, parameters, limit, offset }: HitQuery): SearchHit[] {
  const ranked = `
    WITH found AS (SELECT l.id AS hit, l.name AS hit_name, l.n_uses, ${select}),
    ranked AS (
      SELECT hit, relevance * (1 + 0.5 * log10(1 + n_uses)) AS score
      FROM found ORDER BY score DESC, hit_name LIMIT ? OFFSET ?
    )
    SELECT ranked.score, entries.* FROM ranked JOIN (${selectEntries}) entries ON entries.id = ranked.hit
    ORDER BY ranked.score DESC, entries.name`
  const rows = database.prepare(ranked).all(...parameters, limit, offset) as unknown as (FeatureRow & {
    score: number
  })[]
  const read = createReader(database)
  return rows.map(row => ({ feature: read(row), score: row.score }))
}

function conditions(match: string | undefined, filter: SearchFilter) {
  const parameters: string[] = []
  const where: string[] = ['TRUE']
  const add = (condition: string, value: string | undefined) => {
    if (value === undefined) return
    where.push(condition)
    parameters.push(value)
  }
  add('search MATCH ?', match)
  add('l.id IN (SELECT id FROM tag WHERE tag = ?)', filter.tag)
  add('l.owner = ?', filter.owner)
  add('l.entity = ?', filter.entity)
  add('l.kind = ?', filter.type)
  if (!filter.deprecated) where.push('NOT l.is_deprecated')
  return {
    from: match ? 'FROM search JOIN latest l ON l.id = search.rowid' : 'FROM latest l',
    where: `WHERE ${where.join(' AND ')}`,
    parameters,
  }
}

/** Every word as a prefix; quoted, so that nothing in it is an operator. */
function matchExpression(text: string): string | undefined {
  const words = text.normalize('NFC').match(/[\p{L}\p{N}]+/gu) ?? []
  return words.length === 0 ? undefined : words.map(word => `"${word}"*`).join(' AND ')
}
