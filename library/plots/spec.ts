/**
 * What `plot` takes, and how it becomes a Vega-Lite specification: channels by their names, a column's type from the
 * data, `mean(delay)` for an aggregate. What is written out as Vega-Lite passes as it stands. Pure.
 */
import type { ColumnKind } from '../../catalog/columns/kinds.ts'
import { suggest } from '../../language/suggest.ts'
import { LibraryError } from '../errors.ts'

/** A channel in Vega-Lite's own words; the type of `field` is taken from the data when it is not given. */
export interface ChannelSpec {
  readonly field?: string
  readonly type?: 'quantitative' | 'temporal' | 'ordinal' | 'nominal' | 'geojson'
  readonly aggregate?: Aggregate | Readonly<Record<string, unknown>>
  /** `true`, or how many bins at most and the like: `{ maxbins: 30 }`, `{ step: 5 }`. */
  readonly bin?: boolean | 'binned' | Readonly<Record<string, unknown>>
  readonly timeUnit?: string | Readonly<Record<string, unknown>>
  readonly title?: string | null
  /** `'-y'`, `'x'`, `'descending'`, the values in order, or `null` for the order of the data. */
  readonly sort?: unknown
  readonly stack?: 'zero' | 'normalize' | 'center' | boolean | null
  readonly scale?: Readonly<Record<string, unknown>> | null
  readonly axis?: Readonly<Record<string, unknown>> | null
  readonly legend?: Readonly<Record<string, unknown>> | null
  readonly format?: string
  /** A constant of the visual kind: `{ value: 'firebrick' }`. */
  readonly value?: unknown
  /** A constant of the data's kind: `{ datum: 15 }`. */
  readonly datum?: unknown
  readonly condition?: unknown
  readonly [property: string]: unknown
}

/**
 * A column (`'delay'`), a calculation over one (`'mean(delay)'`, `'count()'`, `'bin(delay)'`, `'yearmonth(date)'`), or
 * a whole channel (`{ field: 'delay', bin: { maxbins: 40 } }`).
 */
export type Channel = string | ChannelSpec

export type Aggregate =
  | 'count'
  | 'sum'
  | 'mean'
  | 'average'
  | 'median'
  | 'min'
  | 'max'
  | 'stdev'
  | 'variance'
  | 'distinct'
  | 'valid'
  | 'missing'
  | 'q1'
  | 'q3'
  | 'ci0'
  | 'ci1'
  | 'stderr'
  | 'product'

export type MarkType =
  | 'arc'
  | 'area'
  | 'bar'
  | 'boxplot'
  | 'circle'
  | 'errorband'
  | 'errorbar'
  | 'geoshape'
  | 'image'
  | 'line'
  | 'point'
  | 'rect'
  | 'rule'
  | 'square'
  | 'text'
  | 'tick'
  | 'trail'

/** A mark with its properties: `{ type: 'line', point: true, strokeWidth: 1 }`. */
export interface MarkSpec {
  readonly type: MarkType
  readonly [property: string]: unknown
}

const channelNames = [
  'x',
  'y',
  'x2',
  'y2',
  'xOffset',
  'yOffset',
  'xError',
  'yError',
  'color',
  'fill',
  'stroke',
  'size',
  'shape',
  'opacity',
  'fillOpacity',
  'strokeOpacity',
  'strokeWidth',
  'strokeDash',
  'angle',
  'theta',
  'theta2',
  'radius',
  'radius2',
  'text',
  'detail',
  'order',
  'key',
  'href',
  'url',
  'latitude',
  'longitude',
  'tooltip',
  'row',
  'column',
  'facet',
] as const

export type ChannelName = (typeof channelNames)[number]

/** One view: a mark and its channels. */
export type Channels = { readonly [Name in ChannelName]?: Channel | readonly Channel[] }

