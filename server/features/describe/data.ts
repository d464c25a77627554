/** Sources, their columns, entities and models in words. */
import { type SymbolRef, type Type, describeType, writeName } from '../../../language/index.ts'
import type { FileContext } from '../../core/context.ts'
import { percent, shortNumber } from '../histogram.ts'
import { type KnownSource, declared, knownSource, locate } from '../known.ts'
import { sourceStatistics } from '../statistics.ts'
import { code, inline, join, plainText, table } from './markdown.ts'
import { statisticsText } from './statistics.ts'

/** So many columns of a source are listed. */
const maxColumns = 20

export interface DescribeOptions {
  /** The type of the name where it stands, when that is known. */
  readonly type?: Type
  readonly images: boolean
}

export function describeColumn(
  file: FileContext,
  { name, container, path }: SymbolRef,
  { type, images }: DescribeOptions,
): string | undefined {
  const source = container === undefined ? undefined : knownSource(file, { name: container, path })
  const known = type ?? source?.columns.find(column => column.name === name)?.type
  const head = `column ${writeName(name)}${known ? `: ${describeType(known)}` : ''}`
  const statistics = sourceStatistics(file, source)
  const found = statistics?.columns.get(name)
  const { nRows, statisticsRows: sampleRows } = statistics ?? {}
  const kind = known && known.kind !== 'unknown' && known.kind !== 'missing' ? known.kind : undefined
  const looks =
    found &&
    statisticsText(found, {
      images,
      ...(kind && { kind }),
      ...(nRows !== undefined && { nRows, sampleRows }),
    })
  const role = source?.declaration.time?.text === name && `Says when a row of \`${container}\` happened.`
  return join(
    code(head),
    role || (container && `Column of \`${container}\`.`),
    known && (known.nullable ? 'May be missing.' : 'Never missing.'),
    looks,
  )
}

export function describeSource(file: FileContext, symbol: SymbolRef): string | undefined {
  const source = knownSource(file, symbol)
  if (!source) return undefined
  const { declaration, columns, path } = source
  const statistics = sourceStatistics(file, source)
  const shown = columns.slice(0, maxColumns)
  return join(
    code(`source ${writeName(symbol.name)}`),
    declaration.doc,
    whereText(source),
    inline(
      statistics && `${shortNumber(statistics.nRows)} rows`,
      columns.length > 0 && `${columns.length} columns`,
      path !== file.path && `declared in ${plainText(path)}`,
    ),
    table({
      head: ['Column', 'Type', ...(statistics ? ['Missing'] : [])],
      rows: shown.map(({ name, type }) => {
        const known = statistics?.columns.get(name)
        return [
          `\`${name}\``,
          describeType(type),
          ...(statistics ? [known ? percent(known.nullShare) : ''] : []),
        ]
      }),
      more: columns.length - shown.length,
    }),
  )
}

function whereText({ declaration: { from, time, knownAfter } }: KnownSource): string | undefined {
  if (!from?.format) return undefined
  const said = from.path?.value
  const place =
    from.format.text === 'catalog'
      ? `The source ${plainText(said ?? '')} of the catalog`
      : from.connection
        ? `Reads ${plainText(from.table?.value ?? '')} of the server that ${plainText(from.connection.value)} names`
        : said && `Reads ${from.table ? `${plainText(from.table.value)} of ` : ''}\`${said}\``
  const when = time && `, with its time in \`${time.text}\``
  const known = knownAfter && `, known ${durationText(knownAfter.us)} after`
  return place && `${place}${when ?? ''}${known ?? ''}.`
}

/** The largest unit that gives a whole number: `3 hours`, `7 days`. */
export function durationText(us: number): string {
  const units = [
    ['day', 86_400_000_000],
    ['hour', 3_600_000_000],
    ['minute', 60_000_000],
  ] as const
  const [unit, size] = units.find(([, one]) => us % one === 0 && us >= one) ?? units[2]
  const count = us / size
  return `${shortNumber(count)} ${unit}${count === 1 ? '' : 's'}`
}

export function describeEntity(file: FileContext, symbol: SymbolRef): string | undefined {
  const found = locate(file, 'entity', symbol)
  if (!found) return undefined
  const { declaration, path } = found
  const keys = declaration.keys.map(key => `${writeName(key.name.text)}: ${key.type?.text ?? '?'}`).join(', ')
  const features = file.workspace.features().filter(({ plan }) => plan?.entity === symbol.name)
  const shown = features.slice(0, 10).map(({ name }) => `\`${name}\``)
  const more = features.length > shown.length ? `, … (${features.length})` : ''
  return join(
    code(`entity ${writeName(symbol.name)}(${keys})`),
    declaration.doc,
    shown.length > 0 && `Features: ${shown.join(', ')}${more}`,
    path !== file.path && `Declared in ${plainText(path)}.`,
  )
}

export function describeModel(file: FileContext, { name }: SymbolRef): string | undefined {
  const model = declared(file, 'model', name)
  if (!model) return undefined
  const { features, observe, label, algorithm, tests } = model
  const source = observe?.source && knownSource(file, observe.source.text)
  const nRows = sourceStatistics(file, source)?.nRows
  return join(
    code(`model ${writeName(name)}`),
    model.doc,
    inline(
      observe?.source &&
        `observes \`${observe.source.text}\`${nRows === undefined ? '' : ` (${shortNumber(nRows)} rows)`}`,
      features && `${features.items.length} feature${features.items.length === 1 ? '' : 's'}`,
      label?.name && `label \`${label.name.text}\``,
      algorithm?.name && `\`${algorithm.name.text}\``,
      tests.length > 0 && `${tests.length} test${tests.length === 1 ? '' : 's'}`,
    ),
    splitText(file, name),
  )
}

/** How the rows are divided, from the plan. */
function splitText(file: FileContext, model: string): string | undefined {
  const { plan } = file.workspace.plan(model)
  if (!plan) return undefined
  const { split } = plan
  if (split.kind === 'time') return `Split by time: ${split.parts.map(({ name }) => name).join(', ')}`
  const by = split.kind === 'key' ? `by ${split.columns.join(', ')}` : 'at random'
  const parts = split.parts.map(({ name, fraction }) => `${name} ${percent(fraction)}`)
  return `Split ${by}: ${parts.join(', ')}`
}
