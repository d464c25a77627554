/**
 * Trains the late-flights model on all rows in this process and prints what it took, as one line of JSON.
 * The argument says how many times the flights are repeated; default 1.
 */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEngine } from '../../engine/index.ts'
import { repeatFlights } from './repeated.ts'

export interface FlightsTraining {
  readonly seconds: number
  /** Of all threads together. */
  readonly cpuSeconds: number
  readonly peakBytes: number
  readonly trainRows: number
  readonly testAuc: number
  /** Per phase when it began and the greatest memory until then. */
  readonly phases?: readonly {
    readonly phase: string
    readonly seconds: number
    readonly peakBytes: number
  }[]
}

const flights = await repeatFlights(Number(process.argv[2] ?? 1))
const spillFolder = join(tmpdir(), `slipway-spill-${process.pid}`)
const start = performance.now()
const secondsSince = () => (performance.now() - start) / 1000
const peakBytes = () => process.resourceUsage().maxRSS * 1024
const phases: { phase: string; seconds: number; peakBytes: number }[] = []
const engine = await openEngine({ root: flights.root, threads: 2, spillFolder })
const { card } = await engine.train(flights.plan, {
  onProgress({ phase }) {
    if (phases.at(-1)?.phase !== phase)
      phases.push({ phase, seconds: secondsSince(), peakBytes: peakBytes() })
  },
})
await engine.close()
await flights.remove()
const { userCPUTime, systemCPUTime } = process.resourceUsage()
const result: FlightsTraining = {
  seconds: secondsSince(),
  cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
  peakBytes: peakBytes(),
  trainRows: card.rows.train,
  testAuc: card.metrics.test!['auc']!,
  phases,
}
console.log(JSON.stringify(result))
