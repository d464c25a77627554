/**
 * Fits a hundred trees some times in this process and prints what came of it, as one line of JSON; writes the rows to a
 * folder first, for the peers. Arguments: case, rows, threads, folder to write to.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { algorithms, withDefaults } from '../../language/algorithms.ts'
import { fitTrees } from '../../engine/estimators/boosted-trees.ts'
import type { EncodedRows } from '../../engine/estimators/dataset.ts'
import { scoresOf } from '../../engine/estimators/predict.ts'
import { generate, type TreesCase } from './data.ts'

export interface TreesFit {
  /** Of the processor, of each fit. */
  readonly cpuSeconds: readonly number[]
  readonly seconds: readonly number[]
  readonly testAuc: number
  /** More than before the first fit, at the most. */
  readonly peakBytes: number
}

const times = 3

const [name, rows, threads, target] = process.argv.slice(2) as [TreesCase, string, string, string]
const { training, test, nCategories } = generate(name, Number(rows))
write('training', training)
write('test', test)
writeFileSync(join(target, 'categories.json'), JSON.stringify(nCategories))

const hyperparameters = {
  ...withDefaults(algorithms.gradient_boosted_trees.hyperparameters, new Map()),
  family: 'logistic',
  max_depth: 64,
  l2: 0,
}
const before = process.memoryUsage().rss
const cpuSeconds: number[] = []
const seconds: number[] = []
let fitted = await fit()
while (cpuSeconds.length < times) fitted = await fit()
const result: TreesFit = {
  cpuSeconds,
  seconds,
  testAuc: areaUnderCurve(scoresOf(fitted.parameters, test), test.label),
  peakBytes: process.resourceUsage().maxRSS * 1024 - before,
}
console.log(JSON.stringify(result))

async function fit() {
  const [start, startedAt] = [process.cpuUsage(), performance.now()]
  const fitted = await fitTrees({
    training,
    label: { kind: 'bool' },
    nCategories,
    hyperparameters,
    seed: 0,
    threads: Number(threads),
  })
  const { user, system } = process.cpuUsage(start)
  cpuSeconds.push((user + system) / 1e6)
  seconds.push((performance.now() - startedAt) / 1e3)
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
