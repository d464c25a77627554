/** What the values of a source's columns are like, for people who write about them and for checks that depend on it. */
import type { ColumnStatistics, SourceStatistics } from '../../language/host.ts'
import type { Database } from '../columns/database.ts'
import { computeTableStatistics, type ColumnStatistics as TableColumn } from '../columns/statistics.ts'

/** As it is kept. */
export interface SourceStatisticsJson extends Omit<SourceStatistics, 'columns'> {
  readonly columns: readonly (readonly [name: string, statistics: ColumnStatistics])[]
}

const nBins = 12

/** @param relation SQL text that can stand after FROM */
export async function sourceStatistics(
  database: Database,
  relation: string,
  sampleRows: number,
): Promise<SourceStatisticsJson> {
  const query = `SELECT * FROM ${relation}`
  const { rows } = await database.all({ sql: `DESCRIBE ${query}` })
  const described = rows.map(([name, sqlType]) => ({ name: String(name), sqlType: String(sqlType) }))
  const { nRows, statisticsRows, columns } = await computeTableStatistics(database, query, described, {
    sampleRows,
    nBins,
    isScan: true,
  })
  return {
    nRows,
    statisticsRows,
    columns: columns.map(column => [column.name, columnStatistics(column, statisticsRows)]),
  }
}

export function statisticsFromJson({ columns, ...rest }: SourceStatisticsJson): SourceStatistics {
  return { ...rest, columns: new Map(columns) }
}

function columnStatistics(column: TableColumn, nRows: number): ColumnStatistics {
  const { nNull, nDistinct, min, max, mean, quantiles, histogram, top, kind } = column
  // The table's statistics count time in milliseconds, the language in microseconds.
  const scale = kind === 'timestamp' ? 1000 : 1
  const scaled = (value: number) => value * scale
  return {
    nullShare: nRows === 0 ? 0 : nNull / nRows,
    // An estimate may exceed what there is.
    ...(nDistinct !== undefined && { distinct: Math.min(nDistinct, nRows - nNull) }),
    ...(min !== undefined && { min: scaled(min) }),
    ...(max !== undefined && { max: scaled(max) }),
    ...(mean !== undefined && { mean: scaled(mean) }),
    ...(quantiles !== undefined && { quantiles: quantiles.map(scaled) }),
    ...(histogram !== undefined && { histogram }),
    ...(top !== undefined && {
      top: top.map(({ value, count }) => ({ value: kind === 'bool' ? value === 'true' : value, count })),
    }),
  }
}
