/** `plot`: a Vega-Lite chart of a table or of rows, with as many rows in it as a page can bear. */
import type { ResultColumn, Value } from '../catalog/columns/database.ts'
import { kindOf, type ColumnKind } from '../catalog/columns/kinds.ts'
import { displayMethod, vegaLiteMime, type MimeBundle } from './display/messages.ts'
import { toCell } from './display/table.ts'
import { LibraryError } from './errors.ts'
import { isTable, Table } from './tables/table.ts'

/** A column's name, or a whole Vega-Lite channel (`{ field: 'delay', type: 'quantitative', bin: true }`). */
export type Channel = string | Readonly<Record<string, unknown>>

/** What is drawn. The channels of Vega-Lite by their names; the type of a column is taken from the data. */
export interface PlotSpec {
  /** `bar`, `line`, `point`, `area`, `tick`, `rect`, …, or a whole Vega-Lite mark. */
  readonly mark: string | Readonly<Record<string, unknown>>
  readonly x?: Channel
  readonly y?: Channel
  readonly color?: Channel
  readonly size?: Channel
  readonly shape?: Channel
  readonly opacity?: Channel
  readonly column?: Channel
  readonly row?: Channel
  readonly tooltip?: Channel
  readonly title?: string
  /** Pixels. Default 480 × 280. */
  readonly width?: number
  readonly height?: number
  /** Any further property of a Vega-Lite specification, e.g. `transform`. */
  readonly [property: string]: unknown
}

export interface VegaLiteSpec extends Readonly<Record<string, unknown>> {
  readonly $schema: string
  readonly data: { readonly values: readonly Readonly<Record<string, unknown>>[] }
}

const channels = ['x', 'y', 'color', 'size', 'shape', 'opacity', 'column', 'row', 'tooltip'] as const
/** Of more rows a sample is drawn. */
const maxRows = 5000
const schemaUrl = 'https://vega.github.io/schema/vega-lite/v5.json'

/** A chart; the data is read when it is shown. */
export class Plot {
  readonly data: Table | readonly object[]
  readonly spec: PlotSpec

  constructor(data: Table | readonly object[], spec: PlotSpec) {
    this.data = data
    this.spec = spec
  }

  /** The Vega-Lite specification with at most 5,000 rows in it. @throws LIB009 for a column that is not there */
  async toVegaLite(): Promise<VegaLiteSpec> {
    const data = isTable(this.data) ? await tableData(this.data) : rowsData(this.data)
    const { mark, title, width = 480, height = 280, ...rest } = this.spec
    const encoding: Record<string, unknown> = {}
    const others: Record<string, unknown> = {}
    for (const [name, value] of Object.entries(rest))
      if ((channels as readonly string[]).includes(name))
        encoding[name] = channelOf(name, value as Channel, this.spec, data)
      else others[name] = value
    const titles = [title, data.nRows > data.values.length ? sampleNote(data) : undefined].filter(Boolean)
    return {
      $schema: schemaUrl,
      ...(titles.length > 0
        ? { title: titles.length === 1 ? titles[0] : { text: titles[0], subtitle: titles[1] } }
        : {}),
      width,
      height,
      mark: typeof mark === 'string' ? { type: mark, tooltip: true } : mark,
      ...others,
      encoding: { ...encoding, ...(others['encoding'] as object | undefined) },
      data: { values: data.values },
    }
  }

  async [displayMethod](): Promise<MimeBundle> {
    const spec = await this.toVegaLite()
    const axes = ['x', 'y'].flatMap(axis => describeChannel(this.spec[axis]))
    const text = `plot ${JSON.stringify(this.spec.mark)} of ${axes.join(' and ')} (${spec.data.values.length} rows)`
    return { [vegaLiteMime]: spec, 'text/plain': text }
  }
}

/**
 * A chart of a table or of rows:
 *
 *     plot(byHour, { mark: 'bar', x: 'hour', y: 'delay' })
 */
export function plot(data: Table | readonly object[], spec: PlotSpec): Plot {
  return new Plot(data, spec)
}

