/** A small real project for tests: two thousand flights in a Parquet file, a feature, a model. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setContext } from '../context.ts'
import { closeSession } from '../session.ts'
import { writeRows } from '../tables/parquet.ts'

export const lateSlip = `source flights {
  from parquet "data/flights.parquet"
  time date
  known after 1 hours
}

entity airport(code: string)

/// Mean delay over the day before.
feature delay_1d of airport = mean(flights.delay) by flights.origin over 1 days {
  default 0
  owner "ops"
  tags [delay]
}

/// Is it late?
model late {
  observe flights

  features {
    hour = hour(date)
    origin
    before = delay_1d(origin)
  }

  label late = delay > 15

  split by time {
    train until 2001-01-15
    test  after 2001-01-15
  }

  prepare {
    numeric:  impute median, standardize
    category: one_hot max 10
  }

  algorithm logistic_regression { l2 = 1.0 }
  evaluate auc, log_loss
  output   late_probability = probability(late)
  require  auc >= 0.6
}
`

export interface SmallProject {
  readonly root: string
  /** Writes a file, its folder included. */
  write(path: string, text: string): void
  /** Closes the session of this process and removes the folder. */
  dispose(): Promise<void>
}

/** Makes the project and makes it the one that the library works in. */
export async function createSmallProject(): Promise<SmallProject> {
  const root = mkdtempSync(join(tmpdir(), 'slipway project ')) // a blank in it, as people have
  const write = (path: string, text: string) => {
    mkdirSync(join(root, path, '..'), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  write('slipway.json', '{ "language": 1 }\n')
  write('late.slip', lateSlip)
  setContext({ root })
  await writeRows(flightColumns, flightRows(), { path: join(root, 'data/flights.parquet') })
  return {
    root,
    write,
    async dispose() {
      await closeSession()
      rmSync(root, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

export const nFlights = 2000

const flightColumns = [
  { name: 'date', sqlType: 'TIMESTAMP' },
  { name: 'origin', sqlType: 'VARCHAR' },
  { name: 'delay', sqlType: 'BIGINT' },
]

/** Evening flights from ORD are late more often than not; everything follows from the row's number. */
function* flightRows(): Generator<[date: Date, origin: string, delay: number]> {
  for (let i = 0; i < nFlights; i++) {
    const minutes = i * 20
    const hour = Math.floor(minutes / 60) % 24
    const origin = ['BOI', 'ORD', "O'HARE"][i % 3]!
    const noise = ((i * 7919) % 61) - 30
    const delay = Math.round(hour * 1.5 + (origin === 'ORD' ? 12 : -6) + noise - 10)
    yield [new Date(Date.UTC(2001, 0, 1) + minutes * 60_000), origin, delay]
  }
}
