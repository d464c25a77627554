/** The columns of a relation in the language's types. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { ColumnSchema, ScalarKind } from '../../language/index.ts'
import { select, type QueryOptions } from './query.ts'

/** @param relation SQL text that can stand after FROM */
export async function describeRelation(
  connection: DuckDBConnection,
  relation: string,
  options: QueryOptions = {},
): Promise<readonly ColumnSchema[]> {
  const rows = await select(connection, `DESCRIBE SELECT * FROM ${relation}`, options)
  return rows.map(row => ({
    name: String(row['column_name']),
    type: { kind: kindOfSqlType(String(row['column_type'])), nullable: true },
  }))
}

/** The kind that carries a database type; what has no kind of its own is text. */
export function kindOfSqlType(sqlType: string): ScalarKind {
  if (sqlType === 'BOOLEAN') return 'bool'
  if (/^U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)$/.test(sqlType)) return 'int'
  if (/^(FLOAT|DOUBLE|DECIMAL(\(.*\))?)$/.test(sqlType)) return 'float'
  if (/^(DATE|TIMESTAMP.*)$/.test(sqlType)) return 'timestamp'
  return 'string'
}
