/** The way from a plan to a model: dataset in the database, preparation, fit, evaluation, artifact. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Plan, SplitName } from '../language/index.ts'
import type { Paging } from './duckdb/encode.ts'
import { countParts, createDataset, dropTables } from './duckdb/dataset.ts'
import type { QueryOptions } from './duckdb/query.ts'
import { readStatistics } from './duckdb/statistics.ts'
import type { Rows } from './estimators/dataset.ts'
import type { Fitted } from './estimators/estimator.ts'
import { backgroundOf } from './explain/background.ts'
import { crossValidation, judge, type Evaluation } from './metrics/evaluate.ts'
import { buildOnnx } from './onnx/model.ts'
import { checkPlan } from './plan/check.ts'
import type { Dataset } from './sql/dataset.ts'
import { splitNames } from './sql/split.ts'
import { checkCounts, checkOutputs } from './train/checks.ts'
import { evaluatePart } from './train/evaluate.ts'
import { fit } from './train/fit.ts'
import { coefficientsOf, fittedModel } from './train/fitted-model.ts'
import { type Folds, openFolds } from './train/folds.ts'
import { prepare, type Prepared } from './train/prepare.ts'
import { searchHyperparameters } from './train/search.ts'
import type { Card, CrossValidation, RowCounts, TrainOptions, TrainPhase, Training } from './types.ts'

export interface TrainContext {
  readonly connection: DuckDBConnection
  readonly root: string
  /** That a fit may use. Default 1. */
  readonly threads?: number
  /** Absent: rows are held, however many. */
  readonly paging?: Paging
}

/** Same plan, data, rows and seed: the same model, bit for bit, whatever the number of threads. */
export async function train(context: TrainContext, plan: Plan, options: TrainOptions): Promise<Training> {
  const cleaning: (() => void)[] = []
  try {
    return await trainCleaned(context, plan, { ...options, onEnd: clean => cleaning.push(clean) })
  } finally {
    for (const clean of cleaning) clean()
  }
}

/** @param options.onEnd takes what is to be called at the end, however that comes */
async function trainCleaned(
  context: TrainContext,
  plan: Plan,
  { onEnd, ...options }: TrainOptions & { readonly onEnd: (clean: () => void) => void },
): Promise<Training> {
  checkPlan(plan, options)
  const { connection, root } = context
  const { signal, rows = 'all', seed = 0 } = options
  const report = reporter(options)
  const queries = (phase: TrainPhase, message: string): QueryOptions => ({
    ...(signal && { signal }),
    ...(options.onProgress && { onPercent: (done: number) => report(phase, message, done, 100) }),
  })
  report('read', `Reading ${plan.observe.source}`)
  const request = { plan, root, rows, seed, observations: options.observations?.sql }
  const onPart = (message: string) => report('features', message)
  const { dataset, counts } = await createDataset(
    connection,
    { ...request, onPart },
    queries('features', 'Computing features'),
  )
  const counting = { ...queries('features', 'Counting rows'), label: plan.label }
  const rowCounts: RowCounts = { ...counts, ...(await countParts(connection, dataset, counting)) }
  checkCounts(plan, rowCounts)

  const preparing = queries('prepare', 'Fitting the preparation')
  const { paging } = context
  const toPrepare = { connection, plan, dataset, ...(paging && { paging }) }
  const preparedOnce = once(async () => {
    report('prepare', 'Fitting the preparation')
    const prepared = await prepare(toPrepare, preparing)
    onEnd(() => prepared.dispose())
    return prepared
  })
  const folds = openFolds(toPrepare, message => {
    report('prepare', message)
    return queries('prepare', message)
  })
  onEnd(() => folds.forget())
  const search = await searchHyperparameters({
    ...{ plan, prepared: preparedOnce, folds, seed, threads: context.threads ?? 1 },
    ...(options.trialsFile !== undefined && { trialsFile: options.trialsFile }),
    ...(signal && { signal }),
    onProgress: (message, done, total) => report('tune', message, done, total),
  })
  const fitting: Fitting = { context, plan: search?.plan ?? plan, options, report }
  const validated = await crossValidate(fitting, folds)
  folds.forget()
  const prepared = await preparedOnce()
  checkOutputs(plan, prepared.encoding.label)
  const statistics = await cardStatistics(connection, plan, dataset, preparing)
  // Nothing reads them any more, and the fit needs room.
  await dropTables(connection, dataset)

  const fitted = await fitPart(fitting, prepared, {
    message: `Fitting on ${rowCounts.train} rows`,
    validation: prepared.parts[1]!,
  })
  const model = fittedModel(plan, prepared, fitted.parameters)

  report('evaluate', 'Evaluating')
  const evaluations: [SplitName, Evaluation][] = []
  for (const [i, name] of splitNames.entries()) {
    await new Promise(resolve => setImmediate(resolve))
    signal?.throwIfAborted()
    const { parameters } = fitted
    const judged = { part: i, parameters, ...(signal && { signal }) }
    evaluations.push([name, await evaluatePart(plan, prepared, judged)])
  }
  report('export', 'Writing the model')
  const { onnx, inputs, tensors, outputs } = buildOnnx(plan, model)
  const of = <Key extends keyof Evaluation>(key: Key): Readonly<Record<string, Evaluation[Key]>> =>
    Object.fromEntries(evaluations.map(([name, evaluation]) => [name, evaluation[key]]))
  const [metrics, groups] = [of('metrics'), of('groups')]
  const { iterations, converged, objective, nParameters } = fitted
  const card: Card = {
    cardVersion: 1,
    model: plan.model,
    ...(plan.doc !== undefined && { doc: plan.doc }),
    plan,
    inputs,
    tensors,
    outputs,
    sample: { rows, seed },
    rows: rowCounts,
    metrics,
    groups,
    intervals: of('intervals'),
    groupIntervals: of('groupIntervals'),
    ...(validated && { crossValidation: validated }),
    ...(search && { tuning: search.tuning }),
    requirements: plan.require.map(requirement => judge(requirement, { metrics, groups })),
    statistics,
    coefficients: coefficientsOf(model),
    background: backgroundOf(model, prepared.parts[0]!),
    fit: { iterations, converged, objective, nParameters },
  }
  await search?.forget()
  return { model, onnx, card }
}

