import assert from 'node:assert/strict'
import test from 'node:test'
import type { Candidate } from './scope.ts'
import { workspaceOf } from '../testing/world.ts'

const around = `source flights {
  from parquet "data/flights.parquet"
  time date
}
source \`other one\` { from csv "data/birdstrikes.csv" }
entity airport(code: string)
/// Doc of it.
feature delay_7d of airport = mean(flights.delay) by flights.origin over 7 days
feature delay_1d of airport = mean(flights.delay) by flights.origin over 1 days {
  owner "ops"
  tags [delay, "on time"]
  unit "minutes"
}
`

/** Where `|` is: the context and the names on offer. */
function offered(text: string) {
  const whole = around + text
  const offset = whole.indexOf('|')
  const workspace = workspaceOf({ 'a.slip': whole.replace('|', '') })
  const scope = workspace.scopeAt('a.slip', offset)
  const { candidates } = scope
  return { ...scope, names: candidates.map(({ name }) => name), likely: likelyOf(candidates) }
}

const likelyOf = (candidates: readonly Candidate[]): string[] =>
  candidates.filter(({ unlikely }) => !unlikely).map(({ name }) => name)

function assertOffers(
  text: string,
  context: string,
  expected: readonly string[],
  not: readonly string[] = [],
): void {
  const got = offered(text)
  assert.equal(got.context, context, text)
  for (const name of expected)
    assert.ok(got.names.includes(name), `${name} is not offered in ${text}: ${got.names.join()}`)
  for (const name of not) assert.ok(!got.names.includes(name), `${name} is offered in ${text}`)
}

const inModel = (text: string): string => `model m {\n  observe flights\n  ${text}\n}\n`
const inFeatures = (text: string): string =>
  inModel(`features {\n    long = distance > 1000\n    ${text}\n  }`)
const inSource = (text: string): string => `source s {\n  ${text}\n}\n`

test('declarations and bodies offer their words', () => {
  assertOffers('|', 'topLevel', ['source', 'entity', 'feature', 'model'])
  assertOffers('so|', 'topLevel', ['source'])
  assertOffers(inSource('|'), 'sourceBody', ['from', 'time', 'known', 'columns'])
  assertOffers(inSource('from |'), 'sourceBody', ['parquet', 'csv'])
  assertOffers(inSource('known |'), 'sourceBody', ['after'])
  assertOffers(inSource('known after 3 |'), 'sourceBody', ['hours'])
  assertOffers(inSource('columns { a: |'), 'columnsBody', ['timestamp', 'int'])
  assertOffers('entity e(a: |', 'entityHead', ['string'])
  assertOffers('feature f of airport = count() by flights.origin over 7 days {\n  |\n}', 'featureBody', [
    'default',
    'owner',
    'tags',
  ])
  assertOffers(inModel('|'), 'modelBody', ['features', 'label', 'split'], ['observe'])
  assertOffers('model |', 'none', [])
})

test('a path offers to be completed', () => {
  const text = inSource('from csv "data/|"')
  assert.equal(offered(text).context, 'path')
  const workspace = workspaceOf({ 'a.slip': text.replace('|', '') })
  const scope = workspace.scopeAt('a.slip', text.indexOf('|'))
  assert.equal(scope.format, 'csv')
  assert.deepEqual(scope.replace, { start: text.indexOf('data'), end: text.indexOf('|') })
})

test('the head of a feature offers entities, aggregates, columns, clauses', () => {
  assertOffers('feature f |', 'featureHead', ['of'])
  assertOffers('feature f of |', 'featureHead', ['airport'])
  assertOffers('feature f of airport = |', 'featureHead', ['mean', 'count', 'delay_1d', 'log'])
  assertOffers('feature f of airport = mean(|', 'expression', ['flights', 'other one', 'log'])
  assertOffers('feature f of airport = mean(flights.|', 'expression', ['delay', 'distance'], ['flights'])
  assertOffers('feature f of airport = mean(flights.delay) |', 'expression', ['where', 'by', 'over'])
  assertOffers('feature f of airport = mean(flights.delay)\n  b|', 'expression', ['by'])
  assertOffers('feature f of airport = mean(flights.delay) by flights.o|', 'expression', ['origin'])
  assertOffers('feature f of airport = mean(flights.delay) by flights.origin over 7 |', 'featureHead', [
    'days',
  ])
})

