/**
 * `df.plot('div').line({ config, layout })` of danfo, whose own drawing needs a page: the same call gives a chart of
 * ours, which a cell shows. `config` and `layout` mean what danfo and Plotly mean by them, as far as a chart has it:
 * x, y, columns, labels, values; title, axis titles, width, height, barmode.
 */
import type { DataFrame, Series } from 'danfojs-node'
import { LibraryError } from '../errors.ts'
import { suggest } from '../../language/suggest.ts'
import type { MarkSpec, Plot, plot, PlotSpec } from '../plot.ts'

interface DanfoConfig {
  readonly x?: string
  readonly y?: string
  readonly columns?: readonly string[]
  readonly labels?: string
  readonly values?: string
}

type Titled = string | { readonly text?: string } | undefined

interface DanfoLayout {
  readonly title?: Titled
  readonly width?: number
  readonly height?: number
  readonly xaxis?: { readonly title?: Titled }
  readonly yaxis?: { readonly title?: Titled }
  readonly barmode?: string
}

export interface DanfoPlotOptions {
  readonly config?: DanfoConfig
  readonly layout?: DanfoLayout
}

type Frame = DataFrame | Series

/** What `df.plot(div)` returns. */
export interface DanfoPlots {
  line(options?: DanfoPlotOptions): Plot
  bar(options?: DanfoPlotOptions): Plot
  scatter(options?: DanfoPlotOptions): Plot
  hist(options?: DanfoPlotOptions): Plot
  pie(options?: DanfoPlotOptions): Plot
  box(options?: DanfoPlotOptions): Plot
  violin(options?: DanfoPlotOptions): Plot
  /** The frame itself, which a cell shows as a grid. */
  table(options?: DanfoPlotOptions): Frame
}

export interface DanfoModule {
  readonly DataFrame?: { readonly prototype: { plot?: unknown } }
  readonly Series?: { readonly prototype: { plot?: unknown } }
}

/**
 * Puts our `plot` into danfo's classes.
 * @param load gives `plot` when it is first needed: whoever only computes with frames does not load it
 */
export function danfoPlots({ DataFrame, Series }: DanfoModule, load: () => typeof plot): void {
  for (const { prototype } of [DataFrame, Series].filter(each => each !== undefined))
    ownerOf(prototype).plot = function (this: Frame): DanfoPlots {
      return createPlots(this, load)
    }
}

/** danfo's exported classes extend those that its own methods return: the method belongs to the latter. */
function ownerOf(prototype: { plot?: unknown }): { plot?: unknown } {
  for (let at: object | null = prototype; at !== null; at = Object.getPrototypeOf(at) as object | null)
    if (Object.hasOwn(at, 'plot')) return at
  return prototype
}

interface Drawing {
  readonly rows: readonly Row[]
  readonly spec: PlotSpec
}

function createPlots(frame: Frame, load: () => typeof plot): DanfoPlots {
  const drawing =
    (draw: (frame: Frame, options: DanfoPlotOptions) => Drawing) =>
    (options: DanfoPlotOptions = {}) => {
      const { rows, spec } = draw(frame, options)
      return load()(rows, spec)
    }
  const xy = (mark: MarkSpec) => drawing((frame, options) => xyPlot(frame, mark, options))
  return {
    line: xy({ type: 'line', tooltip: true }),
    bar: xy({ type: 'bar', tooltip: true }),
    scatter: xy({ type: 'point', tooltip: true }),
    hist: drawing(histogram),
    pie: drawing(pie),
    box: drawing(boxes),
    violin: drawing(violins),
    table: () => frame,
  }
}

type Row = Readonly<Record<string, unknown>>

interface Columns {
  readonly names: readonly string[]
  readonly index: readonly (string | number)[]
  /** (nColumns, nRows) */
  readonly values: readonly (readonly unknown[])[]
}

