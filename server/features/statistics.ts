/** Statistics of a project's data as features ask for them: known already, or on their way. */
import type { ColumnStatistics, SourceRef, SourceStatistics } from '../../language/index.ts'
import type { FileContext } from '../core/context.ts'
import { type KnownSource, type Named, knownSource } from './known.ts'

/** Of a source's rows; undefined until they have been computed. Asking for them has them computed. */
export function sourceStatistics(
  file: FileContext,
  source: KnownSource | undefined,
): SourceStatistics | undefined {
  const ref = source?.plan && refOf(source.plan)
  return ref && file.project.sourceStatistics(ref)
}

/** Of a column of a source. */
export function columnStatistics(
  file: FileContext,
  named: Named,
  column: string,
): ColumnStatistics | undefined {
  return sourceStatistics(file, knownSource(file, named))?.columns.get(column)
}

/** Where the data of a checked source is. */
function refOf(plan: NonNullable<KnownSource['plan']>): SourceRef {
  const { name, format, path, table, connection, text, overrides } = plan
  return {
    name,
    format,
    path,
    ...(table !== undefined && { table }),
    ...(connection !== undefined && { connection }),
    ...(text && { text }),
    ...(overrides && { overrides }),
  }
}
