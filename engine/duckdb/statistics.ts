/** Reads the training statistics that go into the card. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { ValueKind } from '../../language/index.ts'
import { trainingRows } from '../sql/prepare.ts'
import { isNumber, isText, statisticsSql, topSql } from '../sql/statistics.ts'
import { quoteName } from '../sql/text.ts'
import type { ColumnStatistics } from '../types.ts'
import { select, type QueryOptions } from './query.ts'

export interface DescribedColumn {
  readonly name: string
  readonly column: string
  readonly kind: ValueKind
}

/** @param rows the table of the dataset's rows */
export async function readStatistics(
  connection: DuckDBConnection,
  rows: string,
  columns: readonly DescribedColumn[],
  options: QueryOptions,
): Promise<Readonly<Record<string, ColumnStatistics>>> {
  const entries: [string, ColumnStatistics][] = []
  const nRows = await countTraining(connection, rows, options)
  for (const column of columns)
    entries.push([column.name, await readColumn(connection, { rows, nRows }, column, options)])
  return Object.fromEntries(entries)
}

async function countTraining(
  connection: DuckDBConnection,
  rows: string,
  options: QueryOptions,
): Promise<number> {
  const sql = `SELECT count(*) AS n FROM ${quoteName(rows)} WHERE ${trainingRows()}`
  const [counted] = await select(connection, sql, options)
  return Number(counted!['n'])
}

async function readColumn(
  connection: DuckDBConnection,
  { rows, nRows }: { readonly rows: string; readonly nRows: number },
  { column, kind }: DescribedColumn,
  options: QueryOptions,
): Promise<ColumnStatistics> {
  const [row] = await select(connection, statisticsSql(rows, { column, kind, nRows }), options)
  const common = {
    kind,
    count: Number(row!['count']),
    missing: Number(row!['missing']),
    distinct: Number(row!['n_distinct']),
  }
  if (isText(kind)) {
    const top = await select(connection, topSql(rows, column), options)
    return { ...common, top: top.map(({ value, n }) => ({ value: String(value), count: Number(n) })) }
  }
  if (!isNumber(kind) || common.missing === common.count) return common
  return {
    ...common,
    mean: Number(row!['mean']),
    stddev: Number(row!['stddev']),
    quantiles: (row!['quantiles'] as number[]).map(Number),
  }
}
