/** A workspace as a large team has it, generated: every third file declares, the two after it learn from that. */
import type { ColumnSchema } from '../language/index.ts'

/** Every source reads it: reading data is not what is measured. */
export const dataFile = 'data/flights.csv'

const column = (name: string, kind: ColumnSchema['type']['kind']): ColumnSchema => ({
  name,
  type: { kind, nullable: true },
})

export const columnsOfData: readonly ColumnSchema[] = [
  column('date', 'timestamp'),
  column('delay', 'float'),
  column('distance', 'float'),
  column('origin', 'string'),
  column('destination', 'string'),
]

/** About 89 lines each. */
export function generateFiles(nFiles: number): Map<string, string> {
  const files = new Map<string, string>()
  for (let i = 0; i < nFiles; i++) files.set(fileName(i), i % 3 === 0 ? declarations(i) : models(i))
  return files
}

const fileName = (i: number): string => `part${i % 10}/file${i}.slip`

const nWindows = 10

function declarations(i: number): string {
  const windows = Array.from(
    { length: nWindows },
    (_, k) => `/// Feature ${k} of file ${i}.
feature f${i}_${k} of airport${i} = mean(s${i}.delay) where s${i}.distance > ${k * 10} by s${i}.origin over ${k + 1} days {
  default 0
  owner "team-${k}"
  tags [delay, rolling]
}
`,
  )
  return `source s${i} {
  from csv "${dataFile}"
  time date
  known after 3 hours
}

entity airport${i}(code: string)

${windows.join('\n')}
/// How much worse it has become.
feature trend${i} of airport${i} = f${i}_0 - f${i}_6 {
  default 0
  owner "team-trend"
  tags [delay, derived]
}
`
}

function models(i: number): string {
  const from = i - (i % 3)
  const called = Array.from({ length: 5 }, (_, n) => `f${from}_${n}`)
  return `import { s${from}, ${called.join(', ')}, trend${from} } from "${fileName(from)}"

${model(i, from, 0)}
${model(i, from, 1)}`
}

function model(i: number, from: number, k: number): string {
  const rows = Array.from(
    { length: 10 },
    (_, n) => `    x${n} = log1p(distance * ${n + 1}) + if(delay > ${n}, 1.0, 0.0)`,
  )
  const calls = Array.from({ length: 5 }, (_, n) => `    w${n} = f${from}_${n}(origin)`)
  return `/// Model ${k} of file ${i}.
model m${i}_${k} {
  observe s${from} where distance > 0

  features {
${rows.join('\n')}
${calls.join('\n')}
    trend = trend${from}(origin)
    origin
  }

  label late = length(destination) > 3

  split by time {
    train      until 2001-05-01
    validation until 2001-05-25
    test       after 2001-05-25
  }

  prepare {
    numeric:  impute median, standardize
    category: one_hot max 300
  }

  algorithm logistic_regression { l2 = 1.0 }
  evaluate auc, log_loss
  output p${k} = probability(late)
  require auc >= 0.6
  health {
    drift <= 0.25
  }
}
`
}
