/**
 * Aggregates and bins of a table with more rows than a plot draws are computed where the rows are, over all of them:
 * the page gets the groups. What the database could only answer otherwise than Vega-Lite would is left to the page.
 */
import type { BoundSql } from '../../catalog/columns/database.ts'
import { quoteName } from '../../engine/sql/text.ts'
import { currentSession } from '../session.ts'
import type { Table } from '../tables/table.ts'
import { batchRows, maxPlotRows, type PlotRows } from './data.ts'
import { readChannel, type ChannelSpec, type Columns, type PlotSpec } from './spec.ts'

export interface Aggregated {
  readonly rows: PlotRows
  /** The same plot over the groups. */
  readonly spec: PlotSpec
}

/** aggregate → the same in SQL, of a quoted column */
const functions: Readonly<Record<string, (column: string) => string>> = {
  sum: column => `sum(${column})::double`,
  mean: column => `avg(${column})`,
  average: column => `avg(${column})`,
  median: column => `median(${column})`,
  min: column => `min(${column})`,
  max: column => `max(${column})`,
  stdev: column => `stddev_samp(${column})`,
  variance: column => `var_samp(${column})`,
  distinct: column => `count(distinct ${column})`,
  valid: column => `count(${column})`,
  missing: column => `count(*) - count(${column})`,
  q1: column => `quantile_cont(${column}, 0.25)`,
  q3: column => `quantile_cont(${column}, 0.75)`,
  product: column => `product(${column})`,
}
/** Parts of a whole: only these are stacked. */
const summative = new Set(['count', 'sum', 'distinct', 'valid', 'missing'])
const plainMarks = new Set([
  'bar',
  'line',
  'area',
  'point',
  'circle',
  'square',
  'tick',
  'rect',
  'arc',
  'text',
  'rule',
])

/** Undefined when the page can, or must, do it. */
export async function aggregate(
  table: Table,
  spec: PlotSpec,
  columns: Columns,
): Promise<Aggregated | undefined> {
  const channels = readChannels(spec, columns)
  if (!channels?.some(([, { aggregate }]) => aggregate !== undefined)) return undefined
  const parts: Part[] = []
  for (const [name, channel] of channels) {
    const part = await partOf(name, channel, { table, columns, index: parts.length })
    if (part === 'elsewhere') return undefined
    parts.push(part)
  }
  const select = parts.flatMap(({ select }) => select)
  const where = parts.flatMap(({ where }) => where)
  const result = await all(
    table,
    `select ${select.join(', ')} from`,
    `${where.length ? `where ${where.join(' and ')}` : ''} group by all order by all limit ${maxPlotRows + 1}`,
  )
  if (result.rows.length > maxPlotRows) return undefined
  const changed = Object.fromEntries(parts.flatMap(({ channels }) => channels))
  return { rows: batchRows(result), spec: { ...spec, ...changed } }
}

type NamedChannel = readonly [name: string, channel: ChannelSpec]

const viewProperties = new Set([
  'mark',
  'title',
  'width',
  'height',
  'config',
  'interactive',
  'background',
  'autosize',
])

/** The channels of a plain view; undefined when anything else takes part in it. */
function readChannels(spec: PlotSpec, columns: Columns): NamedChannel[] | undefined {
  const mark = typeof spec.mark === 'string' ? spec.mark : spec.mark?.type
  if (mark === undefined || !plainMarks.has(mark)) return undefined
  const channels: NamedChannel[] = []
  for (const [name, value] of Object.entries(spec)) {
    if (viewProperties.has(name) || value === undefined) continue
    if (Array.isArray(value) || (typeof value !== 'string' && typeof value !== 'object') || value === null)
      return undefined
    if (['layer', 'params', 'transform', 'encoding', 'resolve', 'projection', 'data', 'spec'].includes(name))
      return undefined
    channels.push([name, readChannel(value as ChannelSpec, columns)])
  }
  return channels
}

interface Part {
  readonly select: readonly string[]
  readonly where: readonly string[]
  readonly channels: readonly NamedChannel[]
}

interface Place {
  readonly table: Table
  readonly columns: Columns
  readonly index: number
}

