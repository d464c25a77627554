import assert from 'node:assert/strict'
import test from 'node:test'
import { ignoresOf } from './ignores.ts'
import { lex } from './lexer.ts'
import { declarationsOf, importsOf } from './lower.ts'
import { parse } from './parser.ts'

function model(parts: string) {
  const tree = parse(`model m {\n${parts}\n}\n`)
  assert.deepEqual(tree.diagnostics, [], parts)
  const [declaration] = declarationsOf(tree)
  assert.ok(declaration?.kind === 'model')
  return declaration
}

test('imports with and without other names', () => {
  const tree = parse('import { a, `b c` as d } from "x/y.slip"\nimport {\n  e,\n} from "z.slip"\n')
  assert.deepEqual(tree.diagnostics, [])
  assert.deepEqual(
    importsOf(tree).map(({ names, from }) => [
      from?.value,
      names.map(({ name, alias }) => [name.text, alias?.text]),
    ]),
    [
      [
        'x/y.slip',
        [
          ['a', undefined],
          ['b c', 'd'],
        ],
      ],
      ['z.slip', [['e', undefined]]],
    ],
  )
})

test('a source of a server, of the catalog and of a text format', () => {
  const [server, held, text] = declarationsOf(
    parse(
      'source a { from postgres env "DB" table "t" }\nsource b { from catalog "flights" }\nsource c { from csv "c.csv", delimiter ";", header false, missing ["NA"], columns { v: vector<float, 3>?, d: timestamp format "%d" } }',
    ),
  )
  assert.ok(server?.kind === 'source' && held?.kind === 'source' && text?.kind === 'source')
  assert.deepEqual(
    [server.from?.connection?.value, server.from?.table?.value, server.from?.path],
    ['DB', 't', undefined],
  )
  assert.deepEqual([held.from?.format?.text, held.from?.path?.value], ['catalog', 'flights'])
  assert.deepEqual(
    [text.delimiter?.value, text.header?.value, text.missing?.map(({ value }) => value)],
    [';', false, ['NA']],
  )
  const [v, d] = text.columns ?? []
  assert.deepEqual([v?.type?.text, v?.size?.value, v?.nullable, d?.format?.value], ['vector', 3, true, '%d'])
})

test('a derived feature pins versions', () => {
  const [feature] = declarationsOf(parse('feature f of e = day@2 - week { default 0 }'))
  assert.ok(
    feature?.kind === 'feature' && feature.value?.kind === 'binary' && feature.value.left.kind === 'name',
  )
  assert.deepEqual([feature.value.left.pin?.version, feature.has], [2, { by: false, over: false }])
  assert.equal(parse('model m {\n features { x = day@2 }\n}').diagnostics.length, 1)
})

test('fitting: split, random effects, tuning', () => {
  const { split, algorithm, tune } = model(
    'split by key a, b seed 7 { train 0.8 folds 5, test 0.2 }\nalgorithm mixed_effects { family = logistic, hidden = [1, 2]\n random intercept, x per y { l2 = 1 } }\ntune 20 trials using sobol seed 3 minimizing ndcg@10 per q { l2 in log_scale(1e-4..10), d in 3..8 g in [leaf, level] }',
  )
  assert.ok(split?.by && algorithm && tune)
  assert.deepEqual(
    [split.by.text, split.columns.map(({ text }) => text), split.seed?.value, split.parts[0]?.folds?.value],
    ['key', ['a', 'b'], 7, 5],
  )
  assert.deepEqual(
    algorithm.hyperparameters.map(({ value }) => (Array.isArray(value) ? value.length : 1)),
    [1, 2],
  )
  assert.deepEqual(
    algorithm.random.map(({ effects, per }) => [effects.map(({ text }) => text), per?.text]),
    [[['intercept', 'x'], 'y']],
  )
  assert.deepEqual(
    [
      tune.trials?.value,
      tune.search?.text,
      tune.seed?.value,
      tune.direction?.text,
      tune.metric?.k?.value,
      tune.metric?.per?.text,
    ],
    [20, 'sobol', 3, 'minimizing', 10, 'q'],
  )
  assert.deepEqual(
    tune.dimensions.map(({ hyperparameter, scale, low, values }) => [
      hyperparameter.text,
      scale?.text,
      low?.kind,
      values?.length,
    ]),
    [
      ['l2', 'log_scale', 'literal', undefined],
      ['d', undefined, 'literal', undefined],
      ['g', undefined, undefined, 2],
    ],
  )
})

test('outputs, tests and thresholds', () => {
  const { outputs, tests, health } = model(
    'output r = rank top 3 by p per a, b\noutput s = rank by p\ntest "x" { given near { v = [1, -2] } given far { y = missing } expect near.p < far.p, near.p != 1 }\nhealth { drift of x <= 0.1 over 7 days ndcg@5 >= 0.2 }',
  )
  assert.deepEqual(
    outputs.map(
      ({ value }) =>
        value?.kind === 'rank' && [value.top?.value, value.by?.text, value.per.map(({ text }) => text)],
    ),
    [
      [3, 'p', ['a', 'b']],
      [undefined, 'p', []],
    ],
  )
  assert.deepEqual(
    tests.map(({ given, expect }) => [given.map(({ name }) => name?.text), expect.length]),
    [[['near', 'far'], 2]],
  )
  assert.deepEqual(
    health?.items.map(({ monitor, of, op, k, over }) => [monitor.text, of?.text, op, k?.value, over?.us]),
    [
      ['drift', 'x', '<=', undefined, 7 * 86_400e6],
      ['ndcg', undefined, '>=', 5, undefined],
    ],
  )
})

test('the words of the language are names where they mean nothing', () => {
  const words = [
    'test',
    'rank',
    'tune',
    'weight',
    'import',
    'health',
    'balance',
    'given',
    'expect',
    'random',
    'top',
    'in',
    'key',
  ]
  const { features, algorithm } = model(
    `features {\n${words.join('\n')}\n${words.map(word => `${word}_2 = ${word} % 2`).join('\n')}\n}\nalgorithm a { ${words.map(word => `${word} = 1`).join(', ')} }`,
  )
  assert.equal(features?.items.length, 2 * words.length)
  assert.equal(algorithm?.hyperparameters.length, words.length)
})

test('numbers and ranges do not run into one another', () => {
  const kinds = (text: string) =>
    lex(text)
      .map(({ kind }) => kind)
      .join(' ')
  assert.equal(kinds('1..10'), 'int .. int end')
  assert.equal(kinds('0.5..2'), 'float .. int end')
  assert.equal(kinds('1e-4 .. 10'), 'float space .. space int end')
  assert.equal(kinds('2001-05-01T07:10:30.5+02:00'), 'date end')
  assert.equal(kinds('2001 / 5 / 1'), 'int space / space int space / space int end')
})

test('comments that silence cover their own line, or the next with code', () => {
  const text = `// slip-ignore SLIP307 kept for later

entity a(x: int)
feature f of a = count() by s.x over 1 day // slip-ignore SLIP301, slip302: known
// slip-ignore
// not slip-ignore SLIP307
`
  const ignores = ignoresOf(parse(text))
  assert.deepEqual(
    ignores.map(({ codes, reason, covers }) => [
      codes.map(({ value }) => value),
      reason,
      text.slice(covers.start, covers.end),
    ]),
    [
      [['SLIP307'], 'kept for later', 'entity a(x: int)'],
      [['SLIP301', 'SLIP302'], 'known', 'feature f of a = count() by s.x over 1 day'],
      [[], '', ''],
    ],
  )
})
