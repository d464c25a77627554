/** The TextMate grammar colours exactly the words that the language knows, and only where they mean something. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import test from 'node:test'
import oniguruma from 'vscode-oniguruma'
import textmate from 'vscode-textmate'
import {
  aggregates,
  algorithms,
  formats,
  functions,
  keywords,
  metrics,
  typeNames,
} from '../language/index.ts'

const grammarPath = join(import.meta.dirname, 'slipway.tmLanguage.json')
const grammarText = readFileSync(grammarPath, 'utf8')

/** Words that the grammar's patterns name: every alternative of plain words in them. */
function grammarWords(): ReadonlySet<string> {
  const patterns = [...grammarText.matchAll(/"(?:match|begin|end)": "((?:[^"\\]|\\.)*)"/g)].map(
    match => JSON.parse(`"${match[1]}"`) as string,
  )
  const words = patterns.flatMap(pattern =>
    [...pattern.matchAll(/\((?:\?<?[:=!])?([a-z_0-9]{2,}(?:\|[a-z_0-9]+)*)\)/g)].flatMap(match =>
      match[1]!.split('|'),
    ),
  )
  return new Set(words)
}

/** What a threshold may watch: the union in the plan. */
function monitors(): readonly string[] {
  const plan = readFileSync(join(import.meta.dirname, '..', 'language', 'plan.ts'), 'utf8')
  const union = /export type HealthMonitor =([^\n]*\n(?:\s+[^\n]*\n)*)/.exec(plan)![1]!
  return [...union.matchAll(/'(\w+)'/g)].map(match => match[1]!)
}

test('the grammar knows exactly the words of the language', () => {
  const known = [
    ...Object.values(keywords).flat(),
    ...functions.keys(),
    ...aggregates.keys(),
    ...Object.keys(algorithms),
    ...Object.keys(metrics),
    ...formats,
    ...typeNames,
    ...['vector', 'catalog', 'probability', 'prediction'],
    ...['random', 'sobol', 'bayesian'],
    ...monitors(),
  ]
  assert.deepEqual([...grammarWords()].sort(), [...new Set(known)].sort())
})

async function loadGrammar() {
  const require = createRequire(import.meta.url)
  const wasm = readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm'))
  await oniguruma.loadWASM(wasm)
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (sources: string[]) => new oniguruma.OnigScanner(sources),
      createOnigString: (text: string) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => textmate.parseRawGrammar(grammarText, grammarPath),
  })
  return (await registry.loadGrammar('source.slipway'))!
}

const grammar = await loadGrammar()

/** `word scope` for every coloured token of the text, the language's own scope and suffix left out. */
function colours(text: string): readonly string[] {
  let stack = textmate.INITIAL
  return text.split('\n').flatMap(line => {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, stack)
    stack = ruleStack
    return tokens.flatMap(({ startIndex, endIndex, scopes }) => {
      const scope = scopes.at(-1)!.replace(/\.slipway$/, '')
      const word = line.slice(startIndex, endIndex).trim()
      return scope === 'source' || word === '' ? [] : [`${word} ${scope}`]
    })
  })
}

function assertColours(text: string, expected: readonly string[]): void {
  const got = colours(text)
  for (const colour of expected) assert.ok(got.includes(colour), `${colour}\nis not among\n${got.join('\n')}`)
}

test('words are coloured where they mean something', () => {
  assertColours(
    'source flights {\n  from parquet "a.parquet" // why\n  time date\n  known after 3 hours\n  columns { a: int? unit "m" }\n}',
    [
      'source keyword.declaration',
      'flights entity.name.type',
      'from keyword.other',
      'parquet storage.type.format',
      '// why comment.line.double-slash',
      'time keyword.other',
      'known keyword.other',
      'after keyword.control',
      '3 constant.numeric',
      'hours keyword.other.unit',
      'columns keyword.other',
      'int storage.type',
      'unit keyword.control',
    ],
  )
  assertColours(
    '/// Doc.\nfeature f of airport = mean(flights.delay) where flights.x > 1 by flights.origin over 7 days {\n  default 0\n}',
    [
      '/// Doc. comment.line.documentation',
      'feature keyword.declaration',
      'of keyword.control',
      'mean support.function.aggregate',
      'flights entity.name.namespace',
      'delay variable.other.property',
      'where keyword.control',
      'by keyword.control',
      'over keyword.control',
      'days keyword.other.unit',
      'default keyword.other',
    ],
  )
  assertColours(
    [
      'model m {',
      '  features {',
      '    a = log1p(x) and not missing',
      '    b = delay_7d@1(origin)',
      '  }',
      '  label late = delay > 15',
      '  split by random seed 7 { train 0.7  test 0.3 }',
      '  split by time {',
      '    train until 2001-05-01',
      '  }',
      '  prepare {',
      '    numeric: impute median, standardize',
      '    category: one_hot max 300',
      '  }',
      '  algorithm logistic_regression { l2 = 1.0 }',
      '  evaluate auc, log_loss per origin',
      '  output p = probability(late)',
      '  require auc >= 0.6 on validation',
      '}',
    ].join('\n'),
    [
      'features keyword.other',
      'log1p support.function',
      'and keyword.operator.word',
      'missing constant.language',
      'delay_7d entity.name.function',
      '1 constant.numeric.version',
      'late variable.other.definition',
      'random keyword.control',
      'seed keyword.control',
      'train variable.other.enummember',
      'until keyword.control',
      '2001-05-01 constant.other.date',
      'numeric storage.type',
      'impute support.function',
      'median constant.language',
      'standardize support.function',
      'one_hot support.function',
      'max keyword.control',
      'logistic_regression support.class.algorithm',
      'auc support.constant.metric',
      'log_loss support.constant.metric',
      'per keyword.control',
      'probability support.function',
      'on keyword.control',
      'validation variable.other.enummember',
    ],
  )
})

