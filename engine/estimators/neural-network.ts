/**
 * Neural networks of dense layers, fitted by Adam on tfjs.
 *
 * Σ weight · loss + l2/2 · Σ w² is minimized over the weights w and free biases, where the loss is the log loss of a
 * bool or a class and half the squared error of a number, standardized when the plan says so. Steps are made from
 * batches in single precision on one thread, so that the result depends on rows, hyperparameters and seed alone.
 */
import { EngineError } from '../errors.ts'
import type { EncodedRows } from './dataset.ts'
import type { Estimator, Fitted, FittedLabel, FitRequest, Link, NetworkParameters } from './estimator.ts'
import type { FittedNetwork, Loss, NetworkJob, NetworkLayer, NetworkRows } from './neural-network/job.ts'
import { runNetwork } from './neural-network/run.ts'

/** @throws EngineError ENG005, ENG011 when the fit leaves the finite numbers; the signal's reason */
export const fitNetwork: Estimator = async request => {
  checkLabel(request.label, request.training)
  const scaling = scalingOf(request)
  const job = jobOf(request, scaling)
  const report = request.onProgress
  report?.({ done: 0, total: job.epochs, message: `Fitting a network of ${job.widths.join('-')}` })
  const outcome = await runNetwork(job, {
    ...(request.signal && { signal: request.signal }),
    onEpoch({ epoch, trainingLoss, validationLoss }) {
      const onValidation = validationLoss === undefined ? '' : `, ${validationLoss.toFixed(6)} on validation`
      const message = `Epoch ${epoch}, mean loss ${trainingLoss.toFixed(6)}${onValidation}`
      report?.({ done: epoch, total: job.epochs, message })
    },
  })
  if ('divergedAtEpoch' in outcome)
    throw new EngineError(
      'ENG011',
      `Expected the loss to stay a finite number, got none in epoch ${outcome.divergedAtEpoch}. Lower learning_rate (${job.learningRate}), or standardize the features and the label.`,
      { details: { name: 'learning_rate' } },
    )
  const { nCategories } = request
  return fittedOf(outcome, job, {
    activation: job.activation,
    link: links[job.loss],
    nCategories,
    ...scaling,
  })
}

const links: Readonly<Record<Loss, Link>> = { logistic: 'logistic', softmax: 'softmax', squared: 'identity' }

/** Of two classes there is one score, for the second. */
function lossOf(label: FittedLabel): Loss {
  if (label.kind === 'number') return 'squared'
  return label.kind === 'classes' && label.classes.length > 2 ? 'softmax' : 'logistic'
}

interface Scaling {
  readonly center: number
  readonly scale: number
}

function fittedOf(
  { layers, epochs, objective }: FittedNetwork,
  { widths }: Pick<NetworkJob, 'widths'>,
  rest: Omit<NetworkParameters, 'kind' | 'layers'>,
): Fitted {
  const nParameters = layers.reduce((n, { weights, bias }) => n + weights.length + bias.length, 0)
  return {
    parameters: {
      kind: 'network',
      ...rest,
      layers: layers.map(({ weights, bias }, i) => ({
        nInputs: widths[i]!,
        nOutputs: widths[i + 1]!,
        weights: Array.from(weights),
        bias: Array.from(bias),
      })),
    },
    iterations: epochs,
    converged: true,
    objective,
    nParameters,
  }
}

function checkLabel(label: FittedLabel, { label: values, nRows }: EncodedRows): void {
  if (label.kind === 'number' || values.some(y => y !== values[0])) return
  throw new EngineError(
    nRows === 0 ? 'ENG003' : 'ENG005',
    nRows === 0
      ? 'Expected training rows, got none.'
      : `Expected at least two classes on the training rows, got one on all ${nRows}.`,
  )
}

