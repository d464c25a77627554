/**
 * Fits one case some times in this process and prints what came of it, as one line of JSON; writes the rows to a folder
 * first, for the peer. Arguments: case, folder of reference data, folder to write to.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FitRequest, LinearParameters } from '../../engine/estimators/estimator.ts'
import { fitLogistic, fitPoisson } from '../../engine/estimators/linear.ts'
import type { EncodedRows } from '../../engine/estimators/dataset.ts'
import { scoresOf } from '../../engine/estimators/predict.ts'
import { loadCase, type LinearCase } from './data.ts'

export interface LinearFit {
  /** Of the processor, of each fit. */
  readonly cpuSeconds: readonly number[]
  /** Mean loss plus penalty over rows; of Poisson without what depends on the labels alone. */
  readonly objective: number
  readonly iterations: number
  readonly testAuc?: number
}

/** Of every case's squared penalty. */
export const l2 = 1
const times = 3

const [name, folder, target] = process.argv.slice(2) as [LinearCase, string, string]
const { training, nCategories, test } = loadCase(name, folder)
write('training', training)
if (test) write('test', test)
writeFileSync(join(target, 'categories.json'), JSON.stringify(nCategories))

const request: FitRequest = {
  training,
  label: { kind: name === 'bikes' ? 'number' : 'bool' },
  nCategories,
  hyperparameters: { l1: 0, l2, max_iterations: 100, tolerance: 1e-6 },
  seed: 0,
  threads: 1,
}
const cpuSeconds: number[] = []
let fitted = await fit()
while (cpuSeconds.length < times) fitted = await fit()
const result: LinearFit = {
  cpuSeconds,
  objective: fitted.objective / training.nRows,
  iterations: fitted.iterations,
  ...(test && { testAuc: areaUnderCurve(scoresOf(fitted.parameters as LinearParameters, test), test.label) }),
}
console.log(JSON.stringify(result))

async function fit() {
  const start = process.cpuUsage()
  const fitted = await (name === 'bikes' ? fitPoisson : fitLogistic)(request)
  const { user, system } = process.cpuUsage(start)
  cpuSeconds.push((user + system) / 1e6)
  return fitted
}

/** Column after column. */
function write(part: string, { numbers, codes, label }: EncodedRows): void {
  writeFileSync(join(target, `${part}-numbers`), Buffer.concat(numbers.map(bytesOf)))
  writeFileSync(join(target, `${part}-codes`), Buffer.concat(codes.map(bytesOf)))
  writeFileSync(join(target, `${part}-label`), bytesOf(label))
}

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array | Int32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}

/** The share of pairs of a true and a false row that are in order; ties count half. */
function areaUnderCurve(scores: Float64Array, label: Float64Array): number {
  const order = Array.from(scores.keys()).toSorted((a, b) => scores[a]! - scores[b]!)
  let [ranks, nTrue] = [0, 0]
  for (let start = 0; start < order.length;) {
    let end = start
    while (end < order.length && scores[order[end]!] === scores[order[start]!]) end++
    for (let i = start; i < end; i++)
      if (label[order[i]!] === 1) {
        ranks += (start + end + 1) / 2
        nTrue++
      }
    start = end
  }
  return (ranks - (nTrue * (nTrue + 1)) / 2) / (nTrue * (order.length - nTrue))
}