/** The columns of a frame; a series is one column. */
function columnsOf(frame: Frame): Columns {
  const { index } = frame
  const values = frame.values as unknown[]
  if (frame.shape.length < 2) return { names: [String(frame.columns[0] ?? 'value')], index, values: [values] }
  const names = frame.columns.map(String)
  return { names, index, values: names.map((_, i) => values.map(row => (row as unknown[])[i])) }
}

/** x against y; one of them against the index; else every column against the index. */
function xyPlot(frame: Frame, mark: MarkSpec, { config = {}, layout = {} }: DanfoPlotOptions): Drawing {
  const columns = columnsOf(frame)
  const { x, y } = config
  if (x !== undefined || y !== undefined) {
    const rows = columns.index.map((index, i) => ({
      x: x === undefined ? index : pick(columns, x)[i],
      y: y === undefined ? index : pick(columns, y)[i],
    }))
    return { rows: rows, spec: { mark, ...layoutOf(layout, { x: x ?? 'Index', y: y ?? 'Index' }, mark) } }
  }
  const names = chosen(columns, config)
  const spec = layoutOf(layout, { x: 'Index', y: names.length === 1 ? names[0]! : 'value' }, mark)
  const color = names.length > 1 ? { color: { field: 'column', sort: [...names], title: null } } : {}
  const beside =
    mark.type === 'bar' && names.length > 1 && layout.barmode !== 'stack' ? { xOffset: 'column' } : {}
  return { rows: longRows(columns, names), spec: { mark, ...spec, ...color, ...beside } }
}

/** A row per value: its index as x, its column's name. */
function longRows(columns: Columns, names: readonly string[]): Row[] {
  return names.flatMap(column => pick(columns, column).map((y, i) => ({ x: columns.index[i], y, column })))
}

function histogram(frame: Frame, { config = {}, layout = {} }: DanfoPlotOptions): Drawing {
  const columns = columnsOf(frame)
  const one = config.x ?? config.y
  const names = one === undefined ? chosen(columns, config, isNumeric) : [one]
  const spec = layoutOf(layout, { x: names.length === 1 ? names[0]! : 'value', y: 'count' }, undefined)
  const binned: PlotSpec = {
    ...spec,
    mark: { type: 'bar', tooltip: true, ...(names.length > 1 ? { opacity: 0.6 } : {}) },
    x: { field: 'y', bin: { maxbins: 30 }, title: titleText(layout.xaxis?.title) ?? names.join(', ') },
    y: { aggregate: 'count', stack: null, title: titleText(layout.yaxis?.title) ?? 'count' },
    ...(names.length > 1 ? { color: { field: 'column', title: null } } : {}),
  }
  return { rows: longRows(columns, names), spec: binned }
}

function pie(frame: Frame, { config = {}, layout = {} }: DanfoPlotOptions): Drawing {
  const columns = columnsOf(frame)
  const labels = config.labels === undefined ? columns.index : pick(columns, config.labels)
  const names =
    config.values === undefined
      ? chosen(columns, config, isNumeric).filter(name => name !== config.labels)
      : [config.values]
  const rows = names.flatMap(column =>
    pick(columns, column).map((value, i) => ({ label: labels[i], value, column })),
  )
  const { x: _x, y: _y, ...spec } = layoutOf(layout, { x: '', y: '' }, undefined)
  return {
    rows: rows,
    spec: {
      ...spec,
      mark: { type: 'arc', tooltip: true },
      theta: { field: 'value', aggregate: 'sum', stack: true, title: names.join(', ') },
      color: { field: 'label', type: 'nominal', title: config.labels ?? null },
      ...(names.length > 1 ? { column: { field: 'column', title: null } } : {}),
    },
  }
}

function boxes(frame: Frame, { config = {}, layout = {} }: DanfoPlotOptions): Drawing {
  const { rows, spec } = distributions(frame, { config, layout })
  return { rows: rows, spec: { ...spec, mark: { type: 'boxplot', size: 30 } } }
}

