/** The files of a new project, by path: small, made here, and enough to train on. */
import { deliveries } from './deliveries.ts'

export function starterFiles(): Readonly<Record<string, string>> {
  return {
    'slipway.json': `${JSON.stringify({ language: 1, catalog: 'embedded', backend: 'embedded', engine: 'duckdb' }, null, 2)}\n`,
    '.gitignore': '.slipway/\nnode_modules/\n',
    'data/deliveries.csv': deliveries(4000),
    'shared/deliveries.slip': shared,
    'late.slip': model,
    'explore.ipynb': notebook(),
    'README.md': readme,
  }
}

const shared = `// What is known of deliveries, for every model of them.

/// One row per delivery.
source deliveries {
  from csv "data/deliveries.csv"
  time ordered_at
  known after 2 hours
  columns { distance_km: float? unit "km", minutes_late: int? unit "minutes" }
}

entity courier(name: string)

/// Mean lateness of a courier's deliveries over the week before.
feature lateness_7d of courier = mean(deliveries.minutes_late) by deliveries.courier over 7 days {
  default 0
  owner "you"
  tags [rolling]
}
`

const model = `// Will a delivery be late?

import { deliveries, lateness_7d } from "shared/deliveries.slip"

model late_delivery {
  observe deliveries

  features {
    distance_km
    weather
    hour             = category(hour(ordered_at))
    courier_lateness = lateness_7d(courier)
  }

  label late = minutes_late > 10

  split by time {
    train      until 2026-04-01
    validation until 2026-04-15
    test       after 2026-04-15
  }

  prepare {
    numeric:  impute median, standardize
    category: one_hot max 30
  }

  algorithm logistic_regression { l2 = 1.0 }
  evaluate auc, log_loss
  output   late_probability = probability(late)
  require  auc >= 0.6

  test "snow makes a delivery later than a clear sky" {
    given snow {
      ordered_at       = 2026-04-20T12:00
      distance_km      = 5
      weather          = "snow"
      courier_lateness = 2
    }
    given clear {
      ordered_at       = 2026-04-20T12:00
      distance_km      = 5
      weather          = "clear"
      courier_lateness = 2
    }
    expect snow.late_probability > clear.late_probability
  }
}
`

const readme = `# Late deliveries

A small Slipway project: will a delivery be more than ten minutes late?

- \`data/deliveries.csv\`: deliveries that never happened, four months of them
- \`shared/deliveries.slip\`: where the data is, and features that any model may use
- \`late.slip\`: the model, with a test of what it must answer
- \`explore.ipynb\`: a look at the data, and training
- \`slipway.json\`: the project's settings

Check the files, run the test, run the notebook, then make a pipeline of it:

    slipway check
    slipway test
    slipway run explore.ipynb
    slipway promote explore.ipynb
    slipway submit --watch

In VS Code, open \`late.slip\` and choose *Train on a sample* above the model, or open \`explore.ipynb\` and run its cells.
`

function notebook(): string {
  const cells = [
    markdown('title', '# Which deliveries come late?'),
    markdown('look', '## A first look'),
    code('imports', "import { model, plot, read, sql } from 'slipway'"),
    code('deliveries', "const deliveries = read('data/deliveries.csv')\ndeliveries"),
    code(
      'by-weather',
      'plot(sql`select weather, avg(minutes_late) as minutes from ${deliveries} group by 1 order by 1`, {\n' +
        "  mark: 'bar',\n  x: 'weather',\n  y: 'minutes',\n})",
    ),
    markdown('train-title', '## Train\n\nThe model is declared in [late.slip](late.slip).'),
    code(
      'train',
      "const late = await model('late.slip').train({ observations: deliveries, rows: 'all' })\nlate",
    ),
  ]
  const metadata = {
    kernelspec: { display_name: 'Slipway (TypeScript)', language: 'typescript', name: 'slipway' },
    language_info: { name: 'typescript', file_extension: '.ts', mimetype: 'text/typescript' },
  }
  return `${JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }, null, 1)}\n`
}

const lines = (text: string) => text.split(/(?<=\n)/)

function markdown(id: string, text: string) {
  return { cell_type: 'markdown', id, metadata: {}, source: lines(text) }
}

function code(id: string, text: string) {
  return { cell_type: 'code', id, metadata: {}, execution_count: null, outputs: [], source: lines(text) }
}
