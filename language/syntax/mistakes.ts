/** What newcomers write, and what they mean: words of other languages and tools, units, quotes, operators. */
import { type DiagnosticCode, type Fix } from '../diagnostics.ts'
import { meantDate, meantOperator, meantText } from './foreign.ts'
import type { Span, Token } from './tokens.ts'

export interface Mistake {
  readonly message: string
  readonly code: DiagnosticCode
  readonly hint?: string
  readonly fixes?: readonly Fix[]
}

/** One edit as a fix. */
export function fix(title: string, path: string, span: Span, text: string): Fix {
  return { title, edits: [{ path, span: { start: span.start, end: span.end }, text }] }
}

/** What to say of a token that is written as elsewhere and read as what is meant. */
export function foreignMistake(token: Token, path: string, text: string): Mistake {
  const meant = meantText(token)
  if (token.kind === 'date') return dateMistake(token, path)
  if (token.kind === 'string')
    return {
      ...written('A text stands in double quotes'),
      fixes: [fix('Change to double quotes', path, token, meant!)],
    }
  if (token.kind === 'comment')
    return { ...written('A comment begins with `//`'), fixes: [fix('Change to `//`', path, token, meant!)] }
  const operator = meantOperator(token.text) ?? token.text.toLowerCase()
  const message = `Expected \`${operator}\`, got \`${token.text}\`.`
  const replacement = apart(token, operator, text)
  return { message, code: 'SLIP011', fixes: [fix(`Change to \`${operator}\``, path, token, replacement)] }
}

function written(message: string): Mistake {
  return { message: `${message}.`, code: 'SLIP011' }
}

function dateMistake(token: Token, path: string): Mistake {
  const date = meantDate(token.text)
  return {
    message: `Expected a date as in \`2001-05-25\` or \`2001-05-25T07:10\`, got \`${token.text}\`.`,
    code: 'SLIP012',
    ...(date?.certain
      ? { fixes: [fix(`Change to \`${date.meant}\``, path, token, date.meant)] }
      : { hint: 'The year stands first, then the month, then the day.' }),
  }
}