/** A view, or several over each other or side by side. */
export interface ViewSpec extends Channels {
  readonly mark?: MarkType | MarkSpec
  /** Views over each other, with the channels given beside `layer` in common. */
  readonly layer?: readonly ViewSpec[]
  readonly hconcat?: readonly ViewSpec[]
  readonly vconcat?: readonly ViewSpec[]
  readonly concat?: readonly ViewSpec[]
  readonly title?: string | Readonly<Record<string, unknown>>
  /** Pixels, or `'container'` for as wide as the cell. Default 480 × 280, smaller in facets. */
  readonly width?: number | 'container' | { readonly step: number }
  readonly height?: number | 'container' | { readonly step: number }
  /** Selections, e.g. `[{ name: 'brush', select: 'interval' }]`, and `'grid'` bound to scales for zooming. */
  readonly params?: readonly Readonly<Record<string, unknown>>[]
  /** Computed in the page, over the rows that are drawn. */
  readonly transform?: readonly Readonly<Record<string, unknown>>[]
  /** Any further property of a Vega-Lite specification. */
  readonly [property: string]: unknown
}

export interface PlotSpec extends ViewSpec {
  /** Draws with the mouse: drag moves the axes, the wheel zooms. Default: false. */
  readonly interactive?: boolean
}

export interface Columns {
  readonly kinds: ReadonlyMap<string, ColumnKind>
}

const aggregates: ReadonlySet<string> = new Set<Aggregate>([
  'count',
  'sum',
  'mean',
  'average',
  'median',
  'min',
  'max',
  'stdev',
  'variance',
  'distinct',
  'valid',
  'missing',
  'q1',
  'q3',
  'ci0',
  'ci1',
  'stderr',
  'product',
])

const timeUnit =
  /^(utc)?(year|quarter|month|week|day|dayofyear|date|hours|minutes|seconds|milliseconds)(quarter|month|week|day|dayofyear|date|hours|minutes|seconds|milliseconds)*$/

/** `mean(delay)` as a channel. A column of that very name is the column. */
export function readChannel(channel: Channel, { kinds }: Columns): ChannelSpec {
  if (typeof channel !== 'string') return channel
  const [, name, argument = ''] = (!kinds.has(channel) && /^(\w+)\((.*)\)$/.exec(channel)) || []
  const field = argument.trim()
  if (name === undefined) return { field: channel }
  if (name === 'count' && field === '') return { aggregate: 'count' }
  if (aggregates.has(name)) return { aggregate: name as Aggregate, field }
  if (name === 'bin') return { bin: true, field }
  if (timeUnit.test(name)) return { timeUnit: name, field }
  return { field: channel }
}

/** The Vega-Lite of a view, without its data. @throws LIB009 for a column that is not there */
export function liftView(view: ViewSpec, columns: Columns): Record<string, unknown> {
  return lift(view, { columns, open: hasOwnFields(view), inherited: {} })
}

interface Lifting {
  readonly columns: Columns
  /** Whether the page computes fields that the data does not have. */
  readonly open: boolean
  readonly inherited: Channels
}

const composed = ['layer', 'hconcat', 'vconcat', 'concat'] as const

function lift(view: ViewSpec, lifting: Lifting): Record<string, unknown> {
  const own: Record<string, Channel | readonly Channel[]> = {}
  const others: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(view)) {
    if (value === undefined) continue
    if (isChannelName(name) && !isFacetOperator(view, name)) own[name] = value as Channel
    else others[name] = value
  }
  const common = { ...lifting.inherited, ...own } as Channels
  const encoding = Object.fromEntries(
    Object.entries(own).map(([name, channel]) => [
      name,
      liftChannels(name, channel, { view, common, lifting }),
    ]),
  )
  const parts = composed.flatMap(name => {
    const views = others[name]
    if (!Array.isArray(views)) return []
    return [[name, (views as ViewSpec[]).map(each => lift(each, { ...lifting, inherited: common }))] as const]
  })
  const { mark, encoding: given, spec, ...rest } = others
  const all = { ...encoding, ...(given as object | undefined) }
  return {
    ...rest,
    ...(mark === undefined ? {} : { mark: typeof mark === 'string' ? { type: mark, tooltip: true } : mark }),
    ...Object.fromEntries(parts),
    ...(spec === undefined ? {} : { spec: lift(spec as ViewSpec, lifting) }),
    ...(Object.keys(all).length > 0 ? { encoding: all } : {}),
  }
}