/** Of the label while it is fitted. */
function scalingOf({ label, training, hyperparameters }: FitRequest): Scaling {
  if (label.kind !== 'number' || hyperparameters['standardize_label'] !== true) return { center: 0, scale: 1 }
  const { label: values, weights } = training
  let [total, sum] = [0, 0]
  values.forEach((y, i) => {
    const weight = weights?.[i] ?? 1
    total += weight
    sum += weight * y
  })
  const center = sum / total
  const squares = values.reduce((s, y, i) => s + (weights?.[i] ?? 1) * (y - center) ** 2, 0)
  const deviation = Math.sqrt(squares / total)
  return { center, scale: deviation > 0 ? deviation : 1 }
}

function jobOf(request: FitRequest, scaling: Scaling): Omit<NetworkJob, 'wasmFolder'> {
  const { training, validation, label, nCategories, hyperparameters: given, start } = request
  const hidden = given['hidden'] as readonly number[]
  const nInputs = nCategories.reduce((n, k) => n + k + 1, training.numbers.length)
  const loss = lossOf(label)
  const nScores = loss === 'softmax' && label.kind === 'classes' ? label.classes.length : 1
  const widths = [nInputs, ...hidden, nScores]
  const pack = (rows: EncodedRows, weighted: boolean) => packRows(rows, { nCategories, scaling, weighted })
  const layers = start && startingLayers(start, widths)
  return {
    training: pack(training, true),
    ...(validation && validation.nRows > 0 && { validation: pack(validation, false) }),
    nNumbers: training.numbers.length,
    nCodes: training.codes.length,
    widths,
    activation: given['activation'] as NetworkJob['activation'],
    loss,
    epochs: given['epochs'] as number,
    batchSize: given['batch_size'] as number,
    learningRate: given['learning_rate'] as number,
    dropout: given['dropout'] as number,
    l2: given['l2'] as number,
    patience: given['early_stopping_rounds'] as number,
    seed: request.seed,
    ...(layers && { start: layers }),
  }
}

/** Parameters of another shape are of another network: the fit begins anew. */
function startingLayers(
  start: NonNullable<FitRequest['start']>,
  widths: readonly number[],
): NetworkLayer[] | undefined {
  if (start.kind !== 'network') return undefined
  const fits = start.layers.map(layer => layer.nInputs).join() === widths.slice(0, -1).join()
  if (!fits || start.layers.at(-1)!.nOutputs !== widths.at(-1)) return undefined
  return start.layers.map(({ weights, bias }) => ({
    weights: Float32Array.from(weights),
    bias: Float32Array.from(bias),
  }))
}

interface Packing {
  readonly nCategories: readonly number[]
  readonly scaling: Scaling
  /** Whether weights count: on training rows only. */
  readonly weighted: boolean
}

/** Row after row in buffers that the thread shares. */
function packRows(rows: EncodedRows, { nCategories, scaling, weighted }: Packing): NetworkRows {
  const { nRows, numbers: columns, codes: codeColumns } = rows
  const floats = (length: number) => new Float32Array(new SharedArrayBuffer(4 * length))
  const numbers = floats(nRows * columns.length)
  columns.forEach((column, j) => {
    for (let i = 0; i < nRows; i++) numbers[i * columns.length + j] = column[i]!
  })
  const codes = new Int32Array(new SharedArrayBuffer(4 * nRows * codeColumns.length))
  let offset = 0
  codeColumns.forEach((column, c) => {
    const other = nCategories[c]!
    for (let i = 0; i < nRows; i++)
      codes[i * codeColumns.length + c] = offset + (column[i]! < 0 ? other : column[i]!)
    offset += other + 1
  })
  const label = floats(nRows)
  for (let i = 0; i < nRows; i++) label[i] = (rows.label[i]! - scaling.center) / scaling.scale
  if (!weighted || !rows.weights) return { nRows, numbers, codes, label }
  const weights = floats(nRows)
  weights.set(rows.weights)
  return { nRows, numbers, codes, label, weights }
}
