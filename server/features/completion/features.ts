/** Features that a model can call, of the project and of the catalog, and the call as a snippet. */
import {
  type CatalogFeature,
  type ColumnSchema,
  type FeatureDefinition,
  type FeatureName,
  type FeaturePlan,
  type Type,
  type ValueKind,
  writeName,
} from '../../../language/index.ts'
import type { FileContext } from '../../core/context.ts'
import { declarationsIn, declared } from '../known.ts'
import { matches } from './match.ts'
import { choice, literal } from './snippets.ts'

export interface FeatureKey {
  /** As the entity names it. */
  readonly name: string
  readonly kind?: ValueKind
  /** The column that carries it in the feature's own source: a guess at the model's. */
  readonly column?: string
}

export interface CallableFeature {
  readonly name: string
  /** Absent for a feature of the project's own. */
  readonly version?: number
  readonly entity: string
  readonly keys: readonly FeatureKey[]
  readonly type?: Type
  readonly doc?: string
  /** The file of the project that declares it. */
  readonly path?: string
}

export interface FeatureQuery {
  /** The project's own, as the place sees them. */
  readonly own: readonly FeatureName[]
  /** What has been typed of the name. */
  readonly prefix: string
  /** At most so many of the project and so many of the catalog. */
  readonly limit: number
  /** Only features of the entity. */
  readonly entity?: string
}

export interface FoundFeatures {
  readonly features: readonly CallableFeature[]
  /** Whether there are more that fit. */
  readonly more: boolean
}

/** The project's own features first, then those of the catalog, the most used first. */
export function findFeatures(file: FileContext, query: FeatureQuery): FoundFeatures {
  const own = ownFeatures(file, query)
  const taken = new Set(own.features.map(({ name }) => name))
  const registered = registeredFeatures(file, query)
  return {
    features: [...own.features, ...registered.features.filter(({ name }) => !taken.has(name))],
    more: own.more || registered.more,
  }
}

function ownFeatures(file: FileContext, { own, prefix, limit, entity }: FeatureQuery): FoundFeatures {
  const fitting = own.filter(({ name }) => matches(prefix, name))
  const features = fitting.slice(0, limit).flatMap(feature => ownFeature(file, feature) ?? [])
  return {
    features: entity === undefined ? features : features.filter(feature => feature.entity === entity),
    more: fitting.length > limit,
  }
}

/** One that is not right yet can be called all the same. */
function ownFeature(
  file: FileContext,
  { name, declared: as, path }: FeatureName,
): CallableFeature | undefined {
  const tree = file.workspace.tree(path)
  const declaration = tree && declarationsIn(tree).find(d => d.kind === 'feature' && d.name?.text === as)
  if (declaration?.kind !== 'feature') return undefined
  const entity = declaration.entity?.text ?? '?'
  const by = declaration.by.map(key =>
    key.kind === 'column' ? key.column?.text : key.kind === 'name' ? key.name.text : undefined,
  )
  const keys =
    entityKeys({ ...file, path }, entity) ?? by.map((column, i) => ({ name: column ?? `key${i + 1}` }))
  const type = file.workspace.typeAt(path, declaration.name!.span.start)?.type
  return {
    name,
    entity,
    path,
    keys: keys.map((key, i) => ({ ...key, ...(by[i] !== undefined && { column: by[i] }) })),
    ...(type && { type }),
    ...(declaration.doc !== undefined && { doc: declaration.doc }),
  }
}

function entityKeys(file: FileContext, entity: string): readonly FeatureKey[] | undefined {
  const keys = declared(file, 'entity', entity)?.keys
  return keys?.map(({ name, type }) => ({ name: name.text, ...(type && { kind: type.text as ValueKind }) }))
}

function registeredFeatures(file: FileContext, { prefix, limit, entity }: FeatureQuery): FoundFeatures {
  const view = file.project.catalogView()
  if (!view) return { features: [], more: false }
  // One more than is shown says that there are more.
  const names = view.search
    ? view.search(prefix, limit + 1)
    : view.names().filter(name => matches(prefix, name))
  const features = names.slice(0, limit).flatMap(name => {
    const found = view.feature(name)
    return found?.active ? [ofCatalog(file, found)] : []
  })
  return {
    features: entity === undefined ? features : features.filter(feature => feature.entity === entity),
    more: names.length > limit,
  }
}

