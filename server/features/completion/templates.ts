/** Words that come with what usually follows them: snippets by the place where the word begins an item. */
import type { ContextKind } from '../../../language/index.ts'
import type { Surroundings } from './surroundings.ts'
import { choice, literal, place } from './snippets.ts'

export interface Template {
  /** What the list shows; the word itself when not said. */
  readonly label?: string
  readonly snippet: string
  readonly detail: string
}

/** The templates of a word, the usual one first. */
type Templates = Readonly<Record<string, (around: Surroundings) => readonly Template[]>>

const one =
  (snippet: string, detail: string): (() => readonly Template[]) =>
  () => [{ snippet, detail }]

const aggregateNames = ['mean', 'sum', 'count', 'max', 'min', 'last', 'distinct', 'stddev']

const declarations: Templates = {
  import: ({ file }) => [
    {
      snippet: `import { $1 } from "${place(2, file ?? 'shared/sources.slip')}"`,
      detail: 'What another file declares',
    },
  ],
  source: ({ dataFiles }) => [
    {
      snippet:
        'source ${1:name} {\n  from ${2|parquet,csv,json,arrow|} "${3:data/file.parquet}"\n  time ${4:column}\n}\n',
      detail: 'A table and when its rows happened',
    },
    ...dataFiles.map(({ name, format, path }) => ({
      label: `source ${name}`,
      snippet: `source ${place(1, name)} {\n  from ${format} "${literal(path)}"\n  $0\n}\n`,
      detail: path,
    })),
  ],
  entity: one('entity ${1:name}(${2:key}: ${3|string,int|})\n', 'What features describe, and its key'),
  feature: around => [windowed(around), derived(around)],
  model: around => [
    modelTemplate(around, undefined),
    ...around.sources.slice(0, 20).map(source => modelTemplate(around, source)),
  ],
}

function windowed({ entities, sources }: Surroundings): Template {
  const [source] = sources
  const name = source?.name ?? 'source'
  const measured = source?.numbers ?? []
  const keys = source?.keys ?? []
  const column = (number: number, names: readonly string[], otherwise: string): string =>
    choice(
      number,
      names.map(text => `${name}.${text}`),
      `${name}.${otherwise}`,
    )
  return {
    snippet:
      `feature \${1:name} of ${choice(2, entities, 'entity')} = ${choice(3, aggregateNames)}(${column(4, measured, 'column')})` +
      ` by ${column(5, keys, 'key')} over \${6:7} \${7|days,hours,minutes|}`,
    detail: 'An aggregate over a window of time',
  }
}

function derived({ entities }: Surroundings): Template {
  return {
    label: 'feature (derived)',
    snippet: `feature \${1:name} of ${choice(2, entities, 'entity')} = \${3:a - b}`,
    detail: 'An expression over other features of an entity',
  }
}

function modelTemplate(around: Surroundings, source: Surroundings['sources'][number] | undefined): Template {
  const observed = source
    ? literal(source.text)
    : choice(
        2,
        around.sources.map(({ text }) => text),
        'source',
      )
  const bools = source?.bools ?? []
  const [number] = source?.numbers ?? []
  const label = bools.length > 0 ? choice(4, bools) : `${place(4, number ?? 'column')} > \${5:0}`
  const algorithm = choice(6, [
    'logistic_regression',
    'gradient_boosted_trees',
    'neural_network',
    'mixed_effects',
  ])
  return {
    ...(source && { label: `model of ${source.name}` }),
    snippet: [
      `model \${1:name} {\n  observe ${observed}\n\n  features {\n    $0\n  }\n\n  label \${3:late} = ${label}\n`,
      `${indented(splitSnippet(source?.dates))}\n`,
      `  algorithm ${algorithm}\n  evaluate auc, log_loss\n  output   \${7:late_probability} = probability(\${3:late})\n}\n`,
    ].join('\n'),
    detail: source ? 'A model over its rows' : 'What to learn, from what, and how',
  }
}

/** By time where the dates of the rows are known, else at random. */
function splitSnippet(dates: readonly string[] | undefined): string {
  const [validation, test] = dates ?? []
  return validation && test
    ? `split by time {\n  train      until ${validation}\n  validation until ${test}\n  test       after ${test}\n}`
    : 'split by random {\n  train      0.7\n  validation 0.15\n  test       0.15\n}'
}

