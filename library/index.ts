/**
 * `slipway`: what cells of a notebook and steps of a pipeline import.
 *
 *     import { read, sql, model, plot, catalog, progress, secret } from 'slipway'
 */
export { read, type FileFormat, type ReadOptions } from './tables/read.ts'
export { sql } from './tables/sql.ts'
export { isTable, Table, type Page, type TableRow } from './tables/table.ts'
export type { QueryValue } from './tables/query.ts'
export { Model, model, type TrainOptions } from './model/model.ts'
export {
  isTrainedModel,
  loadTrainedModel,
  TrainedModel,
  type ExplainOptions,
  type ImportanceOptions,
  type InputValue,
  type MetricName,
  type Metrics,
} from './model/trained-model.ts'
export type {
  Explanation,
  Importance,
  PartialDependence,
  ShownDependence,
  ShownExplanation,
  ShownImportance,
} from './model/explanations.ts'
export {
  catalog,
  FeatureList,
  type CatalogApi,
  type FeatureJoin,
  type FeatureJoinOptions,
} from './catalog.ts'
export {
  plot,
  Plot,
  type Aggregate,
  type Channel,
  type ChannelName,
  type Channels,
  type ChannelSpec,
  type MarkSpec,
  type MarkType,
  type PlotData,
  type PlotSpec,
  type VegaLiteSpec,
  type ViewSpec,
} from './plot.ts'
export { progress, type ProgressHandle, type ProgressOptions } from './progress/progress.ts'
export { secret } from './secret.ts'
export { storeValue, type CodecName } from './codecs/store.ts'
export { LibraryError, libraryErrorCodes, type LibraryErrorCode } from './errors.ts'
export type {
  Cell,
  Displayable,
  FeaturesMessage,
  MimeBundle,
  ModelMessage,
  TableColumn,
  TableMessage,
} from './display/messages.ts'
export type { ResultColumn, Value } from '../catalog/columns/database.ts'
export type { ColumnStatistics, TableStatistics } from '../catalog/columns/statistics.ts'
export type { FeatureEntry, FeatureStatistics } from '../catalog/feature.ts'
