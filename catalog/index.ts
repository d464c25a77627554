/**
 * The catalog: where features are registered, found and reused, joined to observations as of their time, and served.
 */
export { CatalogError, catalogErrorCodes, type CatalogErrorCode } from './errors.ts'
export { featureId, inputOf, parseFeatureId, windowsOf, type WindowDefinition } from './feature.ts'
export type {
  CatalogFeature,
  CatalogView,
  Consumer,
  FeatureDefinition,
  FeatureEntry,
  FeatureStatistics,
  FeatureUse,
  FeatureVersion,
} from './feature.ts'
export { definitionDigest, type Definition, type EntityDefinition } from './digest.ts'
export { createCatalogView, openCatalogView } from './store/view.ts'
export { openCatalog, type Catalog, type CatalogOptions } from './store/catalog.ts'
export type { Applied } from './store/apply.ts'
export type { Lineage } from './store/lineage.ts'
export type { FacetCount, Facets, SearchFilter, SearchHit, SearchOptions } from './store/search.ts'
export {
  cachedColumns,
  cachedStatistics,
  describeSource,
  describeStatistics,
  type DescribedSource,
} from './sources/describe.ts'
export { withSources } from './sources/load.ts'
export { needsLoading } from './sources/relation.ts'
export { computeStatistics, type ComputeOptions } from './statistics.ts'
export { joinSql, nKeysOf, type JoinedFeature, type JoinOptions } from './join.ts'
export { fillOnlineStore } from './online/fill.ts'
export { lookUpFeature, type LookedUp } from './online/lookup.ts'
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
