/** `catalog`: looking features up from a cell, and joining them to one's own rows. */
import { existsSync } from 'node:fs'
import {
  createCatalogView,
  featureId,
  joinSql,
  needsLoading,
  openCatalog,
  parseFeatureId,
  windowsOf,
  type Catalog,
  type CatalogFeature,
  type FeatureEntry,
  type SearchOptions,
} from '../catalog/index.ts'
import { currentContext } from './context.ts'
import { displayMethod, featuresMime, type FeaturesMessage, type MimeBundle } from './display/messages.ts'
import { escapeHtml } from './display/html.ts'
import { LibraryError } from './errors.ts'
import { textQuery } from './tables/query.ts'
import { Table } from './tables/table.ts'

/** Features, the best first. An array that a cell shows as a list. */
export class FeatureList extends Array<FeatureEntry> {
  static override get [Symbol.species](): ArrayConstructor {
    return Array
  }

  [displayMethod](): Promise<MimeBundle> {
    return Promise.resolve(featuresBundle(this))
  }
}

/** A feature to join. */
export interface FeatureJoin {
  /** `name`, or `name@version`. */
  readonly feature: string
  /** The column, or columns, of the rows that carry the key. */
  readonly keys: string | readonly string[]
  /** Name of the new column. Default: the feature's name. */
  readonly as?: string
}

export interface FeatureJoinOptions {
  /** Column of the rows that says when each happened. Default: the rows' only column of times. */
  readonly time?: string
}

export interface CatalogApi {
  /** Features that have every word of the text, the most fitting and most used first. */
  search(text?: string, options?: SearchOptions): Promise<FeatureList>
  /** One feature: `name` for its newest active version, or `name@version`. @throws LIB007 */
  feature(id: string): Promise<FeatureEntry>
  /** The newest version of every feature, by name. */
  features(): Promise<FeatureList>
  /**
   * The rows with one more column per feature: the value that was known at the row's time, and nothing from after
   * it. Every row comes back exactly once.
   * @throws LIB007
   */
  join(rows: Table, features: readonly FeatureJoin[], options?: FeatureJoinOptions): Promise<Table>
}

export const catalog: CatalogApi = {
  async search(text = '', options = {}) {
    return await withCatalog(
      store => FeatureList.from(store?.search(text, options).map(hit => hit.feature) ?? []) as FeatureList,
    )
  },
  async features() {
    return await withCatalog(store => FeatureList.from(store?.features() ?? []) as FeatureList)
  },
  async feature(id) {
    return await withCatalog(store => {
      const { name, version } = parseFeatureId(id)
      const found = store?.feature(name, version)
      if (!found)
        throw unknownFeature(
          id,
          store?.search(name.split('_')[0] ?? name, { limit: 3 }).map(hit => hit.feature.name) ?? [],
        )
      return found
    })
  },
  async join(rows, features, options = {}) {
    const { root } = currentContext()
    const time = options.time ?? (await timeColumn(rows))
    const resolved = await resolveFeatures(features)
    return new Table(textQuery(joinSql({ root, observations: rows.toSql(), time, features: resolved })))
  },
}

/** A catalog that is not there yet has nothing in it. */
async function withCatalog<Result>(work: (catalog: Catalog | undefined) => Result): Promise<Result> {
  const { catalogFile, readConfig } = await import('./project.ts')
  const { root } = currentContext()
  const file = catalogFile(root, await readConfig(root))
  if (!existsSync(file)) return work(undefined)
  const store = openCatalog(file)
  try {
    return work(store)
  } finally {
    store.close()
  }
}

async function resolveFeatures(joins: readonly FeatureJoin[]) {
  const { catalogFeatures } = currentContext()
  const view = catalogFeatures
    ? createCatalogView(catalogFeatures)
    : await withCatalog(store => store?.view() ?? createCatalogView([]))
  return joins.map(({ feature, keys, as }) => {
    const { name, version } = parseFeatureId(feature)
    const found: CatalogFeature | undefined = view.feature(name, version)
    if (!found) throw unknownFeature(feature, view.names().slice(0, 5))
    checkReadable(found)
    return { ...found, keys: typeof keys === 'string' ? [keys] : keys, as: as ?? name }
  })
}

/** A joined table is one query, to which nothing can be loaded before. */
function checkReadable(feature: CatalogFeature): void {
  for (const { plan, source } of windowsOf(feature)) {
    if (!needsLoading(source)) continue
    throw new LibraryError(
      'LIB004',
      `Expected ${plan.name} to come from a Parquet, CSV or JSON file to be joined here, got ${source.format}. ` +
        'A model can use it as it is.',
    )
  }
}

async function timeColumn(rows: Table): Promise<string> {
  const times = (await rows.columns()).filter(({ sqlType }) => /^(DATE|TIMESTAMP)/.test(sqlType))
  if (times.length === 1) return times[0]!.name
  throw new LibraryError(
    'LIB004',
    `Expected one column of times in the rows, got ${times.map(({ name }) => name).join(', ') || 'none'}. ` +
      "Say which one: catalog.join(rows, features, { time: 'date' }).",
  )
}

function unknownFeature(id: string, others: readonly string[]): LibraryError {
  const hint = others.length > 0 ? ` There is ${others.join(', ')}.` : ''
  return new LibraryError(
    'LIB007',
    `Expected a registered feature, got ${id}.${hint} \`slipway apply\` registers those of the project.`,
  )
}

function featuresBundle(features: readonly FeatureEntry[]): MimeBundle {
  const message: FeaturesMessage = {
    features: features.slice(0, 200).map(entry => {
      const { plan, name, version, active, nUses, replacement } = entry
      const { entity, type, doc, owner, tags } = plan
      return {
        id: featureId(entry),
        name,
        version,
        entity,
        type: type.kind,
        tags,
        nUses,
        active,
        ...(doc === undefined ? {} : { doc }),
        ...(owner === undefined ? {} : { owner }),
        ...(replacement === undefined ? {} : { replacement }),
      }
    }),
  }
  const lines = message.features.map(({ id, type, entity, doc }) => [
    id,
    type,
    entity,
    doc?.split('\n')[0] ?? '',
  ])
  const rows = lines.map(line => `<tr>${line.map(cell => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`)
  return {
    [featuresMime]: message,
    'text/html': `<table><thead><tr><th>feature</th><th>type</th><th>entity</th><th></th></tr></thead><tbody>${rows.join('')}</tbody></table>`,
    'text/plain': lines.map(line => line.join('  ').trimEnd()).join('\n') || 'no features',
  }
}