/** A word needs blanks where a sign needs none. */
function apart({ start, end }: Token, operator: string, text: string): string {
  if (!/\w/.test(operator)) return operator
  const before = start > 0 && /[\w`")\]]/.test(text[start - 1]!) ? ' ' : ''
  const after = end < text.length && /[^\s)\],]/.test(text[end]!) ? ' ' : ''
  return before + operator + after
}

/** A unit of time by how else it is called: how many, and of what. */
const units: Readonly<Record<string, readonly [number, string]>> = {
  d: [1, 'days'], dy: [1, 'days'], h: [1, 'hours'], hr: [1, 'hours'], hrs: [1, 'hours'],
  m: [1, 'minutes'], min: [1, 'minutes'], mins: [1, 'minutes'],
  w: [7, 'days'], week: [7, 'days'], weeks: [7, 'days'], fortnight: [14, 'days'],
} // prettier-ignore

/** `7d` or `2 weeks` as this language says it. */
export function meantDuration(amount: Token, unit: Token): string | undefined {
  const known = Object.hasOwn(units, unit.text.toLowerCase()) ? units[unit.text.toLowerCase()] : undefined
  if (!known) return undefined
  const n = Number(amount.text) * known[0]
  return `${n} ${n === 1 ? known[1].replace(/s$/, '') : known[1]}`
}

/** By what else an item is called, its word here. */
const synonyms: Readonly<Record<string, string>> = {
  target: 'label', outcome: 'label', response: 'label', predict: 'output', prediction: 'output', outputs: 'output',
  metric: 'evaluate', metrics: 'evaluate', evaluation: 'evaluate', eval: 'evaluate', score: 'evaluate',
  preprocess: 'prepare', preprocessing: 'prepare', transform: 'prepare', preparation: 'prepare',
  estimator: 'algorithm', learner: 'algorithm', classifier: 'algorithm', regressor: 'algorithm', algo: 'algorithm',
  dataset: 'observe', data: 'observe', inputs: 'features', columns: 'features', weights: 'weight',
  assert: 'require', requirements: 'require', requires: 'require', gate: 'require', tests: 'test', tuning: 'tune', search: 'tune',
  monitor: 'health', monitoring: 'health', alerts: 'health', cv: 'split', partition: 'split',
  path: 'from', file: 'from', timestamp: 'time', schema: 'columns', fields: 'columns',
  separator: 'delimiter', sep: 'delimiter', na: 'missing', nulls: 'missing', null: 'missing',
  view: 'source', frame: 'source', fill: 'default', author: 'owner', tag: 'tags',
  input: 'given', when: 'given', then: 'expect', expected: 'expect', use: 'import', include: 'import',
  training: 'train', fit: 'train', val: 'validation', valid: 'validation', dev: 'validation', testing: 'test', holdout: 'test',
  scale: 'standardize', scaler: 'standardize', standard_scaler: 'standardize', standardscaler: 'standardize', zscore: 'standardize', z_score: 'standardize',
  minmax: 'min_max', minmaxscaler: 'min_max', min_max_scaler: 'min_max', normalize: 'min_max',
  fillna: 'impute', imputer: 'impute', fill_missing: 'impute', onehot: 'one_hot', onehotencoder: 'one_hot', dummies: 'one_hot', get_dummies: 'one_hot',
  ordinal: 'native', label_encode: 'native', label_encoder: 'native', labelencoder: 'native',
} // prettier-ignore

/** The one of the words that another tool calls so. */
export function synonymOf(word: string, words: readonly string[]): string | undefined {
  const meant = Object.hasOwn(synonyms, word.toLowerCase()) ? synonyms[word.toLowerCase()] : undefined
  if (meant !== undefined && words.includes(meant)) return meant
  return /^(?:dataset|data|table)$/i.test(word) && words.includes('source') ? 'source' : undefined
}

/** What to write instead of what stands where an operator or the end of an expression was expected. */
const instead: Readonly<Record<string, string>> = {
  in: 'Write `one_of(x, "a", "b")`.',
  is: 'Write `is_missing(x)`, or `not is_missing(x)`.',
  between: 'Write `x >= low and x <= high`.',
  like: 'Write `contains(x, "text")`, `starts_with(x, "text")` or `ends_with(x, "text")`.',
  if: 'Write `if(condition, then, else)`.',
  else: 'Write `if(condition, then, else)`.',
  when: 'Write `if(condition, then, else)`.',
  not: 'Write `not one_of(x, "a", "b")`, or `x != y`.',
  then: 'Write `if(condition, then, else)`.',
  case: 'Write `if(condition, then, else)`.',
  mod: 'Write `x % y`.',
  div: 'Write `floor(x / y)`.',
  as: 'A call converts: `int(x)`, `float(x)`, `string(x)` or `category(x)`. A name stands before: `name = expression`.',
  group: 'Write `by` alone.',
  '?': 'Write `if(condition, then, else)`.',
  '^': 'Write `pow(x, y)`.',
  $: 'A name with other characters stands in backticks.',
  '[': 'An element of a vector is `element(v, 1)`.',
  "'": 'Texts stand in double quotes.',
  ';': 'An item ends with its line, or with a comma.',
  '~': 'Write `not`.',
}

/** A hint for a token that this language does not have there; undefined when nothing is known. */
export function insteadOf({ text }: Token, next: Token, what: string): string | undefined {
  // What is said of values helps nobody where none stands.
  const value =
    what.startsWith('the end of the line') || what.startsWith('an operator') || what.startsWith('`=` or')
  if (text === '[' && !value) return undefined
  if (text === '*' && what === 'an argument') return 'Rows are counted by `count()`.'
  if (text === '?') {
    if (what === '`:`') return 'A type that may be missing ends with it: `int?`.'
    if (next.text === '?') return 'Write `coalesce(x, y)`.'
  }
  if (text === ':' && next.text === ':' && value) return insteadOf({ ...next, text: 'as' }, next, what)
  if (text.toLowerCase() === 'is' && what.startsWith('`=`')) return undefined
  return Object.hasOwn(instead, text.toLowerCase()) ? instead[text.toLowerCase()] : undefined
}

const extensions: Readonly<Record<string, string>> = {
  csv: 'csv', tsv: 'csv', txt: 'csv', parquet: 'parquet', pq: 'parquet', json: 'json', jsonl: 'json', ndjson: 'json',
  arrow: 'arrow', feather: 'arrow', ipc: 'arrow', db: 'sqlite', sqlite: 'sqlite', sqlite3: 'sqlite',
} // prettier-ignore

/** The format that the name of a file tells. */
export function formatOf(file: string): string | undefined {
  const extension = /\.(\w+)$/.exec(file)?.[1]?.toLowerCase() ?? ''
  return Object.hasOwn(extensions, extension) ? extensions[extension] : undefined
}