const indented = (text: string): string => text.replace(/^(?=.)/gm, '  ')

const sourceItems: Templates = {
  from: () => [
    { snippet: 'from ${1|parquet,csv,json,arrow|} "${2:data/file.parquet}"', detail: 'Where the rows are' },
    {
      label: 'from sqlite',
      snippet: 'from sqlite "${1:data/app.db}" table "${2:table}"',
      detail: 'A table of an SQLite file',
    },
    {
      label: 'from postgres',
      snippet: 'from postgres env "${1:DATABASE_URL}" table "${2:public.table}"',
      detail: 'A table of a PostgreSQL server',
    },
    { label: 'from catalog', snippet: 'from catalog "${1:name}"', detail: 'A source that the catalog holds' },
  ],
  time: ({ times }) => [
    { snippet: `time ${choice(1, times, 'column')}`, detail: 'The column that says when a row happened' },
  ],
  known: one('known after ${1:1} ${2|hours,days,minutes|}', 'When a row may be used by others'),
  columns: one(
    'columns {\n  ${1:name}: ${2|string,int,float,bool,timestamp,category|}\n}',
    'The types of columns',
  ),
  delimiter: one('delimiter "${1:;}"', 'What stands between the values of a row'),
  header: one('header ${1|false,true|}', 'Whether the first row names the columns'),
  missing: one('missing ["${1:NA}"]', 'Texts that stand for a missing value'),
}

const featureItems: Templates = {
  default: one('default ${1:0}', 'What stands for a missing result'),
  owner: one('owner "${1:team}"', 'Who answers for it'),
  tags: one('tags [${1:tag}]', 'Words by which it is found'),
  unit: one('unit "${1:minutes}"', 'The unit of its values'),
}

const modelParts: Templates = {
  observe: ({ sources }) => [
    {
      snippet: `observe ${choice(
        1,
        sources.map(({ text }) => text),
        'source',
      )}`,
      detail: 'One row per example',
    },
  ],
  features: one('features {\n  $0\n}', 'What the model sees'),
  label: ({ observed }) => [
    {
      snippet: `label \${1:name} = ${choice(2, [...(observed?.bools ?? []), ...(observed?.numbers ?? [])], 'expression')}`,
      detail: 'What it learns to predict',
    },
  ],
  weight: one('weight ${1:expression}', 'How much a training row counts'),
  balance: one('balance classes', 'All classes count alike'),
  split: ({ observed }) => [
    { snippet: splitSnippet(observed?.dates), detail: 'Rows to learn from and rows to judge by' },
    {
      label: 'split by time',
      snippet: `split by time {\n  train      until ${place(1, observed?.dates?.[0] ?? '2026-01-01')}\n  validation until ${place(2, observed?.dates?.[1] ?? '2026-02-01')}\n  test       after ${place(3, observed?.dates?.[1] ?? '2026-02-01')}\n}`,
      detail: 'Learned from earlier rows, judged by later ones',
    },
    {
      label: 'split by random',
      snippet:
        'split by random seed ${1:1} {\n  train      ${2:0.7}\n  validation ${3:0.15}\n  test       ${4:0.15}\n}',
      detail: 'At random, the same on every machine',
    },
    {
      label: 'split by key',
      snippet: `split by key ${choice(1, observed?.keys ?? [], 'column')} seed \${2:1} {\n  train \${3:0.8}\n  test  \${4:0.2}\n}`,
      detail: 'No key on both sides',
    },
    {
      label: 'split with folds',
      snippet: 'split by random seed ${1:1} {\n  train ${2:0.8} folds ${3:5}\n  test  ${4:0.2}\n}',
      detail: 'Folds of the training rows instead of a validation part',
    },
  ],
  prepare: one(
    'prepare {\n  numeric:  impute median, standardize\n  category: one_hot max ${1:100}\n}',
    'How features become numbers',
  ),
  algorithm: ({ algorithms }) => [{ snippet: `algorithm ${choice(1, algorithms)}`, detail: 'How it learns' }],
  tune: ({ tuning, metrics }) => [
    {
      snippet: `tune \${1:20} trials ${direction(metrics[0])} {\n  ${tuning ? place(2, tuning) : '$0'}\n}`,
      detail: 'Tries hyperparameters and keeps the best',
    },
  ],
  evaluate: ({ metrics }) => [
    {
      snippet: `evaluate ${place(
        1,
        metrics
          .slice(0, 2)
          .map(({ name }) => name)
          .join(', '),
      )}`,
      detail: 'What is measured',
    },
  ],
  output: around => outputs(around),
  require: ({ metrics }) => [
    {
      snippet:
        metrics[0]?.better === 'lower'
          ? `require ${metrics[0].name} <= \${1:1}`
          : `require ${metrics[0]?.name ?? 'auc'} >= \${1:0.7}`,
      detail: 'What it has to reach',
    },
  ],
  test: ({ given, outputs: names, labelKind }) => [
    {
      snippet: `test "\${1:what has to hold}" {\n  given { ${literal(given.join(', '))} }\n  expect ${expected(names[0], labelKind)}\n}`,
      detail: 'What a fitted model must answer',
    },
  ],
  health: one(
    'health {\n  drift <= ${1:0.25}\n  missing <= ${2:0.05}\n  latency_p99 <= ${3:100}\n}',
    'How its serving is watched',
  ),
}

