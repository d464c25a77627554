/** A small project for tests: a source, an entity and features in one file, a model that imports them in another. */
import type { TestContext } from 'node:test'
import { type TestClient, type TestClientOptions, startTestClient } from './client.ts'

export const sources = `source flights {
  from csv "data/flights.csv"
  time date
  known after 3 hours
}

entity airport(code: string)

/// Mean departure delay of the week before.
feature delay_7d of airport = mean(flights.delay) by flights.origin over 7 days {
  default 0
}

feature delay_1d of airport = mean(flights.delay) by flights.origin over 1 day {
  default 0
}

/// Whether it gets worse.
feature delay_trend of airport = delay_1d - delay_7d {
  default 0
}
`

export const model = `import { flights, delay_7d, delay_trend } from "sources.slip"

model late_departure {
  observe flights

  features {
    log_distance = log1p(distance)
    origin
    origin_delay = delay_7d(origin)
    trend        = delay_trend(origin)
    both         = origin_delay + trend
  }

  label late = delay > 15

  split by random seed 1 {
    train      0.7
    validation 0.15
    test       0.15
  }

  prepare {
    numeric:  impute median, standardize
    category: one_hot max 300
  }

  algorithm logistic_regression { l2 = 1.0 }
  evaluate auc, log_loss
  output probability_late = probability(late)
}
`

export const data = `date,delay,distance,origin,destination
2001-01-01 00:10:00,5,400,BOI,SEA
2001-01-02 00:10:00,20,800,SEA,BOI
`

export const files = { 'sources.slip': sources, 'late.slip': model, 'data/flights.csv': data }

export interface FlightsClient extends TestClient {
  /** Asks about a place in `late.slip`, or in another file of the project: where `|` stands, or behind the text. */
  ask<R>(method: string, word: string, more?: object, file?: keyof typeof texts): Promise<R>
}

const texts = { 'late.slip': model, 'sources.slip': sources }

/** An editor with the project, in which the model is open and found right. Ends with the test. */
export async function openFlights(t: TestContext, options: TestClientOptions = {}): Promise<FlightsClient> {
  const client = await startTestClient({ files, ...options })
  t.after(() => client.stop())
  await client.open('late.slip', model)
  if (!options.capabilities?.textDocument?.diagnostic) await client.diagnostics('late.slip')
  return {
    ...client,
    ask: (method, word, more = {}, file = 'late.slip') =>
      client.connection.sendRequest(`textDocument/${method}`, {
        ...client.at(file, texts[file], word),
        ...more,
      }),
  }
}