function ofCatalog(file: FileContext, feature: CatalogFeature): CallableFeature {
  const { name, version, entity, type, doc } = feature.plan
  const by = keyColumns(feature)
  const keys =
    entityKeys(file, entity) ?? by.map(({ name: column, kind }) => ({ name: column, ...(kind && { kind }) }))
  return {
    name,
    version,
    entity,
    keys: keys.map((key, i) => ({ ...key, ...(by[i] && { column: by[i].name }) })),
    type,
    ...(doc !== undefined && { doc }),
  }
}

/** The columns that carry the key in the source of a feature, or of what a derived one is computed from. */
function keyColumns(
  feature: FeatureDefinition,
): readonly { readonly name: string; readonly kind?: ValueKind }[] {
  const { plan, source, inputs } = feature
  if (plan.kind === 'derived') {
    const [first] = Object.values(inputs ?? {})
    return first ? keyColumns(first) : []
  }
  return plan.by.map(name => {
    const kind = source?.columns.find(column => column.name === name)?.type.kind
    return { name, ...(kind && { kind }) }
  })
}

/** The key columns that a plan says, for a call of which nothing else is known. */
export function planKeys(plan: FeaturePlan): readonly string[] {
  return plan.kind === 'derived' ? ['key'] : plan.by
}

export interface KeyChoice {
  /** Columns of what is observed; empty when unknown. */
  readonly columns: readonly ColumnSchema[]
  /** Columns that other calls use as keys. */
  readonly used?: ReadonlySet<string>
  /** The entity's name. */
  readonly entity?: string
}

/** Columns that can carry each key of a call, the likeliest first. */
export function chooseKeys(keys: readonly FeatureKey[], options: KeyChoice): readonly (readonly string[])[] {
  const taken = new Set<string>()
  return keys.map(key => {
    const fitting = options.columns
      .map(({ name, type }, i) => ({ name, score: fitness(key, { name, kind: type.kind }, options), i }))
      .filter(({ name, score }) => score >= 0 && !taken.has(name))
      .sort((a, b) => b.score - a.score || a.i - b.i)
      .map(({ name }) => name)
    if (fitting[0] !== undefined) taken.add(fitting[0])
    return fitting.length > 0 ? fitting.slice(0, 8) : [key.column ?? key.name]
  })
}

const textual: readonly string[] = ['string', 'category']

/** How well a column carries a key; below 0: not at all. */
function fitness(
  key: FeatureKey,
  column: { readonly name: string; readonly kind: ValueKind },
  { used, entity = '' }: KeyChoice,
): number {
  const isSame =
    key.kind === column.kind || (textual.includes(key.kind ?? '') && textual.includes(column.kind))
  if (key.kind !== undefined && !isSame) return -1
  if (['timestamp', 'vector', 'float'].includes(column.kind) && key.kind === undefined) return -1
  const words = new Set(wordsOf(column.name))
  const shares = (name: string): boolean => wordsOf(name).some(word => words.has(word))
  return (
    (column.name === key.column ? 100 : 0) +
    (column.name === key.name ? 90 : 0) +
    (shares(entity) ? 40 : 0) +
    (shares(key.name) ? 20 : 0) +
    (used?.has(column.name) ? 30 : 0)
  )
}

const wordsOf = (name: string): string[] =>
  name
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(word => word.length > 1)

type Call = Pick<CallableFeature, 'name'> & { readonly keys: readonly (readonly string[])[] }

/** `departure_delay_7d(${1|origin,destination|})` */
export function callSnippet({ name, keys }: Call, firstPlace = 1): string {
  const places = keys.map((options, i) => choice(firstPlace + i, options.map(writeName), 'key'))
  return `${literal(writeName(name))}(${places.join(', ')})`
}

/** A line of a `features` block: `name = feature(key)`. */
export function featureLineSnippet(call: Call): string {
  return `${literal(writeName(call.name))} = ${callSnippet(call)}`
}

/** A line under a name that says the key too, when the feature's own name is taken. */
export function renamedLineSnippet(call: Call): string {
  const name = [call.keys[0]?.[0], call.name].filter(Boolean).join('_')
  return `\${1:${literal(writeName(name))}} = ${callSnippet(call, 2)}`
}
