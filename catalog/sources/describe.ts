/**
 * The columns of a project's data files. They are kept on disk by path, size and time of change, so that a project
 * opens without reading its data again, and without loading the database.
 */
import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { ColumnSchema, SourcePlan } from '../../language/index.ts'
import { CatalogError } from '../errors.ts'

export interface DescribedSource {
  /** `parquet`, `csv`, `json` or `arrow`. */
  readonly format: string
  /** Relative to the project's root. */
  readonly path: string
}

/** Raised when the same file would be described in another way. */
const cacheVersion = 1

interface CachedColumns extends DescribedSource {
  readonly cacheVersion: number
  readonly sizeBytes: number
  readonly modifiedMs: number
  readonly columns: readonly ColumnSchema[]
}

/**
 * The columns of a file in its own order; every column may be missing.
 * @throws CAT006 when there is no such file or it cannot be read
 */
export async function describeSource(
  root: string,
  source: DescribedSource,
): Promise<readonly ColumnSchema[]> {
  const known = cachedColumns(root, source)
  if (known) return known
  const stats = statSync(resolve(root, source.path), { throwIfNoEntry: false })
  if (!stats?.isFile()) throw unreadable(root, source, 'there is no such file')
  const columns = await describeFile(root, source)
  remember(root, {
    ...source,
    cacheVersion,
    sizeBytes: stats.size,
    modifiedMs: stats.mtimeMs,
    columns,
  })
  return columns
}

/** What `describeSource` would give, when that is known already. Reads two small files. */
export function cachedColumns(root: string, source: DescribedSource): readonly ColumnSchema[] | undefined {
  const stats = statSync(resolve(root, source.path), { throwIfNoEntry: false })
  const cached = readCache(cacheFile(root, source))
  const isFresh =
    cached?.cacheVersion === cacheVersion &&
    cached.sizeBytes === stats?.size &&
    cached.modifiedMs === stats.mtimeMs
  return isFresh ? cached.columns : undefined
}

/** The database is loaded only now: it is a native library. */
async function describeFile(root: string, source: DescribedSource): Promise<readonly ColumnSchema[]> {
  const [{ openDatabase }, { describeRelation }, { sourceRelation }] = await Promise.all([
    import('../../engine/duckdb/database.ts'),
    import('../../engine/duckdb/describe.ts'),
    import('../../engine/sql/source.ts'),
  ])
  const database = await openDatabase({ root, threads: 1 })
  try {
    const connection = await database.connect()
    try {
      const relation = sourceRelation(source.format as SourcePlan['format'], resolve(root, source.path))
      return await describeRelation(connection, relation)
    } finally {
      connection.disconnectSync()
    }
  } catch (cause) {
    throw unreadable(root, source, (cause as Error).message, cause)
  } finally {
    await database.close()
  }
}

function unreadable(root: string, source: DescribedSource, why: string, cause?: unknown): CatalogError {
  const message = `Expected a ${source.format} file at ${source.path} in ${root}: ${why}.`
  return new CatalogError('CAT006', message, { cause })
}

function cacheFile(root: string, { format, path }: DescribedSource): string {
  const name = createHash('sha256').update(`${format}\n${path}`).digest('hex').slice(0, 32)
  return join(root, '.slipway', 'columns', `${name}.json`)
}

/** Whatever is wrong with a cache file, the data itself can be read instead. */
function readCache(file: string): CachedColumns | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as CachedColumns
  } catch {
    return undefined
  }
}

/** A folder that cannot be written costs time, not the answer. */
function remember(root: string, cached: CachedColumns): void {
  const file = cacheFile(root, cached)
  const partial = `${file}.${randomUUID()}.part`
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(partial, JSON.stringify(cached))
    renameSync(partial, file)
  } catch {
    return
  }
}