async function partOf(name: string, channel: ChannelSpec, place: Place): Promise<Part | 'elsewhere'> {
  const { field, aggregate, bin, timeUnit, sort, condition } = channel
  if (
    timeUnit !== undefined ||
    condition !== undefined ||
    (typeof sort === 'object' && sort && !Array.isArray(sort))
  )
    return 'elsewhere'
  if (aggregate !== undefined) return aggregatePart(name, channel, place)
  if (field === undefined) return { select: [], where: [], channels: [] }
  if (!place.columns.kinds.has(field)) return 'elsewhere'
  if (bin !== undefined && bin !== false) return await binPart(name, channel, place)
  return { select: [quoteName(field)], where: [], channels: [] }
}

function aggregatePart(name: string, channel: ChannelSpec, { columns, index }: Place): Part | 'elsewhere' {
  const { aggregate: operation, field, ...rest } = channel
  if (typeof operation !== 'string' || channel.bin) return 'elsewhere'
  const compute = operation === 'count' ? () => 'count(*)' : functions[operation]
  if (!compute || (field === undefined ? operation !== 'count' : !columns.kinds.has(field)))
    return 'elsewhere'
  const as = `${operation}_${field ?? 'rows'}_${index}`
  const title =
    field === undefined || operation === 'count'
      ? 'Count of Records'
      : `${operation[0]!.toUpperCase()}${operation.slice(1)} of ${field}`
  const isTime =
    columns.kinds.get(field ?? '') === 'timestamp' && (operation === 'min' || operation === 'max')
  const stack = summative.has(operation) || !(name === 'x' || name === 'y') ? {} : { stack: null }
  const changed = { type: isTime ? 'temporal' : 'quantitative', title, ...stack, ...rest, field: as } as const
  return {
    select: [`${compute(quoteName(field ?? ''))} as ${quoteName(as)}`],
    where: [],
    channels: [[name, changed]],
  }
}

async function binPart(name: string, channel: ChannelSpec, place: Place): Promise<Part | 'elsewhere'> {
  const { field = '', bin, ...rest } = channel
  const kind = place.columns.kinds.get(field)
  const options = typeof bin === 'object' ? (bin as { maxbins?: number; step?: number }) : {}
  const isPlain = Object.keys(options).every(key => key === 'maxbins' || key === 'step')
  if ((name !== 'x' && name !== 'y') || (kind !== 'int' && kind !== 'float') || bin === 'binned' || !isPlain)
    return 'elsewhere'
  const column = quoteName(field)
  const finite = `${column} is not null and isfinite(${column}::double)`
  const { rows } = await all(
    place.table,
    `select min(${column})::double, max(${column})::double from`,
    `where ${finite}`,
  )
  const [min, max] = (rows[0] ?? []) as readonly (number | null)[]
  if (typeof min !== 'number' || typeof max !== 'number') return 'elsewhere'
  const { start, stop, step } = bins(min, max, options)
  const from = `bin_${place.index}`
  const to = `bin_end_${place.index}`
  const lower = `least(${start}::double + floor((${column}::double - ${start}::double) / ${step}::double) * ${step}::double, ${stop - step}::double)`
  return {
    select: [`${lower} as ${quoteName(from)}`, `${lower} + ${step}::double as ${quoteName(to)}`],
    where: [finite],
    channels: [
      [
        name,
        {
          title: `${field} (binned)`,
          ...rest,
          type: 'quantitative',
          bin: { binned: true, step },
          field: from,
        },
      ],
      [`${name}2`, { field: to }],
    ],
  }
}

async function all(table: Table, head: string, tail: string) {
  const { bindQuery } = await import('../tables/query.ts')
  const bound: BoundSql = bindQuery({ strings: [`${head} `, ` ${tail}`], values: [table.query] })
  return await currentSession().database.all(bound)
}

/** Bins of a round width, at most so many, as Vega makes them. */
function bins(min: number, max: number, { maxbins = 10, step: given }: { maxbins?: number; step?: number }) {
  const span = max - min || Math.abs(min) || 1
  const step = given ?? roundStep(span, Math.max(1, maxbins))
  // What is a bin's edge but for the last bit belongs there.
  const start = Math.floor(min / step + 1e-9) * step
  return { start, stop: Math.max(Math.ceil(max / step - 1e-9) * step, start + step), step }
}

function roundStep(span: number, maxBins: number): number {
  let step = 10 ** (Math.round(Math.log10(span)) - Math.ceil(Math.log10(maxBins)))
  while (Math.ceil(span / step) > maxBins) step *= 10
  for (const divisor of [5, 2]) if (span / (step / divisor) <= maxBins) step /= divisor
  return step
}
