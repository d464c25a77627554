/**
 * Statistics of the columns of a query's result, in one pass, over a bounded sample when there are very many rows.
 */
import type { Database, ResultColumn, Value } from './database.ts'
import { kindOf, type ColumnKind } from './kinds.ts'
import { quoteName } from '../../engine/sql/text.ts'

export interface ColumnStatistics {
  readonly name: string
  readonly sqlType: string
  readonly kind: ColumnKind
  readonly nNull: number
  /** Approximate (HyperLogLog). */
  readonly nDistinct?: number
  /** Of numbers; of timestamps in milliseconds since 1970. NaN and the infinities are left out. */
  readonly min?: number
  readonly max?: number
  readonly mean?: number
  /** With n − 1. */
  readonly std?: number
  /** At 5, 25, 50, 75 and 95 percent, approximate. */
  readonly quantiles?: readonly number[]
  /** `nBins` bins of equal width from `min` to `max`. */
  readonly histogram?: readonly number[]
  /** The ten most frequent values of text and booleans, the most frequent first, ties in order of the text. */
  readonly top?: readonly { readonly value: string; readonly count: number }[]
}

export interface TableStatistics {
  /** Of the whole result. */
  readonly nRows: number
  /** How many rows the columns' statistics are over: all, or a sample of `sampleRows`. */
  readonly statisticsRows: number
  readonly columns: readonly ColumnStatistics[]
}