test('the parts of fitting, testing and watching are coloured', () => {
  assertColours(
    [
      'import { flights, airport as place } from "shared/flights.slip"',
      'source orders { from postgres env "ORDERS_DB" table "public.orders" }',
      'source t {',
      '  delimiter ";"',
      '  missing ["NA"]',
      '  columns { day: timestamp format "%d", e: vector<float, 384>? }',
      '}',
    ].join('\n'),
    [
      'import keyword.control.import',
      'flights entity.name.type',
      'as keyword.control.as',
      'place entity.name.type',
      'from keyword.control.from',
      'postgres storage.type.format',
      'env keyword.control',
      'table keyword.control',
      'delimiter keyword.other',
      'missing keyword.other',
      'format keyword.control',
      'vector storage.type',
      '384 constant.numeric',
    ],
  )
  assertColours(
    [
      'model m {',
      '  weight if(delay > 60, 2, 1)',
      '  balance classes',
      '  split by key origin, destination seed 7 { train 0.8 folds 5, test 0.2 }',
      '  prepare {',
      '    numeric: impute median, indicator, min_max',
      '    plane: native max 200',
      '  }',
      '  algorithm mixed_effects {',
      '    random intercept, distance per origin { l2 = 10 }',
      '  }',
      '  tune 20 trials using sobol seed 3 maximizing auc {',
      '    l2 in log_scale(1e-4 .. 10)',
      '  }',
      '  output best = rank top 10 by late per origin',
      '  test "near is early" {',
      '    given near { distance = 4 % 2 }',
      '    expect near.late < 0.5',
      '  }',
      '  health {',
      '    missing of origin <= 0.05 over 7 days',
      '    auc >= 0.6',
      '  }',
      '}',
    ].join('\n'),
    [
      'weight keyword.other',
      'balance keyword.other',
      'classes keyword.control',
      'key keyword.control',
      'folds keyword.control',
      'indicator support.function',
      'min_max support.function',
      'native support.function',
      'mixed_effects support.class.algorithm',
      'random keyword.control',
      'intercept constant.language',
      'per keyword.control',
      'tune keyword.other',
      'trials keyword.control',
      'using keyword.control',
      'sobol constant.language',
      'maximizing keyword.control',
      'in keyword.control',
      'log_scale support.function',
      '.. keyword.operator',
      'rank support.function',
      'top keyword.control',
      'test keyword.other',
      'given keyword.other',
      'near variable.other.definition',
      '% keyword.operator',
      'expect keyword.other',
      'health keyword.other',
      'missing support.constant.monitor',
      'of keyword.control',
      'auc support.constant.metric',
    ],
  )
})

test('words that mean nothing there are names', () => {
  const text =
    'model m {\n  features {\n    label\n    time = by + 1\n    source\n    split = where * max\n    test\n    tune = rank + top\n    weight\n    import\n    health = test % given\n  }\n}'
  const keywordsFound = colours(text).filter(
    colour => colour.includes('keyword.other') || colour.includes('keyword.control'),
  )
  assert.deepEqual(keywordsFound, ['features keyword.other'])
})

test('the language configuration is JSON with a word pattern that takes names in backticks whole', () => {
  const text = readFileSync(join(import.meta.dirname, 'language-configuration.json'), 'utf8')
  const { wordPattern } = JSON.parse(text) as { wordPattern: { pattern: string; flags: string } }
  const words = 'x = `Wildlife Size` + größe'.match(new RegExp(wordPattern.pattern, wordPattern.flags + 'g'))
  assert.deepEqual(words, ['x', '`Wildlife Size`', 'größe'])
})

test('the language configuration indents and goes on with comments', () => {
  const text = readFileSync(join(import.meta.dirname, 'language-configuration.json'), 'utf8')
  const { indentationRules, onEnterRules } = JSON.parse(text) as {
    indentationRules: Record<'increaseIndentPattern' | 'decreaseIndentPattern', string>
    onEnterRules: { beforeText: string; afterText?: string; action: { appendText?: string } }[]
  }
  const indents = new RegExp(indentationRules.increaseIndentPattern)
  for (const line of ['model m {', '  x = log(', 'tags [', 'a {  // why', '  given { // "{"'])
    assert.match(line, indents)
  for (const line of ['source s { from csv "a{b" }', '// {', '  a = f(x)', '  x = "("', '`{`'])
    assert.doesNotMatch(line, indents)
  assert.match('  }', new RegExp(indentationRules.decreaseIndentPattern))
  const appended = (before: string, after = '') =>
    onEnterRules.find(
      rule =>
        new RegExp(rule.beforeText).test(before) &&
        (rule.afterText === undefined || new RegExp(rule.afterText).test(after)),
    )?.action.appendText
  assert.equal(appended('/// Doc.'), '/// ')
  assert.equal(appended('  /// '), undefined)
  assert.equal(appended('// half', 'of a line'), '// ')
  assert.equal(appended('// whole'), undefined)
  assert.equal(appended('//// ruler'), undefined)
})