test('features offer columns, features above, functions and windowed features', () => {
  assertOffers(inFeatures('|'), 'featuresBlock', ['distance', 'origin'])
  assertOffers(inFeatures('dist|'), 'featuresBlock', ['distance'])
  assertOffers(inFeatures('a = |'), 'expression', ['distance', 'long', 'log1p', 'not'])
  assertOffers(inFeatures('a = log(|)'), 'expression', ['distance', 'long'])
  assertOffers(
    inFeatures('a = distance + |\n    below = origin'),
    'expression',
    ['distance', 'long'],
    ['below'],
  )
  assertOffers(inFeatures('a = distance |'), 'expression', ['and', 'or'], ['distance'])
  assertOffers(inFeatures('a = delay_7d(|)'), 'expression', ['origin'])
  assertOffers(inFeatures('a|'), 'featuresBlock', [])
  assert.equal(offered(inFeatures('a |')).context, 'none')
})

test('the parts of a model offer what fits them', () => {
  assertOffers('model m {\n  observe |', 'modelBody', ['flights', 'other one'])
  assertOffers(inModel('label late = |'), 'expression', ['delay', 'log'], ['delay_7d'])
  assertOffers(inModel('split |'), 'modelBody', ['by'])
  assertOffers(inModel('split by |'), 'modelBody', ['time', 'random'])
  assertOffers(inModel('split by time {\n    |\n  }'), 'splitBody', ['train', 'test'])
  assertOffers(inModel('split by time {\n    train |\n  }'), 'splitBody', ['until', 'after'])
  assertOffers(inModel('prepare {\n    |\n  }'), 'prepareBody', ['numeric', 'category'])
  assertOffers(inModel('prepare {\n    numeric: |\n  }'), 'prepareBody', ['impute', 'standardize'])
  assertOffers(inModel('prepare {\n    numeric: impute |\n  }'), 'prepareBody', ['median'])
  assertOffers(inModel('prepare {\n    numeric: impute median, |\n  }'), 'prepareBody', ['standardize'])
  assertOffers(inModel('algorithm |'), 'modelBody', ['logistic_regression'])
  assertOffers(inModel('algorithm logistic_regression { | }'), 'algorithmBody', ['l2', 'max_iterations'])
  assertOffers(inModel('algorithm logistic_regression { l2 = 1, | }'), 'algorithmBody', ['l1'])
  assertOffers(inModel('evaluate |'), 'modelBody', ['auc', 'log_loss'])
  assertOffers(inModel('evaluate auc, |'), 'modelBody', ['log_loss'])
  assertOffers(inModel('evaluate auc per |'), 'modelBody', ['origin'])
  assertOffers(inModel('label late = delay > 15\n  output p = |'), 'expression', ['probability'])
  assertOffers(inModel('require auc >= 0.5 |'), 'modelBody', ['on'])
  assertOffers(inModel('require auc >= 0.5 on |'), 'modelBody', ['validation'])
})

test('comments and texts offer nothing', () => {
  assertOffers(inModel('// features |'), 'none', [])
  assertOffers('feature f of airport = count() by flights.origin over 7 days {\n  owner "|"\n}', 'owner', [])
  assertOffers(inModel('test "|"'), 'string', [])
})

test('names with other characters are offered in backticks, and replace what is typed of them', () => {
  const text = 'model m {\n  observe `other one`\n  features {\n    x = `Wild|`\n  }\n}\n'
  const { candidates, prefix } = offered(text)
  assert.equal(prefix, 'Wild')
  assert.ok(candidates.some(candidate => candidate.text === '`Wildlife Size`'))
})

