/** The way from a plan to a model: dataset in the database, preparation, fit, evaluation, artifact. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Plan, SplitName } from '../language/index.ts'
import { countParts, createDataset } from './duckdb/dataset.ts'
import { fitEncoding, readEncoded, type FittedEncoding } from './duckdb/encode.ts'
import { readStatistics } from './duckdb/statistics.ts'
import { EngineError } from './errors.ts'
import type { EncodedRows } from './estimators/dataset.ts'
import {
  fitLogisticRegression,
  predictLogistic,
  type LogisticModel,
} from './estimators/logistic-regression.ts'
import { applyNumber, fitNumber, type FittedNumber } from './estimators/prepare-numbers.ts'
import { evaluate, judge, type Evaluation } from './metrics/evaluate.ts'
import { buildOnnx } from './onnx/model.ts'
import { checkPlan, estimatorOf } from './plan/check.ts'
import { splitNames, type Dataset } from './sql/dataset.ts'
import type {
  Card,
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

  report('prepare', 'Fitting the preparation')
  const preparing = queries('prepare', 'Fitting the preparation')
  const encoding = await fitEncoding(connection, plan, dataset, preparing)
  const perPart = splitNames.map(name => rowCounts[name])
  const parts = await readEncoded(connection, plan, dataset, encoding, { ...preparing, counts: perPart })
  const numbers = prepareNumbers(plan, parts, encoding)
  const statistics = await cardStatistics(connection, plan, dataset, preparing)

  report('fit', `Fitting on ${rowCounts.train} rows`, 0, estimator.maxIterations)
  const fit = await fitLogisticRegression(estimator, parts[0]!, {
    nCategories: encoding.categories.map(values => values.length),
    ...(signal && { signal }),
    onIteration: (n, value) =>
      report('fit', `Iteration ${n}, mean objective ${value.toFixed(6)}`, n, estimator.maxIterations),
  })
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
      `Expected training rows, found none: ${rows.sampled} observed, ${rows.labelMissing} without label, ${rows.outsideSplit} outside the split, ${rows.validation} for validation, ${rows.test} for test. Check \`where\` and \`split\`.`,
    )
  if (rows.positives.train === 0 || rows.positives.train === rows.train)
    throw new EngineError(
      'ENG005',
      `Expected ${label} to be true on some of the ${rows.train} training rows and false on others, but it is always ${rows.positives.train > 0}.`,
    )
}

/** Fits on the training rows, applies to all. @throws ENG006 */
function prepareNumbers(
  plan: Plan,
  parts: readonly EncodedRows[],
  encoding: FittedEncoding,
): readonly FittedNumber[] {
  const numeric = plan.features.filter(feature => feature.prepare.kind === 'numeric')
  return numeric.map((feature, j) => {
    if (feature.prepare.kind !== 'numeric') throw new TypeError('not numeric')
    if (feature.prepare.impute === 'none') checkNothingMissing(feature.name, parts, j)
    const fitted = fitNumber(feature.prepare, parts[0]!.numbers[j]!, encoding.medians[j]!)
    for (const part of parts) applyNumber(fitted, part.numbers[j]!)
    return fitted
  })
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
  let nNumbers = 0
  let nCodes = 0
  const features = plan.features.map(({ name, prepare }): FittedFeature => {
    if (prepare.kind === 'numeric') {
      const j = nNumbers++
      return { kind: 'numeric', name, ...numbers[j]!, weight: fit.numbers[j]! }
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
  const named = model.features.flatMap(feature =>
    feature.kind === 'numeric'
      ? [{ name: feature.name, value: feature.weight }]
      : [
          ...feature.categories.map((value, i) => ({
            name: `${feature.name}=${value}`,
            value: feature.weights[i]!,
          })),
          { name: `${feature.name}: other`, value: feature.other },
        ],
  )
  return [{ name: 'intercept', value: model.intercept }, ...named]
}
