/**
 * The columns of a project's data, and what their values are like. Both are kept on disk, so that a project opens
 * without reading its data again, and without loading the database.
 */
import type { SourceStatistics } from '../../language/host.ts'
import type { ColumnSchema } from '../../language/index.ts'
import { CatalogError } from '../errors.ts'
import { createDatabase, type Database } from '../columns/database.ts'
import { createSourceCache, stateOf, type DescribedSource } from './cache.ts'
import { withSources } from './load.ts'
import { relationOf } from './relation.ts'
import { sourceStatistics, statisticsFromJson, type SourceStatisticsJson } from './statistics.ts'

export type { DescribedSource } from './cache.ts'

const columnsCache = createSourceCache<readonly ColumnSchema[]>('columns', 2)
const statisticsCache = createSourceCache<SourceStatisticsJson>('statistics', 1)

/**
 * The columns of a source in its own order; every column may be missing.
 * @throws CAT006 when there is no such data or it cannot be read
 */
export async function describeSource(
  root: string,
  source: DescribedSource,
): Promise<readonly ColumnSchema[]> {
  const known = cachedColumns(root, source)
  if (known) return known
  const state = existingState(root, source)
  const columns = await withSource(root, source, async ({ connection }) => {
    const { describeColumns } = await import('../../engine/duckdb/sources.ts')
    return await describeColumns(await connection(), source, { root })
  })
  columnsCache.set(root, source, { state, value: columns })
  return columns
}

/** What `describeSource` would give, when that is known already. Reads two small files. */
export function cachedColumns(root: string, source: DescribedSource): readonly ColumnSchema[] | undefined {
  return columnsCache.get(root, source)
}

/** More rows are drawn from. */
const sampleRows = 1_000_000

/**
 * What the values of a source's columns are like: one pass over at most about a million rows.
 * @throws CAT006 when there is no such data or it cannot be read
 */
export async function describeStatistics(root: string, source: DescribedSource): Promise<SourceStatistics> {
  const known = cachedStatistics(root, source)
  if (known) return known
  const state = existingState(root, source)
  const value = await withSource(root, source, ({ database, relation }) =>
    sourceStatistics(database, relation, sampleRows),
  )
  statisticsCache.set(root, source, { state, value })
  return statisticsFromJson(value)
}

/** What `describeStatistics` would give, when that is known already. Reads two small files. */
export function cachedStatistics(root: string, source: DescribedSource): SourceStatistics | undefined {
  const cached = statisticsCache.get(root, source)
  return cached && statisticsFromJson(cached)
}

/** @throws CAT006 */
function existingState(root: string, source: DescribedSource): string {
  const state = stateOf(root, source)
  if (state === undefined) throw unreadable(root, source, { why: 'there is no such file' })
  return state
}

interface OpenSource {
  readonly database: Database
  /** A connection that ends with the database. */
  readonly connection: () => ReturnType<Awaited<ReturnType<typeof openDatabase>>['connect']>
  /** SQL text that can stand after FROM. */
  readonly relation: string
}

/** The database is loaded only now: it is a native library. */
async function openDatabase(root: string) {
  const { openDatabase: open } = await import('../../engine/duckdb/database.ts')
  return await open({ root, threads: 1 })
}

/** @throws CAT006 */
async function withSource<Result>(
  root: string,
  source: DescribedSource,
  work: (open: OpenSource) => Promise<Result>,
): Promise<Result> {
  const opened = await openDatabase(root)
  try {
    return await work({
      database: withSources(
        createDatabase(() => opened.connect()),
        [source],
        root,
      ),
      connection: () => opened.connect(),
      relation: relationOf(source, root),
    })
  } catch (cause) {
    throw unreadable(root, source, { why: (cause as Error).message, cause })
  } finally {
    await opened.close()
  }
}

function unreadable(
  root: string,
  { format, path, table, connection }: DescribedSource,
  { why, cause }: { readonly why: string; readonly cause?: unknown },
): CatalogError {
  const what = format === 'postgres' ? `a server at ${connection}` : `a ${format} file at ${path} in ${root}`
  const part = table === undefined ? '' : ` with a table ${table}`
  return new CatalogError('CAT006', `Expected ${what}${part}: ${why}.`, { cause })
}
