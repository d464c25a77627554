/** A source as SQL text, from the folder in which its path starts. */
import { dataPath } from '../../engine/duckdb/paths.ts'
import { sourceRelation } from '../../engine/sql/source.ts'
import type { SourceReading } from '../../engine/sql/source.ts'

/** A source, of which no more needs to be known than how it is read. */
export type ReadSource = SourceReading & { readonly path: string }

export function relationOf(source: ReadSource, root: string): string {
  return sourceRelation(source, dataPath(root, source.path))
}

/** Whether a connection has to be prepared before it can read the source (load.ts). */
export function needsLoading({ format }: ReadSource): boolean {
  return format === 'arrow' || format === 'sqlite' || format === 'postgres'
}
