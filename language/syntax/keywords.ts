/**
 * The words of the language, by the place where they mean something. Anywhere else they are ordinary names.
 * The parser accepts no word that is not here, and the TextMate grammar is tested against this table.
 */
export const keywords = {
  import: ['import', 'as'],
  declaration: ['source', 'entity', 'feature', 'model'],
  source: ['from', 'delimiter', 'header', 'missing', 'time', 'known', 'columns'],
  feature: ['of', 'by', 'over', 'default', 'owner', 'tags'],
  model: [
    'observe', 'features', 'label', 'weight', 'balance', 'split', 'prepare', 'algorithm', 'tune', 'evaluate',
    'output', 'require', 'test', 'health',
  ], // prettier-ignore
  clause: [
    'where', 'after', 'until', 'random', 'key', 'seed', 'folds', 'classes', 'per', 'on', 'unit', 'format', 'table', 'env',
    'max', 'trials', 'using', 'maximizing', 'minimizing', 'in', 'log_scale', 'rank', 'top',
  ], // prettier-ignore
  split: ['train', 'validation', 'test'],
  prepare: [
    'numeric', 'category', 'impute', 'median', 'mean', 'zero', 'none', 'indicator', 'standardize', 'min_max',
    'one_hot', 'native',
  ], // prettier-ignore
  effect: ['intercept'],
  test: ['given', 'expect'],
  duration: ['minute', 'minutes', 'hour', 'hours', 'day', 'days'],
  operator: ['and', 'or', 'not', 'if'],
  literal: ['true', 'false', 'missing'],
} as const

export type KeywordGroup = keyof typeof keywords
export type Keyword = (typeof keywords)[KeywordGroup][number]
export type ModelKeyword = (typeof keywords.model)[number]

const declarationWords: ReadonlySet<string> = new Set(keywords.declaration)
const modelWords: ReadonlySet<string> = new Set(keywords.model)
/** The only words that a name in an expression must not be (backticks make a name of them). */
const expressionWords: ReadonlySet<string> = new Set([...keywords.operator, ...keywords.literal])

export const isDeclarationWord = (word: string): boolean => declarationWords.has(word)
export const isModelWord = (word: string): word is ModelKeyword => modelWords.has(word)
export const isExpressionWord = (word: string): boolean => expressionWords.has(word)

/** The name as it is written in the language: in backticks when it is no plain word. Backticks in it are lost. */
export function writeName(name: string): string {
  const plain = /^[\p{L}_][\p{L}\p{N}\p{M}_]*$/u.test(name) && !isExpressionWord(name)
  return plain ? name : '`' + name.replaceAll('`', '') + '`'
}