export interface StatisticsOptions {
  /** Larger tables are sampled down to this many rows. Default 200,000. */
  readonly sampleRows?: number
  readonly nBins?: number
  /** Whether the query only scans a file, so that reading it twice is cheaper than keeping it. */
  readonly isScan?: boolean
  /** Ends the work, which then fails with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

const nTop = 10

/** Statistics of the given columns of a query (SQL text without parameters). */
export async function computeTableStatistics(
  database: Database,
  query: string,
  columns: readonly ResultColumn[],
  options: StatisticsOptions = {},
): Promise<TableStatistics> {
  const { sampleRows = 200_000, nBins = 20, isScan = false, signal } = options
  const kinds = columns.map(column => kindOf(column.sqlType))
  const sample = isScan ? await scanSample(database, query, { sampleRows, signal }) : reservoir(sampleRows)
  const sql = statisticsText(query, columns, { kinds, sample, nBins, isScan })
  const { rows } = await database.all({ sql }, { signal })
  const [record] = rows
  if (!record) throw new Error('an aggregate without groups gives one row')
  const [nRows, statisticsRows, ...cells] = record
  return {
    nRows: nRows as number,
    statisticsRows: statisticsRows as number,
    columns: columns.map((column, i) => ({
      name: column.name,
      sqlType: column.sqlType,
      kind: kinds[i] ?? 'other',
      ...columnStatistics(kinds[i] ?? 'other', cells[i] as Readonly<Record<string, Value>>, nBins),
    })),
  }
}

function reservoir(sampleRows: number): string {
  return `using sample reservoir(${sampleRows} rows) repeatable (1)`
}

/**
 * Counting a file is nearly free, and with the count known each row can be drawn by itself: a reservoir takes three
 * times as long. Drawing whole blocks is faster still, and far off where the file is sorted.
 */
async function scanSample(
  database: Database,
  query: string,
  { sampleRows, signal }: { readonly sampleRows: number; readonly signal: AbortSignal | undefined },
): Promise<string> {
  const { rows } = await database.all({ sql: `select count(*) from (${query}\n)` }, { signal })
  const nRows = rows[0]?.[0] as number
  return nRows > sampleRows
    ? `tablesample bernoulli(${((100 * sampleRows) / nRows).toFixed(4)}%) repeatable (1)`
    : ''
}

interface TextOptions {
  readonly kinds: readonly ColumnKind[]
  readonly sample: string
  readonly nBins: number
  readonly isScan: boolean
}

/** One row: rows of the table, rows of the sample, then one struct per column. */
function statisticsText(
  query: string,
  columns: readonly ResultColumn[],
  { kinds, sample, nBins, isScan }: TextOptions,
): string {
  const names = columns.map((_, i) => `c${i}`)
  const numbers = columns.map((column, i) => numberExpression(quoteName(column.name), kinds[i] ?? 'other'))
  const projected = columns.map(
    (column, i) => `${quoteName(column.name)} as c${i}${numbers[i] ? `, ${numbers[i]} as n${i}` : ''}`,
  )
  const ranges = numbers.flatMap((number, i) =>
    number ? [`min(n${i}) as lo${i}, max(n${i}) as hi${i}`] : [],
  )
  const structs = names.map((name, i) => structOf(name, i, kinds[i] ?? 'other', nBins))
  return `
    with t as ${isScan ? 'not materialized' : 'materialized'} (select * from (${query}\n)),
    s as materialized (select ${projected.join(', ') || '1'} from t ${sample}),
    r as materialized (select ${ranges.join(', ') || 'count(*)'} from s)
    select (select count(*) from t), count(*)${structs.map(text => `, ${text}`).join('')} from s, r`
}

/** Finite doubles only: one NaN or infinity would make every moment useless. */
function numberExpression(name: string, kind: ColumnKind): string | undefined {
  if (kind === 'int') return `${name}::DOUBLE`
  if (kind === 'float') return `case when isfinite(${name}::DOUBLE) then ${name}::DOUBLE end`
  if (kind === 'timestamp')
    return `case when isfinite(${name}::TIMESTAMP) then epoch_ms(${name}::TIMESTAMP)::DOUBLE end`
  return undefined
}

function structOf(name: string, i: number, kind: ColumnKind, nBins: number): string {
  const missing = kind === 'float' ? `${name} is null or isnan(${name}::DOUBLE)` : `${name} is null`
  const fields = [`n_null: count(*) filter (${missing})`]
  if (kind === 'other') return `{${fields.join(', ')}}`
  fields.push(`n_distinct: approx_count_distinct(${name})`)
  if (kind === 'string' || kind === 'bool')
    fields.push(
      `top: list_sort(list_transform(map_entries(histogram(${name}::VARCHAR)), e -> {n: -e.value::BIGINT, value: e.key}))[1:${nTop}]`,
    )
  else
    fields.push(
      `min: any_value(lo${i}), max: any_value(hi${i}), mean: avg(n${i}), std: stddev_samp(n${i})`,
      `quantiles: approx_quantile(n${i}, [0.05, 0.25, 0.5, 0.75, 0.95])`,
      // The largest value belongs into the last bin; a single value makes the width 0.
      `bins: histogram(case when n${i} is null then null when hi${i} > lo${i} then least(floor((n${i} - lo${i}) / (hi${i} - lo${i}) * ${nBins}), ${nBins - 1})::INT else 0 end)`,
    )
  return `{${fields.join(', ')}}`
}

type TopValues = readonly { readonly n: number; readonly value: string }[]
type MapEntries = readonly { readonly key: Value; readonly value: number }[]

function columnStatistics(kind: ColumnKind, cell: Readonly<Record<string, Value>>, nBins: number) {
  const nNull = cell['n_null'] as number
  if (kind === 'other') return { nNull }
  const nDistinct = cell['n_distinct'] as number
  if (kind === 'string' || kind === 'bool')
    return { nNull, nDistinct, top: topValues(cell['top'] as TopValues | null) }
  if (cell['min'] === null) return { nNull, nDistinct }
  const histogram = new Array<number>(nBins).fill(0)
  for (const { key, value } of (cell['bins'] ?? []) as MapEntries) histogram[key as number] = value
  return {
    nNull,
    nDistinct,
    min: cell['min'] as number,
    max: cell['max'] as number,
    mean: cell['mean'] as number,
    ...(cell['std'] === null ? {} : { std: cell['std'] as number }),
    quantiles: cell['quantiles'] as readonly number[],
    histogram,
  }
}

function topValues(top: TopValues | null) {
  return (top ?? []).map(({ n, value }) => ({ value, count: -n }))
}