test('what is there already is not offered again', () => {
  assertOffers(inSource('from csv "a.csv"\n  |'), 'sourceBody', ['time', 'delimiter'], ['from'])
  assertOffers(inSource('from parquet "a.parquet"\n  |'), 'sourceBody', ['time'], ['delimiter', 'header'])
  assertOffers(inModel('label late = delay > 1\n  |'), 'modelBody', ['weight', 'tune', 'test'], ['label'])
  assertOffers(
    inModel('split by time {\n    train until 2001-01-01\n    |\n  }'),
    'splitBody',
    ['test'],
    ['train'],
  )
  assertOffers(inFeatures('origin\n    |'), 'featuresBlock', ['distance'], ['origin'])
  assertOffers(
    inModel('algorithm logistic_regression {\n    l2 = 1\n    |\n  }'),
    'algorithmBody',
    ['l1'],
    ['l2'],
  )
})

test('imports offer what other files declare', () => {
  const shared =
    'source planes { from csv "p.csv" }\n/// Of a plane.\nentity plane(tail: string)\nmodel m { observe planes }\n'
  const files = { 'shared/planes.slip': shared, 'b.slip': 'entity other(a: int)\n' }
  const at = (text: string) => {
    const workspace = workspaceOf({ ...files, 'a.slip': text.replace('|', '') })
    const { context, candidates } = workspace.scopeAt('a.slip', text.indexOf('|'))
    return [context, candidates.map(({ name }) => name).join()]
  }
  assert.deepEqual(at('import { |'), ['import', 'other,planes,plane'])
  assert.deepEqual(at('import { planes, |'), ['import', 'other,plane'])
  assert.deepEqual(at('import { planes, | } from "shared/planes.slip"'), ['import', 'plane'])
  assert.deepEqual(at('import { planes |'), ['import', 'as'])
  assert.deepEqual(at('import { planes } |'), ['import', 'from'])
  assert.deepEqual(at('import { planes } from "|'), ['importPath', 'b.slip,shared/planes.slip'])
  assert.deepEqual(at('|'), ['topLevel', 'import,source,entity,feature,model'])
})

test('the kinds of source offer what they need', () => {
  assertOffers(inSource('from |'), 'sourceBody', ['parquet', 'sqlite', 'postgres', 'catalog'])
  assertOffers(inSource('from sqlite "data/app.db" |'), 'sourceBody', ['table'])
  assertOffers(inSource('from postgres |'), 'sourceBody', ['env'])
  assertOffers(inSource('header |'), 'sourceBody', ['true', 'false'])
  assertOffers(inSource('columns { day: timestamp |'), 'columnsBody', ['format', 'unit'])
  assert.equal(offered(inSource('from catalog "|"')).context, 'catalogSource')
  assert.equal(offered(inSource('from postgres env "|"')).context, 'environment')
  const table = offered(inSource('from sqlite "data/app.db" table "|"'))
  assert.deepEqual([table.context, table.path], ['table', 'data/app.db'])
  assertOffers(inSource('delimiter "|"'), 'string', [';', '|'])
})

test('features of an entity offer what the entity needs', () => {
  assertOffers('feature f of airport = delay_7d - |', 'expression', ['delay_1d', 'delay_7d'], ['flights'])
  assert.deepEqual(offered('feature f of airport = delay_7d - |').inputs, { entity: 'airport', feature: 'f' })
  const by = offered('feature f of airport = count() by flights.|')
  assert.deepEqual(by.wanted, { kinds: ['string'], name: 'code' })
  assertOffers('feature f of airport = mean(flights.delay) by flights.origin |', 'featureHead', [
    'over',
    'where',
  ])
  const body = (text: string) =>
    `feature f of airport = count() by flights.origin over 7 days {\n  ${text}\n}`
  assertOffers(body('owner "|"'), 'owner', ['ops'])
  assertOffers(body('unit "|"'), 'unit', ['minutes'])
  assertOffers(body('tags [|]'), 'tag', ['delay', 'on time'])
  assert.equal(offered(body('tags [|]')).candidates.find(({ name }) => name === 'on time')?.text, '"on time"')
})