/** The density of each column's values, as a shape of equal width on both sides. */
function violins(frame: Frame, { config = {}, layout = {} }: DanfoPlotOptions): Drawing {
  const { rows, spec } = distributions(frame, { config, layout })
  const { x, y, ...rest } = spec
  return {
    rows: rows,
    spec: {
      ...rest,
      mark: { type: 'area', orient: 'horizontal', tooltip: true },
      transform: [{ density: 'y', groupby: ['x'], as: ['y', 'density'] }],
      x: {
        field: 'density',
        type: 'quantitative',
        stack: 'center',
        title: null,
        axis: { labels: false, ticks: false, grid: false },
      },
      y: { ...(y as object), field: 'y', type: 'quantitative' },
      column: {
        field: 'x',
        type: 'nominal',
        title: (x as { title?: string }).title ?? null,
        header: { orient: 'bottom' },
      },
      color: { field: 'x', type: 'nominal', legend: null },
      width: 120,
      height: 280,
    },
  }
}

/** y by the groups of x, or every numeric column beside the other. */
function distributions(frame: Frame, { config = {}, layout = {} }: DanfoPlotOptions) {
  const columns = columnsOf(frame)
  const { x, y } = config
  const names =
    x !== undefined && y !== undefined ? [y] : (x ?? y) ? [(x ?? y)!] : chosen(columns, config, isNumeric)
  const groups = x !== undefined && y !== undefined ? pick(columns, x) : undefined
  const rows = names.flatMap(name =>
    pick(columns, name).map((value, i) => ({ x: groups ? groups[i] : name, y: value })),
  )
  const axes = layoutOf(
    layout,
    { x: groups ? x! : '', y: groups ? y! : names.length === 1 ? names[0]! : 'value' },
    undefined,
  )
  const title = (axes.x as { title?: string }).title
  const spec = { ...axes, x: { field: 'x', type: 'nominal', title: title === '' ? null : title } } as const
  return {
    rows,
    spec: { ...spec, y: { ...(axes.y as object), type: 'quantitative', scale: { zero: false } } } as PlotSpec,
  }
}

/** Title, size, and the two axes named. */
function layoutOf(
  layout: DanfoLayout,
  names: { x: string; y: string },
  mark: MarkSpec | undefined,
): PlotSpec {
  const title = titleText(layout.title)
  const zero = mark === undefined || mark.type === 'bar' ? {} : { scale: { zero: false } }
  return {
    ...(title === undefined ? {} : { title }),
    ...(layout.width === undefined ? {} : { width: layout.width }),
    ...(layout.height === undefined ? {} : { height: layout.height }),
    x: { field: 'x', title: titleText(layout.xaxis?.title) ?? names.x, ...zero },
    y: { field: 'y', title: titleText(layout.yaxis?.title) ?? names.y, ...zero },
  }
}

function titleText(title: Titled): string | undefined {
  return typeof title === 'object' ? title.text : title
}

function chosen(
  columns: Columns,
  { columns: given }: DanfoConfig,
  fits: (values: readonly unknown[]) => boolean = () => true,
): readonly string[] {
  if (given) return given
  const fitting = columns.names.filter((_, i) => fits(columns.values[i]!))
  return fitting.length > 0 ? fitting : columns.names
}

function isNumeric(values: readonly unknown[]): boolean {
  return values.every(value => typeof value === 'number' || value === null || value === undefined)
}

function pick(columns: Columns, name: string): readonly unknown[] {
  const values = columns.values[columns.names.indexOf(name)]
  if (values) return values
  const near = suggest(name, columns.names)
  throw new LibraryError(
    'LIB009',
    `Expected a column among ${columns.names.join(', ')}, got ${JSON.stringify(name)}.` +
      (near === undefined ? '' : ` Did you mean ${JSON.stringify(near)}?`),
  )
}
