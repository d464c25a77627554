/**
 * What a step is asked and what it answers. Both are JSON files: the request is all that a step sees.
 */
import type { CatalogFeature } from '../../catalog/feature.ts'
import type { CodecName } from '../codecs/codec.ts'

export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue }

/** A value that lies on disk, in the form that its codec writes. */
export interface StoredValue {
  readonly codec: CodecName
  /** A file, or a folder for `model`. Absolute in a request and in a result. */
  readonly path: string
}

/**
 * One call of one function. The function takes one object, inputs and parameters by name, and returns (a promise
 * of) one object, outputs by name.
 */
export interface StepRequest {
  /** The step's name, for messages and events. */
  readonly step: string
  /** The module that exports the function, absolute. TypeScript is run as it stands. */
  readonly module: string
  readonly function: string
  readonly inputs: Readonly<Record<string, StoredValue>>
  readonly parameters: Readonly<Record<string, JsonValue>>
  readonly outputs: Readonly<Record<string, { readonly codec: CodecName }>>
  /** Where `values/` and `result.json` are written. Made when absent. */
  readonly outputFolder: string
  /** Relative paths given to `read` and the sources of `.slip` files start here. */
  readonly projectRoot: string
  /** Where the step's code runs, absolute: paths given to Node's own functions start here. Default: the root. */
  readonly workingFolder?: string
  /** Where `model('x.slip')` looks before the project's root: the pipeline's own `models/`. */
  readonly modelFolder?: string
  /** The catalog features that the lock fixes. When given, no live catalog is asked. */
  readonly catalogFeatures?: readonly CatalogFeature[]
  /** For whatever in the step draws at random and is not told otherwise. */
  readonly seed: number
}

export interface StepOutput extends StoredValue {
  /** `sha256:` over the file, or over the names and contents of the folder's files. */
  readonly digest: string
  readonly sizeBytes: number
  /** Of a model: what it reached, per split. Of a table: nothing. */
  readonly metrics?: SplitMetrics
  readonly intervals?: SplitIntervals
}

/** split → metric → value; null where it is not defined. */
export type SplitMetrics = Readonly<Record<string, Readonly<Record<string, number | null>>>>

/** The same with the ends of 95 % intervals; null where there is none. */
export type SplitIntervals = Readonly<
  Record<string, Readonly<Record<string, readonly [low: number, high: number] | null>>>
>

export interface StepFailure {
  /** Of the error that was thrown, e.g. `LIB001`; `THROWN` when it had none. */
  readonly code: string
  readonly name: string
  readonly message: string
  readonly stack?: string
}

interface StepTimes {
  readonly step: string
  /** ISO 8601, UTC. */
  readonly startedAt: string
  readonly finishedAt: string
  /** Highest resident set of the step's process. */
  readonly peakMemoryBytes: number
}

/** The content of `<outputFolder>/result.json`, written last and in one piece. */
export type StepResult =
  | (StepTimes & { readonly state: 'succeeded'; readonly outputs: Readonly<Record<string, StepOutput>> })
  | (StepTimes & { readonly state: 'failed'; readonly error: StepFailure })

/** What a running step says, one JSON line each on its standard output. */
export type StepEvent =
  | { readonly type: 'log'; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  | {
      readonly type: 'progress'
      /** What is being done, e.g. `read`, `fit`, or the label given to `progress()`. */
      readonly phase: string
      readonly done: number
      /** Absent when nobody knows. */
      readonly total?: number
      readonly message?: string
    }
  /** Of a model that was trained in this step. */
  | {
      readonly type: 'metrics'
      readonly model: string
      readonly metrics: SplitMetrics
      readonly intervals?: SplitIntervals
    }