function direction(metric: Surroundings['metrics'][number] | undefined): string {
  return metric
    ? `${metric.better === 'lower' ? 'minimizing' : 'maximizing'} ${metric.name}`
    : 'maximizing auc'
}

function expected(output: string | undefined, labelKind: string | undefined): string {
  const name = output ?? 'output'
  return labelKind === undefined || labelKind === 'bool'
    ? `${place(2, name)} \${3|<,>,<=,>=|} \${4:0.5}`
    : `${place(2, name)} \${3|==,<,>|} $4`
}

function outputs({ label = 'label', labelKind }: Surroundings): readonly Template[] {
  const of = literal(label)
  const probability = {
    label: 'output probability',
    snippet: `output \${1:${of}_probability} = probability(${of})`,
    detail: 'The probability that the label is true',
  }
  const prediction = {
    label: 'output prediction',
    snippet: `output \${1:predicted_${of}} = prediction(${of})`,
    detail: 'The expected value, or the likeliest class',
  }
  const ofClass = {
    label: 'output probability of a class',
    snippet: `output \${1:name} = probability(${of}, "\${2:class}")`,
    detail: 'The probability of one class of the label',
  }
  const rank = {
    label: 'output rank',
    snippet: 'output ${1:rank} = rank by ${2:output}',
    detail: 'The place among the rows that are scored together',
  }
  const isClass = labelKind === 'category' || labelKind === 'string'
  if (isClass) return [prediction, ofClass, rank]
  return labelKind === undefined || labelKind === 'bool'
    ? [probability, prediction, rank]
    : [prediction, rank]
}

const preparations: Templates = {
  numeric: one('numeric: ', 'Every feature that is a number'),
  category: one('category: ', 'Every feature that is a category'),
  impute: one('impute ${1|median,mean,zero,none|}', 'What stands in for a missing value'),
  indicator: one('indicator', 'A further column: whether the value was missing'),
  standardize: one('standardize', 'Mean 0 and deviation 1, as of the training rows'),
  min_max: one('min_max', 'From 0 to 1, as of the training rows'),
  one_hot: one('one_hot max ${1:100}', 'A column for each of the most frequent values'),
  native: one('native max ${1:100}', 'One column of codes, for trees'),
}

const tests: Templates = {
  given: ({ given }) => [
    { snippet: `given { ${literal(given.join(', '))} }`, detail: 'A row that is asked about' },
  ],
  expect: ({ outputs: names, labelKind }) => [
    { snippet: `expect ${expected(names[0], labelKind)}`, detail: 'What has to hold of the answer' },
  ],
}

const algorithmItems: Templates = {
  random: one('random intercept per ${1:column}', 'What varies from one value of a key to another'),
}

const templates: Readonly<Partial<Record<ContextKind, Templates>>> = {
  topLevel: declarations,
  sourceBody: sourceItems,
  featureBody: featureItems,
  modelBody: modelParts,
  prepareBody: preparations,
  testBody: tests,
  algorithmBody: algorithmItems,
}

/** What a word brings at a place where it begins an item; nothing when it comes alone. */
export function templatesOf(
  context: ContextKind,
  word: string,
  around: () => Surroundings,
): readonly Template[] {
  const found = templates[context]
  return found && Object.hasOwn(found, word) ? found[word]!(around()) : []
}
