/** Databases whose connections can read sources that SQL alone cannot: Arrow files and tables of other databases. */
import type { Connection as EngineConnection } from '../../engine/index.ts'
import type { Database } from '../columns/database.ts'
import { needsLoading, type ReadSource } from './relation.ts'

/** The same database, each of whose queries may read the sources. Nothing is loaded twice for one query. */
export function withSources(database: Database, sources: readonly ReadSource[], root: string): Database {
  const loaded = sources.filter(needsLoading)
  if (loaded.length === 0) return database
  return database.prepared(async connection => {
    const { loadSources } = await import('../../engine/duckdb/sources.ts')
    // What a database is made of are the engine's own connections.
    await loadSources(connection as EngineConnection, loaded, { root })
  })
}
