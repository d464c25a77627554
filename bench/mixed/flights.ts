/**
 * Trains a model of late departures on all flights in this process, with or without effects of every route and hour, and
 * prints what came of it, as one line of JSON. Argument: `fixed` or `mixed`.
 */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEngine } from '../../engine/index.ts'
import { createWorkspace, type Plan } from '../../language/index.ts'
import { flightsFile, flightsRoot, flightsSource } from '../flights/plan.ts'
import type { FlightsTraining } from '../flights/train.ts'

const algorithms = {
  fixed: 'logistic_regression { l2 = 1 }',
  mixed: `mixed_effects {
    l2 = 1
    random intercept, log_distance per route { l2 = 10 }
    random intercept per hour { l2 = 10 }
  }`,
}

export type FlightsVariant = keyof typeof algorithms

const textOf = (variant: FlightsVariant) => `
source flights {
  from parquet "${flightsFile}"
  time date
}

model late_by_route {
  observe flights where delay >= -60
  features {
    log_distance = log1p(distance)
    weekday      = category(weekday(date))
    hour         = category(hour(date))
    route        = cross(origin, destination)
  }
  label late = delay > 15
  split by time {
    train      until 2001-05-01
    validation until 2001-05-25
    test       after 2001-05-25
  }
  algorithm ${algorithms[variant]}
  evaluate auc
  output late_probability = probability(late)
}
`

function planOf(variant: FlightsVariant): Plan {
  const workspace = createWorkspace({ columns: () => flightsSource.columns })
  workspace.setFile('flights.slip', textOf(variant))
  const { plan, diagnostics } = workspace.plan('late_by_route')
  if (!plan) throw new Error(diagnostics.map(({ message }) => message).join('\n'))
  return plan
}

const plan = planOf(process.argv[2] === 'fixed' ? 'fixed' : 'mixed')
const spillFolder = join(tmpdir(), `slipway-spill-${process.pid}`)
const start = performance.now()
const engine = await openEngine({ root: flightsRoot, threads: 2, spillFolder })
const { card } = await engine.train(plan)
await engine.close()
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
const result: FlightsTraining = {
  seconds: (performance.now() - start) / 1000,
  cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
  peakBytes: maxRSS * 1024,
  trainRows: card.rows.train,
  testAuc: card.metrics.test!['auc']!,
}
console.log(JSON.stringify(result))
