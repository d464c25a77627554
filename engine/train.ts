/** The way from a plan to a model: dataset in the database, preparation, fit, evaluation, artifact. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Plan, SplitName } from '../language/index.ts'
import { countParts, createDataset } from './duckdb/dataset.ts'
import { fitEncoding, readEncoded, type FittedEncoding } from './duckdb/encode.ts'
import type { QueryOptions } from './duckdb/query.ts'
import { readStatistics } from './duckdb/statistics.ts'
import { EngineError } from './errors.ts'
import { balanceClasses, type EncodedRows } from './estimators/dataset.ts'
import {
  fitLogisticRegression,
  predictLogistic,
  type LogisticModel,
  type LogisticRegression,
} from './estimators/logistic-regression.ts'
import { applyNumber, fitNumber, indicatorOf, type FittedNumber } from './estimators/prepare-numbers.ts'
import { crossValidation, evaluate, judge, type Evaluation } from './metrics/evaluate.ts'
import { buildOnnx } from './onnx/model.ts'
import { checkPlan, estimatorOf } from './plan/check.ts'
import type { Dataset } from './sql/dataset.ts'
import type { NumberColumn } from './sql/prepare.ts'
import { foldPartition, splitNames, type Partition } from './sql/split.ts'
import type {
  Card,
  CrossValidation,
  FittedColumn,
  FittedFeature,
  FittedModel,
  RowCounts,
  TrainOptions,
  TrainPhase,
  Training,
} from './types.ts'

export interface TrainContext {
  readonly connection: DuckDBConnection
  readonly root: string
}

/** Same plan, data, rows and seed: the same model, bit for bit, whatever the number of threads. */
export async function train(context: TrainContext, plan: Plan, options: TrainOptions): Promise<Training> {
  checkPlan(plan, options)
  const estimator = estimatorOf(plan)
  const { connection, root } = context
  const { signal, rows = 'all', seed = 0 } = options
  const report = reporter(options)
  const queries = (phase: TrainPhase, message: string) => ({
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
  const partCounts = await countParts(connection, dataset, queries('features', 'Counting rows'))
  const rowCounts: RowCounts = { ...counts, ...partCounts }
  checkCounts(plan, rowCounts)

  const fitting: Fitting = { connection, plan, dataset, estimator, options, report }
  const folds = await crossValidate(fitting, queries)
  report('prepare', 'Fitting the preparation')
  const preparing = queries('prepare', 'Fitting the preparation')
  const { parts, encoding, numbers } = await prepare(fitting, preparing)
  const statistics = await cardStatistics(connection, plan, dataset, preparing)

  const fit = await fitOn(fitting, parts[0]!, encoding, `Fitting on ${rowCounts.train} rows`)
  const model = fittedModel(plan, numbers, encoding, fit)

  report('evaluate', 'Evaluating')
  const evaluations = splitNames.map((name, i): [SplitName, Evaluation] => {
    signal?.throwIfAborted()
    return [name, evaluate(plan, parts[i]!, predictLogistic(fit, parts[i]!), encoding.groups)]
  })
  report('export', 'Writing the model')
  const { onnx, inputs, tensors, outputs } = buildOnnx(plan, model)
  const metrics = Object.fromEntries(evaluations.map(([name, e]) => [name, e.metrics]))
  const groups = Object.fromEntries(evaluations.map(([name, e]) => [name, e.groups]))
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
    ...(folds && { crossValidation: folds }),
    requirements: plan.require.map(requirement => judge(requirement, { metrics, groups })),
    statistics,
    coefficients: coefficients(model),
    fit: {
      iterations: fit.iterations,
      converged: fit.converged,
      objective: fit.objective,
      nParameters: coefficients(model).length,
    },
  }
  return { model, onnx, card }
}

interface Fitting {
  readonly connection: DuckDBConnection
  readonly plan: Plan
  readonly dataset: Dataset
  readonly estimator: LogisticRegression
  readonly options: TrainOptions
  readonly report: ReturnType<typeof reporter>
}

interface Prepared {
  readonly parts: readonly EncodedRows[]
  readonly encoding: FittedEncoding
  readonly numbers: readonly FittedNumber[]
}

/** Fitted on the rows that the partition trains on, applied to all of them. @throws ENG006 */
async function prepare(
  { connection, plan, dataset }: Fitting,
  options: QueryOptions & { readonly partition?: Partition },
): Promise<Prepared> {
  const encoding = await fitEncoding(connection, plan, dataset, options)
  const encoded = await readEncoded(connection, plan, dataset, { ...options, fitted: encoding })
  const { parts, numbers } = prepareNumbers(plan, encoded, encoding)
  return { parts, encoding, numbers }
}

async function fitOn(
  { plan, estimator, options, report }: Fitting,
  training: EncodedRows,
  encoding: FittedEncoding,
  message: string,
): Promise<LogisticModel> {
  const { signal } = options
  report('fit', message, 0, estimator.maxIterations)
  const weighted = plan.balance === 'classes' ? balanceClasses(training) : training
  return await fitLogisticRegression(estimator, weighted, {
    nCategories: encoding.categories.map(values => values.length),
    ...(signal && { signal }),
    onIteration: (n, value) =>
      report('fit', `Iteration ${n}, mean objective ${value.toFixed(6)}`, n, estimator.maxIterations),
  })
}

/** A model per fold, preparation included, judged on the rows it has not seen. @throws ENG003 ENG005 ENG006 */
async function crossValidate(
  fitting: Fitting,
  queries: (phase: TrainPhase, message: string) => QueryOptions,
): Promise<CrossValidation | undefined> {
  const { plan } = fitting
  const nFolds = plan.split.folds
  if (nFolds === undefined) return undefined
  const folds: CrossValidation['folds'][number][] = []
  for (let fold = 1; fold <= nFolds; fold++) {
    const message = `Preparing fold ${fold} of ${nFolds}`
    fitting.report('prepare', message)
    const partition = foldPartition(plan.split, fold)
    const { parts, encoding } = await prepare(fitting, { ...queries('prepare', message), partition })
    const [training, heldOut] = [parts[0]!, parts[1]!]
    checkFold(plan, training, fold)
    const fit = await fitOn(fitting, training, encoding, `Fitting fold ${fold} of ${nFolds}`)
    const { metrics } = evaluate(plan, heldOut, predictLogistic(fit, heldOut), encoding.groups)
    folds.push({ train: training.nRows, heldOut: heldOut.nRows, metrics })
  }
  return crossValidation(folds)
}

function checkFold(plan: Plan, { nRows, label }: EncodedRows, fold: number): void {
  const nTrue = label.reduce((sum, y) => sum + y, 0)
  if (nTrue > 0 && nTrue < nRows) return
  throw new EngineError(
    nRows === 0 ? 'ENG003' : 'ENG005',
    `Expected rows of both values of the label \`${plan.label.name}\` to fit fold ${fold} on, got ${nTrue} true of ${nRows}. Take fewer folds, or more rows.`,
  )
}

function reporter({ onProgress }: TrainOptions) {
  return (phase: TrainPhase, message: string, done = 0, total?: number) =>
    onProgress?.({ phase, message, done, ...(total !== undefined && { total }) })
}

/** @throws ENG003 ENG004 ENG005 */
function checkCounts(plan: Plan, rows: RowCounts): void {
  const label = `the label \`${plan.label.name}\``
  if (rows.sampled > 0 && rows.labelMissing === rows.sampled)
    throw new EngineError(
      'ENG004',
      `Expected ${label} to have a value, but it is missing on all ${rows.sampled} rows. Check its expression.`,
    )
  if (rows.train === 0)
    throw new EngineError(
      'ENG003',
      `Expected training rows, found none: ${rows.sampled} observed, ${rows.labelMissing} without label, ${rows.outsideSplit} outside the split, ${rows.withoutWeight} without weight, ${rows.validation} for validation, ${rows.test} for test. Check \`where\`, \`split\` and \`weight\`.`,
    )
  if (rows.positives.train === 0 || rows.positives.train === rows.train)
    throw new EngineError(
      'ENG005',
      `Expected ${label} to be true on some of the ${rows.train} training rows and false on others, but it is always ${rows.positives.train > 0}.`,
    )
}

/** Fits on the training rows, applies to all; columns that say what was missing come last. @throws ENG006 */
function prepareNumbers(
  plan: Plan,
  parts: readonly EncodedRows[],
  { numbers: columns, medians }: FittedEncoding,
): Pick<Prepared, 'parts' | 'numbers'> {
  const indicators = indicatorColumns(columns).map(j => parts.map(part => indicatorOf(part.numbers[j]!)))
  const numbers = columns.map(({ name, prepare }, j) => {
    if (prepare.impute === 'none') checkNothingMissing(name, parts, j)
    const fitted = fitNumber(prepare, parts[0]!.numbers[j]!, medians[j]!)
    for (const part of parts) applyNumber(fitted, part.numbers[j]!)
    return fitted
  })
  const extended = parts.map((part, i) => ({
    ...part,
    numbers: [...part.numbers, ...indicators.map(perPart => perPart[i]!)],
  }))
  return { numbers, parts: extended }
}

/** Of every feature that asks for one: its first column, which is missing where the feature is. */
function indicatorColumns(columns: readonly NumberColumn[]): readonly number[] {
  return columns.flatMap(({ feature, prepare }, j) =>
    prepare.indicator && columns[j - 1]?.feature !== feature ? [j] : [],
  )
}

function checkNothingMissing(name: string, parts: readonly EncodedRows[], j: number): void {
  for (const [i, part] of parts.entries()) {
    const nMissing = part.numbers[j]!.reduce((n, x) => n + (Number.isNaN(x) ? 1 : 0), 0)
    if (nMissing > 0)
      throw new EngineError(
        'ENG006',
        `Expected a value of \`${name}\` on every row, because the plan says \`impute none\`; it is missing on ${nMissing} ${splitNames[i]} rows. Impute it, or leave those rows out with \`where\`.`,
        {
          details: { name },
        },
      )
  }
}

async function cardStatistics(
  connection: DuckDBConnection,
  plan: Plan,
  dataset: Dataset,
  options: Parameters<typeof readStatistics>[3],
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

function fittedModel(
  plan: Plan,
  numbers: readonly FittedNumber[],
  encoding: FittedEncoding,
  fit: LogisticModel,
): FittedModel {
  const weighted = numbers.map((number, j): FittedColumn => ({ ...number, weight: fit.numbers[j]! }))
  const indicators = new Map(
    indicatorColumns(encoding.numbers).map((j, k) => [
      encoding.numbers[j]!.feature,
      fit.numbers[numbers.length + k]!,
    ]),
  )
  let nCodes = 0
  const features = plan.features.map(({ name, type, prepare }, i): FittedFeature => {
    if (prepare.kind === 'numeric') {
      const columns = weighted.filter((_, j) => encoding.numbers[j]!.feature === i)
      const missing = indicators.has(i) ? { indicator: indicators.get(i)! } : {}
      return type.kind === 'vector'
        ? { kind: 'vector', name, elements: columns, ...missing }
        : { kind: 'numeric', name, ...columns[0]!, ...missing }
    }
    const k = nCodes++
    const weights = [...fit.categories[k]!]
    return {
      kind: 'one_hot',
      name,
      categories: encoding.categories[k]!,
      weights: weights.slice(0, -1),
      other: weights.at(-1)!,
    }
  })
  return {
    fittedVersion: 1,
    model: plan.model,
    algorithm: 'logistic_regression',
    intercept: fit.intercept,
    features,
  }
}

function coefficients(model: FittedModel): Card['coefficients'] {
  return [{ name: 'intercept', value: model.intercept }, ...model.features.flatMap(coefficientsOf)]
}

function coefficientsOf(feature: FittedFeature): Card['coefficients'] {
  const { name } = feature
  switch (feature.kind) {
    case 'numeric':
      return [{ name, value: feature.weight }, ...indicatorCoefficient(feature)]
    case 'vector':
      return [
        ...feature.elements.map(({ weight }, i) => ({ name: `${name}[${i + 1}]`, value: weight })),
        ...indicatorCoefficient(feature),
      ]
    case 'one_hot':
      return [
        ...feature.categories.map((value, i) => ({ name: `${name}=${value}`, value: feature.weights[i]! })),
        { name: `${name}: other`, value: feature.other },
      ]
  }
}

function indicatorCoefficient(feature: { readonly name: string; readonly indicator?: number }) {
  return feature.indicator === undefined
    ? []
    : [{ name: `${feature.name}: missing`, value: feature.indicator }]
}
