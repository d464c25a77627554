/** What templates are filled in with: the sources, entities and columns at hand, and what the model around has. */
import path from 'node:path'
import {
  type ColumnSchema,
  type MetricEntry,
  type ValueKind,
  algorithmNamed,
  algorithms,
  metrics,
  writeInstant,
  writeName,
} from '../../../language/index.ts'
import type { ModelDeclaration } from '../../../language/syntax/ast.ts'
import { namesIn } from '../../../language/services/scope/known.ts'
import type { FileContext } from '../../core/context.ts'
import { type KnownSource, knownSource, modelAt } from '../known.ts'
import { sourceStatistics } from '../statistics.ts'
import { sampleLiteral } from './samples.ts'

export interface SourceFacts {
  readonly name: string
  readonly text: string
  /** Columns by what they are good for, as they are written. */
  readonly numbers: readonly string[]
  readonly bools: readonly string[]
  readonly keys: readonly string[]
  readonly times: readonly string[]
  /** Where the last parts of the rows in time begin, when that is known: for validation and for test. */
  readonly dates?: readonly [string, string]
}

export interface DataFile {
  /** A name for its source. */
  readonly name: string
  readonly format: string
  readonly path: string
}

export interface Surroundings {
  readonly sources: readonly SourceFacts[]
  readonly entities: readonly string[]
  /** Data files of which no source is made yet. */
  readonly dataFiles: readonly DataFile[]
  /** Another file of the project that declares something to import. */
  readonly file?: string
  /** Timestamp columns of the source around. */
  readonly times: readonly string[]
  /** What the model around observes. */
  readonly observed?: SourceFacts
  readonly label?: string
  readonly labelKind?: ValueKind
  /** Algorithms and metrics that fit the label. */
  readonly algorithms: readonly string[]
  readonly metrics: readonly (Pick<MetricEntry, 'better'> & { readonly name: string })[]
  /** A dimension to tune of the algorithm. */
  readonly tuning?: string
  /** Values for what the model is given: `distance = 400`. */
  readonly given: readonly string[]
  readonly outputs: readonly string[]
}

export function surroundingsOf(
  file: FileContext,
  offset: number,
  dataFiles: readonly DataFile[],
): Surroundings {
  const { workspace } = file
  const model = modelAt(file, offset)
  const observed = model?.observe?.source && knownSource(file, model.observe.source.text)
  const kind = labelKind(file, model)
  const label = model?.label?.name?.text
  const inFile = workspace.sources().filter(source => source.path === file.path)
  const other = workspace.files().find(found => found !== file.path)
  const around = inFile.find(({ range }) => range.start < offset && offset <= range.end)
  return {
    sources: inFile.flatMap(({ name }) => {
      const source = knownSource(file, name)
      return source ? [factsOf(file, source)] : []
    }),
    entities: workspace
      .entities()
      .flatMap(({ name, path: of }) => (of === file.path ? [writeName(name)] : [])),
    dataFiles,
    ...(other !== undefined && { file: other }),
    times: timesOf(around ? (knownSource(file, around.name)?.columns ?? []) : []),
    ...(observed && { observed: factsOf(file, observed) }),
    ...(label !== undefined && { label: writeName(label) }),
    ...(kind && { labelKind: kind }),
    algorithms: Object.entries(algorithms).flatMap(([name, { labels }]) =>
      !kind || labels.includes(kind) ? [name] : [],
    ),
    metrics: Object.entries(metrics).flatMap(([name, { labels, better, k }]) =>
      (!kind || labels.includes(kind)) && k !== 'required' ? [{ name, better }] : [],
    ),
    ...tuningOf(model?.algorithm?.name?.text),
    given: model && observed ? givenValues(file, { model, observed }) : [],
    outputs: (model?.outputs ?? []).flatMap(({ name }) => (name ? [writeName(name.text)] : [])),
  }
}

function factsOf(file: FileContext, source: KnownSource): SourceFacts {
  const { columns, declaration, name } = source
  const names = (...kinds: readonly ValueKind[]): string[] =>
    columns.filter(({ type }) => kinds.includes(type.kind)).map(column => writeName(column.name))
  const dates = declaration.time && datesOf(file, source, declaration.time.text)
  return {
    name,
    text: writeName(name),
    numbers: names('int', 'float'),
    bools: names('bool'),
    keys: names('string', 'category', 'int'),
    times: timesOf(columns),
    ...(dates && { dates }),
  }
}

function timesOf(columns: readonly ColumnSchema[]): string[] {
  return columns.filter(({ type }) => type.kind === 'timestamp').map(({ name }) => writeName(name))
}

const dayUs = 86_400_000_000

/** Days that leave about a quarter of the rows, and an eighth of them, behind. */
function datesOf(
  file: FileContext,
  source: KnownSource,
  time: string,
): readonly [string, string] | undefined {
  const found = sourceStatistics(file, source)?.columns.get(time)
  const [, , , third, last] = found?.quantiles ?? []
  if (third === undefined || last === undefined) return undefined
  const day = (us: number): string => writeInstant(Math.round(us / dayUs) * dayUs).slice(0, 10)
  const dates = [day(third), day((third + last) / 2)] as const
  return dates[0] < dates[1] ? dates : undefined
}

function labelKind(file: FileContext, model: ModelDeclaration | undefined): ValueKind | undefined {
  const span = model?.label?.name?.span
  const type = span && file.workspace.typeAt(file.path, span.start)?.type
  return type && type.kind !== 'unknown' && type.kind !== 'missing' ? type.kind : undefined
}

/** A strength or a rate of the algorithm, tried around its default. */
function tuningOf(algorithm: string | undefined): { tuning?: string } {
  const entry = algorithm === undefined ? undefined : algorithmNamed(algorithm)
  const found = Object.entries(entry?.hyperparameters ?? {}).find(([, { kind }]) => kind === 'float')
  return found ? { tuning: `${found[0]} in log_scale(0.001 .. 10)` } : {}
}

/** The columns that the features read, with usual values; calls of features by the model's names. */
export function givenValues(
  file: FileContext,
  { model, observed }: { readonly model: ModelDeclaration; readonly observed: KnownSource },
): readonly string[] {
  const items = model.features?.items ?? []
  const read = new Set(items.flatMap(({ name, value }) => (value ? namesIn(value) : [name.text])))
  const statistics = sourceStatistics(file, observed)
  const columns = observed.columns.filter(({ name }) => read.has(name))
  return columns.map(
    ({ name, type }) => `${writeName(name)} = ${sampleLiteral(type, statistics?.columns.get(name))}`,
  )
}

/** A name for the source of a file: `data/flights-3m.parquet` is `flights_3m`. */
export function sourceNameOf(file: string): string {
  const stem = path.posix.basename(file).replace(/\.[^.]+$/, '')
  const name = stem.replace(/[^\p{L}\p{N}]+/gu, '_').replace(/^_+|_+$/g, '')
  return /^\p{L}/u.test(name) ? name : `data_${name}`
}