test('the type that is wanted is known', () => {
  const wanted = (text: string) => offered(inFeatures(text)).wanted?.kinds.join()
  assert.equal(wanted('a = if(|'), 'bool')
  assert.equal(wanted('a = hour(|'), 'timestamp')
  assert.equal(wanted('a = log(distance) + |'), 'int,float')
  assert.equal(wanted('a = if(origin == |'), 'string')
  assert.equal(wanted('a = not |'), 'bool')
  assert.equal(offered(inModel('observe flights where |')).wanted?.kinds.join(), 'bool')
  assert.deepEqual(offered(inFeatures('a = delay_7d(|')).wanted, { kinds: ['string'], name: 'code' })
})

test('what the label is computed from comes last', () => {
  const text = 'model m {\n  observe flights\n  label late = delay > 15\n  features {\n    |\n  }\n}\n'
  assert.ok(!offered(text).likely.includes('delay'))
  assert.ok(offered(text).names.includes('delay'))
  assert.equal(offered(text).calls, 'line')
  assert.equal(offered(text.replace('|', 'x = |')).calls, 'value')
  assert.equal(offered(text.replace('|', 'x = log(|')).calls, undefined)
})

test('the new parts of a model offer what fits them', () => {
  assertOffers(inModel('weight |'), 'expression', ['distance', 'if'])
  assertOffers(inModel('balance |'), 'modelBody', ['classes'])
  assertOffers(inModel('split by key |'), 'modelBody', ['origin'])
  assertOffers(inModel('split by key origin, |'), 'modelBody', ['destination'])
  assertOffers(inModel('split by key origin |'), 'modelBody', ['seed'])
  assertOffers(inModel('split by random {\n    train 0.8 |\n  }'), 'splitBody', ['folds'])
  assertOffers(inModel('tune 20 |'), 'modelBody', ['trials'])
  assertOffers(inModel('tune 20 trials |'), 'modelBody', ['using', 'maximizing'])
  assertOffers(inModel('tune 20 trials using |'), 'modelBody', ['sobol'])
  assertOffers(inModel('tune 20 trials maximizing |'), 'modelBody', ['auc'])
  const tuned = (text: string) =>
    inModel(`algorithm logistic_regression\n  tune 20 trials maximizing auc {\n    ${text}\n  }`)
  assertOffers(tuned('|'), 'tuneBody', ['l2', 'l1'])
  assertOffers(tuned('l2 |'), 'tuneBody', ['in'])
  assertOffers(tuned('l2 in |'), 'tuneBody', ['log_scale(0.001 .. 10)'])
  assertOffers(inModel('algorithm logistic_regression { l2 = |'), 'algorithmBody', ['1'])
  assertOffers(inModel('output x = |'), 'expression', ['probability', 'prediction', 'rank'])
  assertOffers(inModel('output p = probability(late)\n  output x = rank |'), 'modelBody', ['by', 'top'])
  assertOffers(inModel('output p = probability(late)\n  output x = rank by |'), 'modelBody', ['p'])
  assertOffers(inModel('output p = probability(late)\n  output x = rank by p per |'), 'modelBody', ['origin'])
  assertOffers(inModel('require auc |'), 'modelBody', ['>=', 'per'])
  assertOffers(inModel('require log_loss <= |'), 'modelBody', ['0.6'])
  assertOffers(inModel('health {\n    |\n  }'), 'healthBody', ['drift', 'latency_p99', 'auc'])
  assertOffers(inModel('features { distance }\n  health {\n    drift of |\n  }'), 'healthBody', ['distance'])
  assertOffers(inModel('health {\n    drift |\n  }'), 'healthBody', ['of', '<='])
  assertOffers(inModel('health {\n    drift <= 0.1 over 7 |\n  }'), 'healthBody', ['days'])
})

