/** Tables as danfo DataFrames in memory. */
import type { DataFrame } from 'danfojs-node'
import type { ResultBatch, ResultColumn, Value } from '../../catalog/columns/database.ts'
import { kindOf } from '../../catalog/columns/kinds.ts'
import { LibraryError } from '../errors.ts'

type DanfoType = 'string' | 'int32' | 'float32' | 'boolean'

/**
 * The columns in danfo's types. A missing number is NaN, as danfo has it; a missing text or boolean is null.
 * @throws LIB010 when danfo cannot be loaded
 */
export async function toDanfo(batches: AsyncIterable<ResultBatch>): Promise<DataFrame> {
  const { DataFrame } = await loadDanfo()
  const rows: unknown[][] = []
  let columns: readonly ResultColumn[] = []
  for await (const batch of batches) {
    columns = batch.columns
    const converts = columns.map(column => converterOf(column.sqlType))
    for (const row of batch.rows) rows.push(row.map((value, i) => converts[i]?.(value)))
  }
  const dtypes = columns.map((column, i) => danfoType(column, rows, i))
  return new DataFrame(rows, { columns: columns.map(column => column.name), dtypes })
}

/** danfo loads TensorFlow and takes a second: only who converts to it waits for it. */
export async function loadDanfo(): Promise<typeof import('danfojs-node')> {
  try {
    return await import(/* webpackIgnore: true */ 'danfojs-node')
  } catch (cause) {
    throw new LibraryError(
      'LIB010',
      'danfojs-node could not be loaded. Install it with: npm install danfojs-node',
      {
        cause,
      },
    )
  }
}

function converterOf(sqlType: string): (value: Value) => unknown {
  switch (kindOf(sqlType)) {
    case 'int':
    case 'float':
      return value => (value === null ? Number.NaN : Number(value))
    case 'timestamp':
      return value => (value instanceof Date ? value.toISOString() : null)
    case 'other':
      return value => (value === null ? null : JSON.stringify(value))
    case 'bool':
    case 'string':
      return value => value
  }
}

/** danfo calls a column of integers with a missing value a column of floats. */
function danfoType(column: ResultColumn, rows: readonly unknown[][], i: number): DanfoType {
  const kind = kindOf(column.sqlType)
  if (kind === 'bool') return 'boolean'
  if (kind === 'float') return 'float32'
  if (kind !== 'int') return 'string'
  return rows.some(row => Number.isNaN(row[i])) ? 'float32' : 'int32'
}
