/** The files of a new project, by path: small, made here, and enough to train on. */
import { deliveries } from './deliveries.ts'

export function starterFiles(): Readonly<Record<string, string>> {
  return {
    'slipway.json': `${JSON.stringify({ language: 1, catalog: 'embedded', backend: 'embedded', engine: 'duckdb' }, null, 2)}\n`,
    '.gitignore': '.slipway/\nnode_modules/\n',
    'data/deliveries.csv': deliveries(4000),
    'late.slip': model,
    'explore.ipynb': notebook(),
  }
}

const model = `// Will a delivery be late?

source deliveries {
  from csv "data/deliveries.csv"
  time ordered_at
  known after 2 hours
}

entity courier(name: string)

/// Mean lateness of a courier's deliveries over the week before.
feature lateness_7d of courier = mean(deliveries.minutes_late) by deliveries.courier over 7 days {
  default 0
  owner "you"
  tags [rolling]
}

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
}
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
