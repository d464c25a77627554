/** `plot`: a Vega-Lite chart of a table or of rows, with as many rows in it as a page can bear. */
import { kindOf, type ColumnKind } from '../catalog/columns/kinds.ts'
import { displayMethod, vegaLiteMime, type MimeBundle } from './display/messages.ts'
import { aggregate } from './plots/aggregate.ts'
import { maxPlotRows, plotRows, tableRows, type PlotData, type PlotRows } from './plots/data.ts'
import { liftView, type PlotSpec } from './plots/spec.ts'
import { isTable } from './tables/table.ts'

export type { PlotData } from './plots/data.ts'
export type {
  Aggregate,
  Channel,
  ChannelName,
  Channels,
  ChannelSpec,
  MarkSpec,
  MarkType,
  PlotSpec,
  ViewSpec,
} from './plots/spec.ts'

/** A whole Vega-Lite specification, with its rows. */
export interface VegaLiteSpec extends Readonly<Record<string, unknown>> {
  readonly $schema: string
  readonly data: { readonly values: readonly Readonly<Record<string, unknown>>[] }
}

const schemaUrl = 'https://vega.github.io/schema/vega-lite/v5.json'
/** Views that have a size of their own; others are sized by what they hold. */
const composed = ['hconcat', 'vconcat', 'concat', 'spec']

/** A chart; the data is read when it is shown. */
export class Plot {
  readonly data: PlotData
  readonly spec: PlotSpec

  constructor(data: PlotData, spec: PlotSpec) {
    this.data = data
    this.spec = spec
  }

  /**
   * The Vega-Lite specification with at most 5,000 rows, or groups of rows, in it.
   * @throws LIB009 for a column that is not there, or data without rows
   */
  async toVegaLite(): Promise<VegaLiteSpec> {
    const { rows, spec } = await this.#read()
    const { title, width: _width, height: _height, interactive, ...view } = spec
    const note = rows.nRows > rows.values.length ? sampleNote(rows) : undefined
    return {
      $schema: schemaUrl,
      ...titleOf(title, note),
      ...sizeOf(spec),
      ...liftView(view, rows),
      ...(interactive ? { params: [...(view.params ?? []), zoom] } : {}),
      data: { values: rows.values },
    }
  }

  /** The chart as an SVG image; undefined when it would be larger than a megabyte. */
  async toSvg(): Promise<string | undefined> {
    const { renderStatic } = await import('./plots/static.ts')
    return (await renderStatic(await this.toVegaLite(), vegaLiteMime))['image/svg+xml']
  }

  /** What a cell shows: the specification, and a picture for clients that cannot draw it. */
  async [displayMethod](): Promise<MimeBundle> {
    const spec = await this.toVegaLite()
    const { renderStatic } = await import('./plots/static.ts')
    const picture = await renderStatic(spec, vegaLiteMime)
    return { [vegaLiteMime]: spec, ...picture, 'text/plain': this.#describe(spec.data.values.length) }
  }

  async #read(): Promise<{ readonly rows: PlotRows; readonly spec: PlotSpec }> {
    const { data, spec } = this
    if (!isTable(data)) return { rows: plotRows(data), spec }
    const first = await data.page(maxPlotRows + 1)
    const kinds = new Map<string, ColumnKind>(
      first.columns.map(({ name, sqlType }) => [name, kindOf(sqlType)]),
    )
    const isLarge = first.rows.length > maxPlotRows
    const aggregated = isLarge ? await aggregate(data, spec, { kinds }) : undefined
    return aggregated ?? { rows: await tableRows(data, first), spec }
  }

  #describe(nRows: number): string {
    const axes = ['x', 'y'].flatMap(axis => describeChannel(this.spec[axis]))
    const mark = typeof this.spec.mark === 'object' ? this.spec.mark.type : this.spec.mark
    const what = [mark ?? 'views', ...(axes.length > 0 ? [`of ${axes.join(' and ')}`] : [])].join(' ')
    return `plot: ${what} (${nRows.toLocaleString('en')} rows)`
  }
}

/**
 * A chart of a table, of rows as objects, of a DataFrame or of an Arrow table:
 *
 *     plot(flights, { mark: 'bar', x: 'bin(delay)', y: 'count()' })
 *     plot(byHour, { mark: 'line', x: 'hour', y: 'delay', color: 'origin', title: 'Mean delay by hour' })
 *
 * Of more than 5,000 rows a sample is drawn, and the chart says so; aggregates and bins of a table are computed over
 * all rows.
 */
export function plot(data: PlotData, spec: PlotSpec): Plot {
  return new Plot(data, spec)
}

const zoom = { name: 'slipway_zoom', select: 'interval', bind: 'scales' }

function titleOf(title: PlotSpec['title'], note: string | undefined): { title?: unknown } {
  if (note === undefined) return title === undefined ? {} : { title }
  if (title === undefined) return { title: note }
  const given = typeof title === 'object' ? title : { text: title }
  return { title: { subtitle: note, ...given } }
}

function sizeOf(spec: PlotSpec): { width?: unknown; height?: unknown } {
  const { width, height } = spec
  const given = { ...(width === undefined ? {} : { width }), ...(height === undefined ? {} : { height }) }
  if (composed.some(name => name in spec)) return given
  const isSmall = ['row', 'column', 'facet'].some(name => name in spec)
  const isRound = (typeof spec.mark === 'object' ? spec.mark.type : spec.mark) === 'arc'
  return { width: isSmall ? 200 : isRound ? 280 : 480, height: isSmall ? 160 : 280, ...given }
}

function describeChannel(channel: unknown): string[] {
  if (typeof channel === 'string') return [channel]
  const { field, aggregate } = (channel ?? {}) as { field?: unknown; aggregate?: unknown }
  if (typeof field !== 'string') return aggregate === 'count' ? ['count()'] : []
  return [typeof aggregate === 'string' ? `${aggregate}(${field})` : field]
}

function sampleNote({ values, nRows }: PlotRows): string {
  return `${values.length.toLocaleString('en')} of ${nRows.toLocaleString('en')} rows`
}
