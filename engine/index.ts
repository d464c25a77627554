/**
 * The engine: executes a plan on data, from files to a fitted model and its ONNX artifact, and scores with it.
 * Importing this module loads the database's binding; onnxruntime is loaded by the first scorer.
 */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Plan } from '../language/index.ts'
import type { RecordBatch } from 'apache-arrow'
import { openDatabase, type EngineOptions } from './duckdb/database.ts'
import { previewPlan, type Preview, type PreviewOptions } from './duckdb/preview.ts'
import { streamDataset, writeDataset, type DatasetStreamOptions } from './duckdb/stream.ts'
import { readExamples, type ExamplesRequest } from './duckdb/examples.ts'
import type { Examples } from './explain/examples.ts'
import { train } from './train.ts'
import type { TrainOptions, Training } from './types.ts'

export { EngineError, engineErrorCodes, type EngineErrorCode, type EngineErrorDetails } from './errors.ts'
export { describeRelation, kindOfSqlType, typeOfSqlType, type DescribeOptions } from './duckdb/describe.ts'
export { type Preview, type PreviewOptions } from './duckdb/preview.ts'
export { type DatasetStreamOptions } from './duckdb/stream.ts'
export { describeFeatures, type FeaturePreview } from './plan/preview.ts'
export { dataPath } from './duckdb/paths.ts'
export {
  describeColumns,
  loadSources,
  relationUnder,
  type LoadOptions,
  type SourceLocation,
} from './duckdb/sources.ts'
export * from './explain/index.ts'
export type { ExamplesRequest } from './duckdb/examples.ts'
export { parseFitted } from './fitted-model.ts'
export { runTests, type ExpectationResult, type ModelTestResult } from './model-tests.ts'
export { createScorer, type Scorer } from './onnx/scorer.ts'
export { parseTimestamp } from './rows/normalize.ts'
export { windowsOf } from './plan/lookups.ts'
export { scoreRows } from './rows/score.ts'
export { planSql } from './sql/dataset.ts'
export { featureSql, type FeatureQuery } from './sql/feature.ts'
export { scoreSql, type ScoreQuery } from './sql/score.ts'
export { sourceRelation, type SourceReading } from './sql/source.ts'
export { windowSql, type WindowQuery } from './sql/window.ts'
export type { EngineOptions } from './duckdb/database.ts'
export { fittedVersion } from './types.ts'
export type * from './types.ts'

/** A connection of the database's own client library. */
export type Connection = DuckDBConnection

/** One database instance; its memory limit and threads hold for all its connections together. */
export interface Engine {
  readonly root: string
  /** Fails with an `EngineError`, or with the signal's reason when cancelled. */
  train(plan: Plan, options?: TrainOptions): Promise<Training>
  /** Rows of a split, for `permutationImportance` and `partialDependence`. Fails as `train` does. */
  examples(request: ExamplesRequest, options?: { readonly signal?: AbortSignal }): Promise<Examples>
  /** What each feature is, and the first rows of the data with their features and label; cheap, whatever the data's size. */
  preview(plan: Plan, options?: PreviewOptions): Promise<Preview>
  /** The rows of a plan's dataset, one Arrow record batch after the other; what does not fit into memory lies on disk. */
  dataset(plan: Plan, options?: DatasetStreamOptions): AsyncGenerator<RecordBatch>
  /** The same into a file, as its name says: `.parquet`, `.arrow` or `.feather` (an Arrow file). */
  writeDataset(plan: Plan, file: string, options?: DatasetStreamOptions): Promise<{ readonly rows: number }>
  /** A new connection, in UTC, with relative paths from the root. Whoever asks disconnects it (`disconnectSync`). */
  connection(): Promise<Connection>
  /** Ends every connection and removes what was spilled. */
  close(): Promise<void>
}

export async function openEngine(options: EngineOptions): Promise<Engine> {
  const database = await openDatabase(options)
  return {
    root: database.root,
    connection: () => database.connect(),
    async train(plan, trainOptions = {}) {
      const connection = await database.connect()
      try {
        const { root, threads, spillFolder: folder, maxHeldBytes } = database
        return await train(
          { connection, root, threads, paging: { folder, maxHeldBytes } },
          plan,
          trainOptions,
        )
      } finally {
        connection.disconnectSync()
      }
    },
    async examples(request, exampleOptions) {
      const connection = await database.connect()
      try {
        return await readExamples({ connection, root: database.root }, request, exampleOptions)
      } finally {
        connection.disconnectSync()
      }
    },
    async preview(plan, previewOptions = {}) {
      const connection = await database.connect()
      try {
        return await previewPlan({ connection, root: database.root }, plan, previewOptions)
      } finally {
        connection.disconnectSync()
      }
    },
    async *dataset(plan, datasetOptions = {}) {
      const connection = await database.connect()
      try {
        yield* streamDataset({ connection, root: database.root }, plan, datasetOptions)
      } finally {
        connection.disconnectSync()
      }
    },
    async writeDataset(plan, file, datasetOptions = {}) {
      const connection = await database.connect()
      try {
        return await writeDataset({ connection, root: database.root }, plan, { ...datasetOptions, file })
      } finally {
        connection.disconnectSync()
      }
    },
    close: () => database.close(),
  }
}
