/** Epochs over shuffled batches, and when to stop. */
import { createRandom } from '../random.ts'
import { createAdam } from './adam.ts'
import type { EpochReport, FittedNetwork, NetworkJob, NetworkRows } from './job.ts'
import { initialLayers } from './initialize.ts'
import { lossOf } from './losses.ts'
import { type Batch, createNetwork, type Network } from './network.ts'

/** Rows at a time where only scores are wanted. */
const scoredTogether = 4096

/** Streams of random numbers, one per use. */
const streams = { weights: 0, order: 1, dropout: 2 }

/** Undefined: a number of the fit was not finite any more; the last report has its epoch. */
export function fit(job: NetworkJob, onEpoch: (report: EpochReport) => void): FittedNetwork | undefined {
  const { training, validation, patience } = job
  const epoch = createEpoch(job)
  const judged = validation !== undefined && validation.nRows > 0 && patience > 0 ? validation : undefined
  let best: { readonly loss: number; readonly epoch: number; readonly values: Float32Array } | undefined
  let n = 0
  while (n < job.epochs && !(best && n - best.epoch >= patience)) {
    n++
    const trainingLoss = epoch.run() / training.nRows
    const validationLoss = judged && totalLoss(epoch.network, judged, job) / judged.nRows
    onEpoch({ epoch: n, trainingLoss, ...(validationLoss !== undefined && { validationLoss }) })
    if (!Number.isFinite(trainingLoss + (validationLoss ?? 0))) return undefined
    if (validationLoss !== undefined && !(best && best.loss <= validationLoss))
      best = { loss: validationLoss, epoch: n, values: epoch.network.values.slice() }
  }
  if (best) epoch.network.values.set(best.values)
  return finish(epoch.network, job, n)
}

/** Goes over all training rows once per `run`, which gives Σ weight · loss, weights being 1 on average. */
function createEpoch(job: NetworkJob) {
  const { training, seed } = job
  const total = training.weights ? sumOf(training.weights) : training.nRows
  const network = createNetwork(job, job.start ?? initialLayers(job, createRandom(seed, streams.weights)))
  const adam = createAdam(network.values.length, job.learningRate)
  const shuffling = createRandom(seed, streams.order)
  const options = { penalty: job.l2 / total, random: createRandom(seed, streams.dropout) }
  const order = range(0, training.nRows)
  const meanWeight = total / training.nRows
  const run = () => {
    shuffling.shuffle(order)
    let sum = 0
    for (let from = 0; from < order.length; from += job.batchSize) {
      const rows = order.subarray(from, from + job.batchSize)
      const { loss, gradient } = network.gradient(batchOf(training, rows, { job, meanWeight }), options)
      adam.step(network.values, gradient)
      sum += loss
    }
    return sum
  }
  return { network, run }
}

function finish(network: Network, job: NetworkJob, epochs: number): FittedNetwork | undefined {
  const { layers } = network
  const squares = layers.reduce((sum, { weights }) => weights.reduce((s, w) => s + w * w, sum), 0)
  const objective = totalLoss(network, job.training, job) + (job.l2 / 2) * squares
  const copies = layers.map(({ weights, bias }) => ({ weights: weights.slice(), bias: bias.slice() }))
  return Number.isFinite(objective) ? { layers: copies, epochs, objective } : undefined
}

/** Σ weight · loss with every unit. */
function totalLoss(network: Network, rows: NetworkRows, job: NetworkJob): number {
  let sum = 0
  const nScores = job.widths.at(-1)!
  for (let from = 0; from < rows.nRows; from += scoredTogether) {
    const indices = range(from, Math.min(from + scoredTogether, rows.nRows))
    const batch = batchOf(rows, indices, { job, meanWeight: 1 })
    sum += lossOf(job.loss, { ...batch, scores: network.scores(batch), nScores })
  }
  return sum
}

interface BatchOptions {
  readonly job: NetworkJob
  /** What weights are divided by. */
  readonly meanWeight: number
}

function batchOf(rows: NetworkRows, indices: Int32Array, { job, meanWeight }: BatchOptions): Batch {
  const { nNumbers, nCodes } = job
  const nRows = indices.length
  const numbers = new Float32Array(nRows * nNumbers)
  const codes = new Int32Array(nRows * nCodes)
  const label = new Float32Array(nRows)
  const weights = rows.weights && new Float32Array(nRows)
  for (let i = 0; i < nRows; i++) {
    const row = indices[i]!
    for (let j = 0; j < nNumbers; j++) numbers[i * nNumbers + j] = rows.numbers[row * nNumbers + j]!
    for (let c = 0; c < nCodes; c++) codes[i * nCodes + c] = rows.codes[row * nCodes + c]!
    label[i] = rows.label[row]!
    if (weights) weights[i] = rows.weights![row]! / meanWeight
  }
  return { nRows, numbers, codes, label, ...(weights && { weights }) }
}

function range(from: number, until: number): Int32Array {
  return Int32Array.from({ length: until - from }, (_, i) => from + i)
}

function sumOf(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0)
}
