/** A fitted model with its artifact: what `train` gives, what a step's output and a served version are made from. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { lookUpFeature } from '../../catalog/online/lookup.ts'
import { parseFitted } from '../../engine/fitted-model.ts'
import type { Examples } from '../../engine/explain/index.ts'
import type { Card, FittedModel, Scored } from '../../engine/types.ts'
import type { MetricPlan, SplitName } from '../../language/index.ts'
import { metricNames } from '../../language/metrics.ts'
import { writeFolderAtomically } from '../codecs/files.ts'
import { displayMethod, type MimeBundle } from '../display/messages.ts'
import { LibraryError, messageOf } from '../errors.ts'
import { kernelHook } from '../progress/hook.ts'
import { currentSession } from '../session.ts'
import { isTable, type Table } from '../tables/table.ts'
import type { ShownDependence, ShownExplanation, ShownImportance } from './explanations.ts'

export type MetricName = MetricPlan['metric']

/**
 * Metrics of one split. A metric that is not defined there (the AUC of one class) is NaN; asking for one that the
 * model does not evaluate throws LIB011.
 */
export type Metrics = Readonly<Record<MetricName, number>>

/** The parts of a trained model, as they lie in its folder. */
export interface ModelParts {
  readonly card: Card
  readonly fitted: FittedModel
  readonly onnx: Uint8Array
}

/** A value that a row may have for scoring. */
export type InputValue = null | undefined | boolean | number | bigint | string | Date | readonly number[]

/** Which rows an explanation is made on. */
export interface ExplainOptions {
  /** Default: test where the model has such rows, else validation, else train. */
  readonly split?: SplitName
  /** How many rows of the split at most, drawn by a hash of their content. Default 5000. */
  readonly rows?: number
  /** Rows that take the place of those the model observes, as in training. */
  readonly observations?: Table
  /** Default: that of the running cell. */
  readonly signal?: AbortSignal
}

export interface ImportanceOptions extends ExplainOptions {
  /** Default: the first that the model evaluates. */
  readonly metric?: MetricPlan
  /** How often every feature is permuted. Default 10. */
  readonly repeats?: number
  /** Default 0. */
  readonly seed?: number
}

const splits: readonly SplitName[] = ['train', 'validation', 'test']
const brand = Symbol.for('slipway.TrainedModel')

export const modelFiles = { onnx: 'model.onnx', card: 'card.json', fitted: 'fitted.json' } as const

export class TrainedModel {
  /** Everything known about the model: plan, counts, metrics, requirements, statistics. */
  readonly card: Card
  /** How features are prepared, and what was learned over them. */
  readonly fitted: FittedModel
  /** The artifact, with the preparation inside. */
  readonly onnx: Uint8Array
  /** Per split: `metrics.test.auc`. */
  readonly metrics: Readonly<Record<SplitName, Metrics>>
  readonly [brand] = true

  constructor({ card, fitted, onnx }: ModelParts) {
    this.card = card
    this.fitted = fitted
    this.onnx = onnx
    this.metrics = Object.fromEntries(splits.map(split => [split, metricsOf(card, split)])) as Record<
      SplitName,
      Metrics
    >
  }

  /** The model's name in the text. */
  get name(): string {
    return this.card.model
  }

  /**
   * The outputs of every row, in order. A row has the observed columns that the features use, and the values of
   * catalog features by the feature's name; one that is not given has its default. Timestamps may be `Date`s, ISO
   * text (UTC without a zone) or microseconds.
   * @throws EngineError for a value of the wrong type or an unknown column
   */
  async score(rows: Table | readonly Readonly<Record<string, InputValue>>[]): Promise<Scored[]> {
    const given = isTable(rows) ? await rows.rows<Readonly<Record<string, InputValue>>>() : rows
    const { createScorer } = await import('../../engine/index.ts')
    const scorer = await createScorer(this.onnx, this.card, { fitted: this.fitted })
    try {
      const defaults = defaultsOf(this.card)
      return await scorer.score(given.map(row => ({ ...defaults, ...plainRow(row) })))
    } finally {
      await scorer.dispose()
    }
  }

  /**
   * What every feature adds to the score of a row, against the training rows: base and contributions sum to the score.
   * @throws EngineError as `score` does
   */
  async explain(row: Readonly<Record<string, InputValue>>): Promise<ShownExplanation> {
    const { explainRow } = await import('../../engine/explain/index.ts')
    const { showExplanation } = await import('./explanations.ts')
    const given = { ...defaultsOf(this.card), ...plainRow(row) }
    return showExplanation(explainRow(this.card.plan, this, given))
  }

