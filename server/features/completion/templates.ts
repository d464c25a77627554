/** Words that come with what usually follows them: snippets by the place where the word begins an item. */
import type { ContextKind } from '../../../language/index.ts'

export interface Template {
  readonly snippet: string
  readonly detail: string
}

type Templates = Readonly<Record<string, Template>>

const declarations: Templates = {
  source: {
    snippet:
      'source ${1:name} {\n  from ${2|parquet,csv,json,arrow|} "${3:data/file.parquet}"\n  time ${4:column}\n}\n',
    detail: 'A table and when its rows happened',
  },
  entity: {
    snippet: 'entity ${1:name}(${2:key}: ${3:string})\n',
    detail: 'What features describe, and its key',
  },
  feature: {
    snippet:
      'feature ${1:name} of ${2:entity} = ${3:mean}(${4:source.column}) by ${5:source.key} over ${6:7} days {\n  default ${7:0}\n}\n',
    detail: 'An aggregate over a window of time',
  },
  model: {
    snippet: [
      'model ${1:name} {\n  observe ${2:source}\n\n  features {\n    $0\n  }\n\n  label ${3:label} = ${4:column} > ${5:0}\n',
      '  split by random seed 1 {\n    train      0.7\n    validation 0.15\n    test       0.15\n  }\n',
      '  prepare {\n    numeric:  impute median, standardize\n    category: one_hot max 100\n  }\n',
      '  algorithm logistic_regression\n  evaluate auc, log_loss\n  output ${6:probability} = probability(${3:label})\n}\n',
    ].join('\n'),
    detail: 'What to learn, from what, and how',
  },
}

const sourceItems: Templates = {
  from: {
    snippet: 'from ${1|parquet,csv,json,arrow|} "${2:data/file.parquet}"',
    detail: 'Where the rows are',
  },
  time: { snippet: 'time ${1:column}', detail: 'The column that says when a row happened' },
  known: {
    snippet: 'known after ${1:1} ${2|hours,days,minutes|}',
    detail: 'When a row may be used by others',
  },
  columns: {
    snippet: 'columns {\n  ${1:name}: ${2|string,int,float,bool,timestamp,category|}\n}',
    detail: 'The types of columns',
  },
}

const featureItems: Templates = {
  default: { snippet: 'default ${1:0}', detail: 'What an empty window gives' },
  owner: { snippet: 'owner "${1:team}"', detail: 'Who answers for it' },
  tags: { snippet: 'tags [${1:tag}]', detail: 'Words by which it is found' },
  unit: { snippet: 'unit "${1:minutes}"', detail: 'The unit of its values' },
}

const modelParts: Templates = {
  observe: { snippet: 'observe ${1:source}', detail: 'One row per example' },
  features: { snippet: 'features {\n  $0\n}', detail: 'What the model sees' },
  label: { snippet: 'label ${1:name} = ${2:expression}', detail: 'What it learns to predict' },
  split: {
    snippet:
      'split by random seed ${1:1} {\n  train      ${2:0.7}\n  validation ${3:0.15}\n  test       ${4:0.15}\n}',
    detail: 'Rows to learn from and rows to judge by',
  },
  prepare: {
    snippet: 'prepare {\n  numeric:  impute median, standardize\n  category: one_hot max ${1:100}\n}',
    detail: 'How features become numbers',
  },
  algorithm: { snippet: 'algorithm ${1:logistic_regression}', detail: 'How it learns' },
  evaluate: { snippet: 'evaluate ${1:auc}', detail: 'What is measured' },
  output: { snippet: 'output ${1:name} = probability(${2:label})', detail: 'What it answers' },
  require: { snippet: 'require ${1:auc} >= ${2:0.7}', detail: 'What it has to reach' },
}

const preparations: Templates = {
  numeric: { snippet: 'numeric: ', detail: 'Every feature that is a number' },
  category: { snippet: 'category: ', detail: 'Every feature that is a category' },
  impute: { snippet: 'impute ${1|median,mean,zero,none|}', detail: 'What stands in for a missing value' },
  standardize: { snippet: 'standardize', detail: 'Mean 0 and deviation 1, as of the training rows' },
  one_hot: { snippet: 'one_hot max ${1:100}', detail: 'A column for each of the most frequent values' },
}

export const templates: Readonly<Partial<Record<ContextKind, Templates>>> = {
  topLevel: declarations,
  sourceBody: sourceItems,
  featureBody: featureItems,
  modelBody: modelParts,
  prepareBody: preparations,
}
