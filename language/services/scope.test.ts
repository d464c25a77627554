import assert from 'node:assert/strict'
import test from 'node:test'
import { workspaceOf } from '../testing/world.ts'

const around = `source flights {
  from parquet "data/flights.parquet"
  time date
}
source \`other one\` { from csv "data/birdstrikes.csv" }
entity airport(code: string)
/// Doc of it.
feature delay_7d of airport = mean(flights.delay) by flights.origin over 7 days
`

/** Where `|` is: the context and the names on offer. */
function offered(text: string) {
  const whole = around + text
  const offset = whole.indexOf('|')
  const workspace = workspaceOf({ 'a.slip': whole.replace('|', '') })
  const { context, candidates, prefix } = workspace.scopeAt('a.slip', offset)
  return { context, prefix, names: candidates.map(({ name }) => name), candidates }
}

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
  assertOffers('entity e(a: |', 'topLevel', ['string'])
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
  assertOffers('feature f of airport = |', 'featureHead', ['mean', 'count'])
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
  assertOffers(inFeatures('a = |'), 'expression', [
    'distance',
    'long',
    'log1p',
    'delay_7d',
    'arrival_delay',
    'not',
  ])
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

test('windowed features come with type, document and number of keys', () => {
  const found = offered(inFeatures('a = de|')).candidates.find(({ name }) => name === 'delay_7d')
  assert.equal(found?.doc, 'Doc of it.')
  assert.equal(found?.type?.kind, 'float')
  assert.equal(found?.keyCount, 1)
  const registered = offered(inFeatures('a = |')).candidates.find(({ name }) => name === 'arrival_delay')
  assert.equal(registered?.detail, 'version 2 of airport')
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
  assertOffers('feature f of airport = count() by flights.origin over 7 days {\n  owner "|"\n}', 'string', [])
})

test('names with other characters are offered in backticks, and replace what is typed of them', () => {
  const text = 'model m {\n  observe `other one`\n  features {\n    x = `Wild|`\n  }\n}\n'
  const { candidates, prefix } = offered(text)
  assert.equal(prefix, 'Wild')
  assert.ok(candidates.some(candidate => candidate.text === '`Wildlife Size`'))
})
