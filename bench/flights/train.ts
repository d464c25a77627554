/** Trains the late-flights model on all rows in this process and prints what it took, as one line of JSON. */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEngine } from '../../engine/index.ts'
import { flightsPlan, flightsRoot } from './plan.ts'

export interface FlightsTraining {
  readonly seconds: number
  /** Of all threads together. */
  readonly cpuSeconds: number
  readonly peakBytes: number
  readonly trainRows: number
  readonly testAuc: number
}

const spillFolder = join(tmpdir(), `slipway-spill-${process.pid}`)
const start = performance.now()
const engine = await openEngine({ root: flightsRoot, threads: 2, spillFolder })
const { card } = await engine.train(flightsPlan)
await engine.close()
const { userCPUTime, systemCPUTime } = process.resourceUsage()
const result: FlightsTraining = {
  seconds: (performance.now() - start) / 1000,
  cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
  peakBytes: process.resourceUsage().maxRSS * 1024,
  trainRows: card.rows.train,
  testAuc: card.metrics.test!['auc']!,
}
console.log(JSON.stringify(result))
