/** What a network begins with. */
import type { Random } from '../random.ts'
import type { NetworkJob, NetworkLayer, NetworkRows } from './job.ts'

/**
 * Weights are normal with the variance that keeps sums as great as what went in: 2 / nInputs before a bend that lets half
 * through (He et al., 2015), else 2 / (nInputs + nOutputs) (Glorot and Bengio, 2010). Of a row a one-hot feature has one
 * column that is not 0, so it counts as one input. The bias of the scores fits the labels' mean, all others are 0.
 */
export function initialLayers(job: NetworkJob, random: Random): NetworkLayer[] {
  const nLayers = job.widths.length - 1
  return Array.from({ length: nLayers }, (_, i) => {
    const [nInputs, nOutputs] = [job.widths[i]!, job.widths[i + 1]!]
    const nFilled = Math.max(1, i === 0 ? job.nNumbers + job.nCodes : nInputs)
    const half = i < nLayers - 1 && (job.activation === 'relu' || job.activation === 'gelu')
    const deviation = Math.sqrt(half ? 2 / nFilled : 2 / (nFilled + nOutputs))
    return {
      weights: Float32Array.from({ length: nInputs * nOutputs }, () => deviation * random.normal()),
      bias: i < nLayers - 1 ? new Float32Array(nOutputs) : initialScores(job),
    }
  })
}

/** The scores that minimize the loss when every row has the same. */
function initialScores({ loss, widths, training }: NetworkJob): Float32Array {
  const nScores = widths.at(-1)!
  if (loss === 'softmax') {
    const shares = Float64Array.from({ length: nScores }, (_, k) =>
      weightedMean(training, y => (y === k ? 1 : 0)),
    )
    return Float32Array.from(shares, share => Math.log(Math.max(share, 1e-6)))
  }
  const mean = weightedMean(training, y => y)
  return Float32Array.of(loss === 'logistic' ? Math.log(mean / (1 - mean)) : mean)
}

function weightedMean({ label, weights, nRows }: NetworkRows, of: (y: number) => number): number {
  let sum = 0
  let total = 0
  for (let i = 0; i < nRows; i++) {
    const weight = weights ? weights[i]! : 1
    sum += weight * of(label[i]!)
    total += weight
  }
  return sum / total
}