/** Vega-Lite's own operator `facet: { row: …, column: … }` or `facet` beside `spec` is no channel. */
function isFacetOperator(view: ViewSpec, name: string): boolean {
  return name === 'facet' && 'spec' in view
}

function isChannelName(name: string): name is ChannelName {
  return (channelNames as readonly string[]).includes(name)
}

function hasOwnFields(view: ViewSpec): boolean {
  const nested = [
    ...composed.flatMap(name => view[name] ?? []),
    ...(view['spec'] ? [view['spec'] as ViewSpec] : []),
  ]
  return ['transform', 'repeat', 'data'].some(name => name in view) || nested.some(hasOwnFields)
}

interface Place {
  readonly view: ViewSpec
  readonly common: Channels
  readonly lifting: Lifting
}

function liftChannels(name: string, channel: Channel | readonly Channel[], place: Place): unknown {
  return Array.isArray(channel)
    ? channel.map(each => liftChannel(name, each as Channel, place))
    : liftChannel(name, channel as Channel, place)
}

function liftChannel(name: string, channel: Channel, { view, common, lifting }: Place): unknown {
  const { columns, open } = lifting
  const given = readChannel(channel, columns)
  const { field } = given
  if (typeof field !== 'string')
    return given.aggregate === 'count' ? { type: 'quantitative', ...given } : given
  const kind = columns.kinds.get(field)
  if (!kind) {
    if (open || columns.kinds.size === 0) return given
    throw unknownColumn(name, field, [...columns.kinds.keys()])
  }
  const isBarAxis = markType(view) === 'bar' && name === 'x' && common.y !== undefined
  const { aggregate, bin } = given
  const isComputed = aggregate !== undefined || bin !== undefined
  const type =
    given.timeUnit !== undefined
      ? 'temporal'
      : isComputed
        ? computedType(aggregate, kind)
        : vegaType(kind, isBarAxis)
  const title = isComputed || given.timeUnit !== undefined ? {} : { title: field }
  const typed = ['x2', 'y2', 'theta2', 'radius2', 'xError', 'yError'].includes(name) ? {} : { ...title, type }
  return { ...typed, ...given, field: escapeField(field) }
}

/** Vega-Lite reads dots and brackets in a field's name as a path. */
export function escapeField(field: string): string {
  return field.replaceAll(/[.[\]\\'"]/g, String.raw`\$&`)
}

function markType({ mark }: ViewSpec): string | undefined {
  return typeof mark === 'string' ? mark : mark?.type
}

function computedType(aggregate: unknown, kind: ColumnKind): string {
  return (aggregate === 'min' || aggregate === 'max') && kind === 'timestamp' ? 'temporal' : 'quantitative'
}

/** Bars stand side by side: a whole number under them is a name, not a length. */
function vegaType(kind: ColumnKind, isBarAxis: boolean): string {
  if (kind === 'timestamp') return 'temporal'
  if (kind === 'float') return 'quantitative'
  if (kind === 'int') return isBarAxis ? 'ordinal' : 'quantitative'
  return 'nominal'
}

function unknownColumn(channel: string, field: string, names: readonly string[]): LibraryError {
  const near = suggest(field, names)
  const hint = near === undefined ? '' : ` Did you mean ${JSON.stringify(near)}?`
  const shown = names.length > 30 ? `${names.slice(0, 30).join(', ')}, …` : names.join(', ')
  return new LibraryError(
    'LIB009',
    `Expected a column for ${channel} among ${shown}, got ${JSON.stringify(field)}.${hint}`,
  )
}
