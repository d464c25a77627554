/**
 * Sources that the database cannot read itself become temporary tables of a connection, row by row, so that memory stays
 * bounded: `sourceRelation` gives the name that they are loaded under.
 */
import { existsSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { ColumnSchema, SourcePlan } from '../../language/index.ts'
import { EngineError } from '../errors.ts'
import { loadedName, sourceRelation, type SourceReading } from '../sql/source.ts'
import { loadArrow } from './arrow.ts'
import { describeRelation, type DescribeOptions } from './describe.ts'
import { dataPath, isPattern } from './paths.ts'
import { loadPostgres } from './postgres.ts'
import type { QueryOptions } from './query.ts'
import { loadSqlite } from './sqlite.ts'

/** A source, of which no more needs to be known than how it is read. */
export type SourceLocation = SourceReading & Pick<SourcePlan, 'path'> & Partial<Pick<SourcePlan, 'name'>>

export interface LoadOptions extends QueryOptions {
  /** Relative paths start here. */
  readonly root: string
}

/** The relation of a source's rows, for a connection that has loaded it (`loadSources`). */
export function relationUnder(root: string, source: SourceLocation): string {
  return sourceRelation(source, dataPath(root, source.path))
}

/**
 * Makes sources readable on a connection; of formats that the database reads itself, only looks whether the file is there.
 * @throws ENG001 a file or table is missing or cannot be read, or a server cannot be reached; ENG002
 */
export async function loadSources(
  connection: DuckDBConnection,
  sources: Iterable<SourceLocation>,
  options: LoadOptions,
): Promise<void> {
  const loaded = new Set<string>()
  for (const source of sources) {
    if (source.format !== 'postgres') checkFile(source, options.root)
    const name = loadedName(source, dataPath(options.root, source.path))
    if (loaded.has(name)) continue
    loaded.add(name)
    await load(connection, source, { ...options, table: name })
  }
}

async function load(
  connection: DuckDBConnection,
  source: SourceLocation,
  options: LoadOptions & { readonly table: string },
): Promise<void> {
  const file = isAbsolute(source.path) ? source.path : join(options.root, source.path)
  switch (source.format) {
    case 'arrow':
      return await loadArrow(connection, file, { ...options, source })
    case 'sqlite':
      return await loadSqlite(connection, file, { ...options, source })
    case 'postgres':
      return await loadPostgres(connection, { ...options, source })
    case 'parquet':
    case 'csv':
    case 'json':
      return
  }
}

/** The columns of a source, every one nullable. @throws as `loadSources` */
export async function describeColumns(
  connection: DuckDBConnection,
  source: SourceLocation,
  options: LoadOptions & DescribeOptions,
): Promise<readonly ColumnSchema[]> {
  await loadSources(connection, [source], options)
  return await describeRelation(connection, relationUnder(options.root, source), options)
}

function checkFile({ name, path, format }: SourceLocation, root: string): void {
  const file = isAbsolute(path) ? path : join(root, path)
  if (existsSync(file)) return
  if (isPattern(path) && format !== 'arrow' && format !== 'sqlite') return
  throw new EngineError(
    'ENG001',
    `Expected the file ${path}${name === undefined ? '' : ` of the source \`${name}\``} in the project, found none. Put it there or mend the path.`,
    { details: { ...(name !== undefined && { name }), expected: path } },
  )
}