interface PlotData {
  readonly kinds: ReadonlyMap<string, ColumnKind>
  readonly values: readonly Readonly<Record<string, unknown>>[]
  readonly nRows: number
}

async function tableData(table: Table): Promise<PlotData> {
  let sample = await table.page(maxRows + 1)
  let nRows = sample.rows.length
  if (nRows > maxRows) {
    nRows = await table.count()
    // The sample keeps the order of the rows: a line is drawn in it.
    const drawn = new Table({
      strings: [
        'select * exclude (row_of_plot) from (select * from (select row_number() over () as row_of_plot, * from ',
        `) using sample reservoir(${maxRows} rows) repeatable (1)) order by row_of_plot`,
      ],
      values: [table.query],
    })
    sample = await drawn.page(maxRows)
  }
  const { columns, rows } = sample
  return {
    kinds: new Map(columns.map(({ name, sqlType }: ResultColumn) => [name, kindOf(sqlType)])),
    values: rows.map(row => Object.fromEntries(columns.map(({ name }, i) => [name, toCell(row[i] ?? null)]))),
    nRows,
  }
}

function rowsData(rows: readonly object[]): PlotData {
  const step = Math.max(1, rows.length / maxRows)
  const drawn = Array.from({ length: Math.min(rows.length, maxRows) }, (_, i) => rows[Math.floor(i * step)]!)
  const values = drawn.map(row =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, cellOf(value)])),
  )
  const names = new Set(drawn.flatMap(row => Object.keys(row)))
  const kinds = [...names].map(name => [name, kindOfValues(drawn, name)] as const)
  return { kinds: new Map(kinds), values, nRows: rows.length }
}

function cellOf(value: unknown): unknown {
  return value === undefined ? null : toCell(value as Value)
}

function kindOfValues(rows: readonly object[], name: string): ColumnKind {
  const values = rows
    .map(row => (row as Readonly<Record<string, unknown>>)[name])
    .filter(value => value !== null && value !== undefined)
  if (values.every(value => value instanceof Date)) return 'timestamp'
  if (values.every(value => typeof value === 'boolean')) return 'bool'
  if (values.every(value => typeof value === 'number' || typeof value === 'bigint'))
    return values.every(value => typeof value === 'bigint' || Number.isInteger(value)) ? 'int' : 'float'
  return 'string'
}

function channelOf(
  name: string,
  channel: Channel,
  { mark, x, y }: PlotSpec,
  { kinds, values }: PlotData,
): unknown {
  const given = typeof channel === 'string' ? { field: channel } : channel
  const { field } = given as { field?: unknown }
  if (typeof field !== 'string' || values.length === 0) return given
  const kind = kinds.get(field)
  if (!kind)
    throw new LibraryError(
      'LIB009',
      `Expected a column for ${name} among ${[...kinds.keys()].join(', ')}, got ${JSON.stringify(field)}.`,
    )
  // Vega-Lite reads dots and brackets in a field's name as a path.
  const escaped = field.replaceAll(/[.[\]\\'"]/g, String.raw`\$&`)
  const isBarAxis =
    (typeof mark === 'string' ? mark : mark['type']) === 'bar' &&
    name === 'x' &&
    x !== undefined &&
    y !== undefined
  return { title: field, type: vegaType(kind, isBarAxis), ...given, field: escaped }
}

/** Bars stand side by side: a whole number under them is a name, not a length. */
function vegaType(kind: ColumnKind, isBarAxis: boolean): string {
  if (kind === 'timestamp') return 'temporal'
  if (kind === 'float') return 'quantitative'
  if (kind === 'int') return isBarAxis ? 'ordinal' : 'quantitative'
  return 'nominal'
}

function describeChannel(channel: unknown): string[] {
  if (typeof channel === 'string') return [channel]
  const field = (channel as { field?: unknown } | undefined)?.field
  return typeof field === 'string' ? [field] : []
}

function sampleNote({ values, nRows }: PlotData): string {
  return `${values.length.toLocaleString('en')} of ${nRows.toLocaleString('en')} rows`
}
