/** The estimator `gradient_boosted_trees`: what the language says, over trees/. */
import { EngineError } from '../errors.ts'
import type { EncodedRows } from './dataset.ts'
import type { Estimator, FitRequest, FittedLabel, Link, TreesParameters } from './estimator.ts'
import { type BoostOptions, fitBoostedTrees, type Round } from './trees/boost.ts'
import { maxBinsOfColumn } from './trees/bins.ts'
import type { LossName } from './trees/loss.ts'

const links: Readonly<Record<LossName, Link>> = {
  squared: 'identity',
  logistic: 'logistic',
  softmax: 'softmax',
  poisson: 'log',
}

/**
 * `objective` is the sum over the training rows of weight times loss. Rows that are held out count by their mean loss.
 * @throws EngineError ENG005, ENG007, ENG008
 */
export const fitTrees: Estimator = async request => {
  const { training, validation, nCategories, start } = request
  const loss = lossOf(request)
  checkLabel(training, loss, request.label)
  checkCategories(nCategories)
  const options: BoostOptions = {
    ...optionsOf(request, loss),
    seed: request.seed,
    threads: request.threads,
    signal: request.signal,
    onRound: reporter(request),
  }
  const fitted = await withinMemory(training, () =>
    fitBoostedTrees(options, {
      training,
      nCategories,
      ...(loss === 'softmax' && { nClasses: classesOf(request.label).length }),
      validation: validation && countsAnything(validation) ? validation : undefined,
      start: start?.kind === 'trees' ? start : undefined,
    }),
  )
  const { initial, trees, trainLoss } = fitted
  const parameters: TreesParameters = { kind: 'trees', link: links[loss], initial, trees }
  return {
    parameters,
    iterations: trees.length / initial.length,
    converged: true,
    objective: trainLoss * sumOfWeights(training),
    nParameters: initial.length + trees.reduce((n, { left }) => n + (left.length + 1) / 2, 0),
  }
}

function optionsOf({ hyperparameters: given }: FitRequest, loss: LossName) {
  const number = (name: string) => given[name] as number
  return {
    loss,
    trees: number('trees'),
    learningRate: number('learning_rate'),
    growth: given['growth'] as 'leaf' | 'level',
    maxLeaves: number('max_leaves'),
    maxDepth: number('max_depth'),
    minRows: number('min_rows'),
    minGain: number('min_gain'),
    maxBins: number('max_bins'),
    l1: number('l1'),
    l2: number('l2'),
    subsample: number('subsample'),
    featureFraction: number('feature_fraction'),
    earlyStoppingRounds: number('early_stopping_rounds'),
  }
}

const classesOf = (label: FittedLabel): readonly string[] => (label.kind === 'classes' ? label.classes : [])

/** @throws EngineError ENG008 when the family is none of the label */
function lossOf({ label, hyperparameters }: FitRequest): LossName {
  const family = hyperparameters['family'] as string | undefined
  const fits: Readonly<Record<FittedLabel['kind'], readonly string[]>> = {
    number: ['gaussian', 'poisson'],
    bool: ['logistic'],
    classes: ['multinomial'],
  }
  if (family !== undefined && !fits[label.kind].includes(family))
    throw new EngineError(
      'ENG008',
      `Expected \`family\` to be ${fits[label.kind].map(name => `\`${name}\``).join(' or ')} for this label, got \`${family}\`. Leave it out to have the one that fits.`,
      { details: { name: 'family', got: family } },
    )
  if (label.kind === 'number') return family === 'poisson' ? 'poisson' : 'squared'
  // Two classes need one score only: that of the second.
  return label.kind === 'bool' || label.classes.length === 2 ? 'logistic' : 'softmax'
}

/** @throws EngineError ENG005 */
function checkLabel({ nRows, label }: EncodedRows, loss: LossName, of: FittedLabel): void {
  const fail = (expected: string, got: string): never => {
    throw new EngineError('ENG005', `Expected ${expected}, got ${got}. Check the label.`, {
      details: { expected, got },
    })
  }
  if (nRows === 0) throw new EngineError('ENG003', 'Expected training rows, got none.')
  const bad = label.find(y => !Number.isFinite(y))
  if (bad !== undefined) fail('a finite label on every training row', String(bad))
  if (loss === 'poisson') {
    const negative = label.find(y => y < 0)
    if (negative !== undefined) fail('counts, 0 or more, as the label', String(negative))
    if (label.every(y => y === 0)) fail('a count above 0 on some training rows', '0 on all of them')
  } else if (loss !== 'squared' && label.every(y => y === label[0])) {
    const value = of.kind === 'classes' ? `\`${of.classes[label[0]!]}\`` : String(label[0] === 1)
    fail('training rows of more than one label', `${value} on all ${nRows}`)
  }
}

/** @throws EngineError ENG007 */
function checkCategories(nCategories: readonly number[]): void {
  const most = Math.max(0, ...nCategories)
  if (most >= maxBinsOfColumn)
    throw new EngineError(
      'ENG007',
      `Expected at most ${maxBinsOfColumn - 1} values of a category, got ${most}. Take fewer with \`native max\`.`,
    )
}

const sumOfWeights = ({ weights, nRows }: EncodedRows): number =>
  weights ? weights.reduce((sum, w) => sum + w, 0) : nRows

const countsAnything = (rows: EncodedRows): boolean => rows.nRows > 0 && sumOfWeights(rows) > 0

/** @throws EngineError ENG007 */
async function withinMemory<T>({ nRows, numbers, codes }: EncodedRows, fit: () => Promise<T>): Promise<T> {
  try {
    return await fit()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new EngineError(
      'ENG007',
      `Expected rows and columns that 4 GiB can hold as bins, got ${nRows} rows of ${numbers.length + codes.length} columns. Take fewer rows, or a smaller \`max_bins\` or \`max_leaves\`.`,
      { cause: error },
    )
  }
}

/** Between two reports. */
const reportMs = 100

function reporter({ onProgress, hyperparameters }: FitRequest): (round: Round) => Promise<void> {
  const total = hyperparameters['trees'] as number
  const startedAt = performance.now()
  let reportedAt = -Infinity
  let first: number | undefined
  return async ({ round, validationLoss, trainLoss }) => {
    first ??= round - 1
    const now = performance.now()
    if (!onProgress || (now - reportedAt < reportMs && round < total)) return
    reportedAt = now
    const rate = (((round - first) * 1000) / Math.max(now - startedAt, 1)).toPrecision(3)
    const loss =
      validationLoss === undefined
        ? `training loss ${(await trainLoss()).toFixed(6)}`
        : `validation loss ${validationLoss.toFixed(6)}`
    onProgress({
      done: round,
      total,
      message: `Round ${round} of ${total}, ${loss}, ${Number(rate)} rounds/s`,
    })
  }
}