interface Fitting {
  readonly context: TrainContext
  /** With the hyperparameters that a search found. */
  readonly plan: Plan
  readonly options: TrainOptions
  readonly report: ReturnType<typeof reporter>
}

interface PartFit {
  readonly message: string
  /** Rows for early stopping. */
  readonly validation: Rows
  /** What is fitted, when it is not the model. */
  readonly place?: string
}

async function fitPart(
  { context, plan, options, report }: Fitting,
  prepared: Prepared,
  { message, ...part }: PartFit,
): Promise<Fitted> {
  report('fit', message)
  return await fit(plan, prepared, {
    ...part,
    seed: options.seed ?? 0,
    threads: context.threads ?? 1,
    ...(options.signal && { signal: options.signal }),
    onProgress: progress => report('fit', progress.message, progress.done, progress.total),
  })
}

/** A model per fold, preparation included, judged on the rows it has not seen. @throws ENG003 ENG005 ENG006 */
async function crossValidate(
  fitting: Fitting,
  { nFolds, prepared: preparedOf }: Folds,
): Promise<CrossValidation | undefined> {
  if (nFolds === 0) return undefined
  const folds: CrossValidation['folds'][number][] = []
  for (let fold = 1; fold <= nFolds; fold++) {
    const prepared = await preparedOf(fold)
    const fitted = await fitPart(fitting, prepared, {
      message: `Fitting fold ${fold} of ${nFolds}`,
      validation: prepared.parts[2]!,
      place: `fold ${fold}`,
    })
    const { metrics } = await evaluatePart(fitting.plan, prepared, {
      part: 1,
      parameters: fitted.parameters,
      intervals: false,
      ...(fitting.options.signal && { signal: fitting.options.signal }),
    })
    folds.push({ train: prepared.parts[0]!.nRows, heldOut: prepared.parts[1]!.nRows, metrics })
  }
  return crossValidation(folds)
}

/** What `compute` gives, computed when it is first asked for. */
function once<T>(compute: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined
  return () => (result ??= compute())
}

function reporter({ onProgress }: TrainOptions) {
  return (phase: TrainPhase, message: string, done = 0, total?: number) =>
    onProgress?.({ phase, message, done, ...(total !== undefined && { total }) })
}

async function cardStatistics(
  connection: DuckDBConnection,
  plan: Plan,
  dataset: Dataset,
  options: QueryOptions,
): Promise<Card['statistics']> {
  const columns = plan.sources[plan.observe.source]!.columns
  const inputs = dataset.inputs.map(({ name, column }) => {
    return { name, column, kind: columns.find(c => c.name === name)!.type.kind }
  })
  const features = dataset.features.map(({ name, column }, i) => ({
    name,
    column,
    kind: plan.features[i]!.type.kind,
  }))
  return {
    inputs: await readStatistics(connection, dataset.rows, inputs, options),
    features: await readStatistics(connection, dataset.rows, features, options),
  }
}