test('tests offer columns, values and outputs', () => {
  const tested = (text: string) =>
    inModel(
      `features {\n    d = log1p(distance)\n  }\n  label late = delay > 15\n  output p = probability(late)\n  test "t" {\n    ${text}\n  }`,
    )
  assertOffers(tested('|'), 'testBody', ['given', 'expect'])
  const given = offered(tested('given { | }'))
  assert.equal(given.context, 'givenBody')
  assert.deepEqual(given.likely, ['distance'])
  assertOffers(tested('given { distance = 1, | }'), 'givenBody', ['origin'], ['distance'])
  assert.deepEqual(offered(tested('given { origin = | }')).of, { source: 'flights', column: 'origin' })
  assertOffers(tested('expect |'), 'expect', ['p'])
  assertOffers(tested('expect p |'), 'expect', ['<', '>='])
  assertOffers(tested('given near { distance = 1 }\n    expect |'), 'expect', ['near'])
  assertOffers(tested('given near { distance = 1 }\n    expect near.|'), 'expect', ['p'])
})

test('a text that stands for a value knows its column', () => {
  const { context, of } = offered(inModel('label far = origin == "|"'))
  assert.deepEqual([context, of], ['columnValue', { source: 'flights', column: 'origin' }])
  assert.equal(offered(inFeatures('a = one_of(destination, "SEA", "|")')).of?.column, 'destination')
})

test('a comment that ignores offers codes, and leaves the reason alone', () => {
  assert.equal(offered('// slip-ignore |').context, 'ignore')
  assert.equal(offered('// slip-ignore SLIP3|').prefix, 'SLIP3')
  assert.equal(offered('// slip-ignore SLIP301 because |').context, 'none')
})

test('what other files declare is offered with the file to import it from', () => {
  const workspace = workspaceOf({
    'shared/b.slip': around,
    'a.slip': 'feature f of \nmodel m { observe  }\n',
  })
  const from = (offset: number) =>
    workspace.scopeAt('a.slip', offset).candidates.map(({ name, from: file }) => `${name} ${file}`)
  assert.deepEqual(from('feature f of '.length), ['airport shared/b.slip'])
  assert.deepEqual(from('feature f of \nmodel m { observe '.length), [
    'flights shared/b.slip',
    'other one shared/b.slip',
  ])
  const imported =
    'import { flights as planes } from "shared/b.slip"\nmodel m {\n  observe planes\n  features {\n    \n  }\n}\n'
  workspace.setFile('a.slip', imported)
  const inFeatures = workspace.scopeAt('a.slip', imported.indexOf('features {\n    ') + 15)
  assert.ok(inFeatures.candidates.some(({ name }) => name === 'distance'))
})

test('items of one line and lists go on where a new line would', () => {
  const model = (text: string) =>
    inModel(`algorithm gradient_boosted_trees\n  output p = probability(late)\n  ${text}`)
  assertOffers(model('health { drift <= 0.25 | }'), 'healthBody', ['over', 'unseen', 'auc'])
  assertOffers(model('health { drift <= 0.25 over 7 days  mae | }'), 'healthBody', ['<='])
  assertOffers(model('tune 5 trials maximizing auc { max_depth in 3 .. 8  learning_rate | }'), 'tuneBody', [
    'in',
  ])
  assertOffers(model('tune 5 trials maximizing auc { max_depth in 3 .. 8  | }'), 'tuneBody', [
    'learning_rate',
  ])
  assertOffers(model('test "t" {\n    given { }\n    expect p > 0, |\n  }'), 'expect', ['p'])
  assertOffers(inModel('label late = delay > 1\n  output p = probability(|'), 'expression', ['late'])
})
