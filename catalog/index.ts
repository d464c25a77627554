/**
 * The catalog: where features are registered, found and reused, joined to observations as of their time, and served.
 */
export { CatalogError, catalogErrorCodes, type CatalogErrorCode } from './errors.ts'
export { featureId, parseFeatureId } from './feature.ts'
export type {
  CatalogFeature,
  CatalogView,
  Consumer,
  FeatureEntry,
  FeatureStatistics,
  FeatureUse,
} from './feature.ts'
export { definitionDigest, type Definition, type EntityDefinition } from './digest.ts'
export {
  createCatalogView,
  openCatalog,
  type Catalog,
  type CatalogOptions,
  type FeatureVersion,
} from './store/catalog.ts'
export type { Applied } from './store/apply.ts'
export type { FacetCount, Facets, SearchFilter, SearchHit, SearchOptions } from './store/search.ts'
export { cachedColumns, describeSource, type DescribedSource } from './sources/describe.ts'
export { computeStatistics, type ComputeOptions, type FeatureDefinition } from './statistics.ts'
export { joinSql, type JoinedFeature, type JoinOptions } from './join.ts'
export { fillOnlineStore, type OnlineFeature } from './online/fill.ts'
export { openOnlineStore, type OnlineEntry, type OnlineStore, type OnlineValue } from './online/store.ts'
export {
  createDatabase,
  type BoundSql,
  type Connection,
  type Database,
  type ResultBatch,
  type ResultColumn,
  type Value,
} from './columns/database.ts'
export { computeTableStatistics, type ColumnStatistics, type TableStatistics } from './columns/statistics.ts'