  /**
   * How much worse a metric is when a feature's values are dealt out anew among the rows, each with an interval; of trees
   * also the gain of their splits. Reads the model's data again.
   */
  async importance(options: ImportanceOptions = {}): Promise<ShownImportance> {
    const { gainImportance, permutationImportance } = await import('../../engine/explain/index.ts')
    const { showImportance } = await import('./explanations.ts')
    const { metric = this.card.plan.evaluate[0]!, repeats, seed } = options
    const signal = options.signal ?? kernelHook()?.signal
    const importance = await permutationImportance(this.fitted, await this.#examples(options), {
      metric,
      ...(repeats !== undefined && { repeats }),
      ...(seed !== undefined && { seed }),
      ...(signal && { signal }),
    })
    return showImportance(importance, gainImportance(this.fitted))
  }

  /**
   * The mean prediction over rows when the feature has one value on all of them, for one value after another.
   * @throws EngineError for what is no feature of the model, or a vector
   */
  async partialDependence(
    feature: string,
    options: ExplainOptions & { readonly points?: number } = {},
  ): Promise<ShownDependence> {
    const { partialDependence } = await import('../../engine/explain/index.ts')
    const { showDependence } = await import('./explanations.ts')
    const { points, rows = 1000 } = options
    const examples = await this.#examples({ ...options, rows })
    return showDependence(
      partialDependence(this.fitted, examples, { feature, ...(points !== undefined && { points }) }),
    )
  }

  async #examples({ split, rows, observations, signal }: ExplainOptions): Promise<Examples> {
    const engine = await currentSession().engine()
    const { plan, sample } = this.card
    const running = signal ?? kernelHook()?.signal
    return await engine.examples(
      {
        plan,
        fitted: this.fitted,
        rows: sample.rows,
        seed: sample.seed,
        ...(split && { split }),
        ...(rows !== undefined && { maxRows: rows }),
        ...(observations && { observations: { sql: observations.toSql() } }),
      },
      { ...(running && { signal: running }) },
    )
  }

  /** Writes the folder with model.onnx, card.json and fitted.json; complete or not at all. */
  async save(folder: string): Promise<void> {
    await writeFolderAtomically(folder, async partial => {
      await writeFile(join(partial, modelFiles.onnx), this.onnx)
      await writeFile(join(partial, modelFiles.card), `${JSON.stringify(this.card, null, 2)}\n`)
      await writeFile(join(partial, modelFiles.fitted), `${JSON.stringify(this.fitted, null, 2)}\n`)
    })
  }

  /** What a cell shows: counts, metrics, requirements, the largest coefficients. */
  async [displayMethod](): Promise<MimeBundle> {
    const { displayModel } = await import('../display/model.ts')
    return displayModel(this.card)
  }
}

/** Whether a value is a trained model, of whatever copy of this class (context.ts). */
export function isTrainedModel(value: unknown): value is TrainedModel {
  return typeof value === 'object' && value !== null && brand in value
}

/** Reads the folder that `save` wrote. @throws LIB202 */
export async function loadTrainedModel(folder: string): Promise<TrainedModel> {
  try {
    const [onnx, card, fitted] = await Promise.all([
      readFile(join(folder, modelFiles.onnx)),
      readFile(join(folder, modelFiles.card), 'utf8'),
      readFile(join(folder, modelFiles.fitted), 'utf8'),
    ])
    return new TrainedModel({
      onnx,
      card: JSON.parse(card) as Card,
      fitted: parseFitted(fitted),
    })
  } catch (cause) {
    throw new LibraryError('LIB202', `Expected a trained model in ${folder}: ${messageOf(cause)}`, { cause })
  }
}

function metricsOf(card: Card, split: SplitName): Metrics {
  const evaluated = card.metrics[split] ?? {}
  const metrics = Object.fromEntries(
    Object.entries(evaluated).map(([name, value]) => [name, value ?? Number.NaN]),
  )
  for (const name of metricNames) {
    if (Object.hasOwn(metrics, name)) continue
    const get = () => {
      throw new LibraryError(
        'LIB011',
        `Expected a metric that ${card.model} evaluates on ${split} (${Object.keys(metrics).join(', ') || 'none'}), ` +
          `got ${name}. Add it to the model: evaluate ${[...Object.keys(metrics), name].join(', ')}.`,
      )
    }
    Object.defineProperty(metrics, name, { get, enumerable: false })
  }
  return metrics as Metrics
}

/** What a caller of an endpoint gets for a key that was never seen. */
function defaultsOf({ plan }: Card): Readonly<Record<string, InputValue>> {
  const { catalogFeatures } = plan
  return Object.fromEntries(
    plan.features.flatMap(({ name, value }) =>
      value.kind === 'catalog'
        ? [[name, lookUpFeature(value.feature, [], { store: undefined, catalogFeatures }).value]]
        : [],
    ),
  )
}

function plainRow(row: Readonly<Record<string, InputValue>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plainValue(value)]))
}

function plainValue(value: InputValue): unknown {
  if (typeof value === 'bigint') return Number(value)
  return value instanceof Date ? value.getTime() * 1000 : value
}
