import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import path from 'node:path'
import test, { after, before } from 'node:test'
import type { CompletionItem, TextEdit } from 'vscode-languageserver-protocol/node'
import { type Draft, startDraft } from '../testing/editor.ts'

const rows = Array.from({ length: 40 }, (_, i) => {
  const day = String(1 + (i % 28)).padStart(2, '0')
  return `2001-01-${day}T08:00:00,${i % 7},${100 * i},${i % 3 ? 'BOI' : 'SEA'},SFO,${i % 5 === 0},${i % 4 ? i : ''}`
})
const data = `date,delay,distance,origin,destination,cancelled,odd name\n${rows.join('\n')}\n`

const sources = `/// Flights of a year.
source flights {
  from csv "data/flights.csv"
  time date
}

entity airport(code: string)

/// Mean delay of the week before.
feature delay_7d of airport = mean(flights.delay) by flights.origin over 7 days {
  owner "ops"
}

feature delay_1d of airport = mean(flights.delay) by flights.origin over 1 days
`

let draft: Draft
before(async () => {
  draft = await startDraft({
    files: {
      'data/flights.csv': data,
      'data/other.parquet': '',
      'data/more/notes.txt': '',
      'shared/flights.slip': sources,
    },
  })
  const file = path.join(draft.client.root, 'data/app.db')
  using database = new DatabaseSync(file)
  database.exec('CREATE TABLE orders (id INTEGER); CREATE TABLE customers (id INTEGER)')
  // The data has been read when its columns are known.
  await draft.client.open('shared/flights.slip', sources)
  await draft.client.diagnostics('shared/flights.slip', all => !all.some(d => d.code === 'SLIP404'))
})
after(() => draft.stop())

const header = 'import { flights, airport, delay_7d } from "shared/flights.slip"\n'
const inModel = (text: string): string =>
  `${header}model m {\n  observe flights\n  label late = delay > 3\n  ${text}\n}\n`
const inFeatures = (text: string): string => inModel(`features {\n    ${text}\n  }`)

const labels = async (text: string): Promise<string[]> =>
  (await draft.complete(text)).map(({ label }) => label)
const find = async (text: string, label: string): Promise<CompletionItem | undefined> =>
  (await draft.complete(text)).find(item => item.label === label)
const inserted = (item: CompletionItem | undefined): string | undefined =>
  (item?.textEdit as TextEdit | undefined)?.newText

test('from an empty file every declaration comes whole', async () => {
  const found = await labels('|')
  for (const label of ['source', 'entity', 'feature', 'model', 'import'])
    assert.ok(found.includes(label), label)
  assert.match(inserted(await find('|', 'source'))!, /^source \$\{1:name\} \{\n {2}from \$\{2\|parquet,csv/)
  // A data file of which no source is made yet.
  assert.ok(found.includes('source other'), found.join())
  assert.match(inserted(await find('|', 'source other'))!, /from parquet "data\/other\.parquet"/)
  const model = await draft.take(
    'source a {\n  from csv "data/flights.csv"\n  time date\n}\n\n|',
    'model of a',
  )
  assert.match(model, /model \$\{1:name\} \{\n {2}observe a\n/)
  assert.match(model, /label \$\{3:late\} = \$\{4:cancelled\}/)
})

test('columns of real files come with their types, those that leak last', async () => {
  const found = await draft.complete(inFeatures('|'))
  const names = found.map(({ label }) => label)
  assert.equal(found.find(({ label }) => label === 'distance')?.detail, 'int?')
  assert.ok(names.indexOf('distance') < names.indexOf('delay'))
  assert.equal(await draft.take(inFeatures('odd|'), 'odd name'), inFeatures('`odd name`'))
  assert.equal(await draft.take(inFeatures('`odd|'), 'odd name'), inFeatures('`odd name`'))
  assert.equal(await draft.take(inFeatures('x = dist|'), 'distance'), inFeatures('x = distance'))
})

test('what is of the type that is wanted stands first', async () => {
  const condition = await labels(inFeatures('x = if(|'))
  assert.equal(condition[0], 'cancelled')
  const time = await labels(inFeatures('x = hour(|'))
  assert.equal(time[0], 'date')
  assert.ok(time.indexOf('coalesce') < time.indexOf('log'))
  assert.equal((await labels('source s {\n  from csv "data/flights.csv"\n  time |\n}'))[0], 'date')
})

test('features of the project come as calls with their keys, and are imported when they have to be', async () => {
  const line = inserted(await find(inFeatures('|'), 'delay_7d'))
  assert.equal(line, 'delay_7d = delay_7d(${1|origin,destination|})')
  assert.equal(inserted(await find(inFeatures('x = |'), 'delay_7d')), 'delay_7d(${1|origin,destination|})')
  const again = inserted(await find(inFeatures('delay_7d = delay_7d(origin)\n    |'), 'delay_7d'))
  assert.equal(again, '${1:destination_delay_7d} = delay_7d(${2|destination,origin|})')
  const imported = await draft.take(inFeatures('x = |'), 'delay_1d')
  assert.match(imported, /^import \{ flights, airport, delay_7d, delay_1d \} from "shared\/flights\.slip"/)
  const source = await draft.take('model m {\n  observe |\n}\n', 'flights')
  assert.match(
    source,
    /^import \{ flights \} from "shared\/flights\.slip"\n\nmodel m \{\n {2}observe flights/,
  )
})

test('imports offer files and what they declare', async () => {
  assert.deepEqual(await labels('import { | } from "shared/flights.slip"'), [
    'flights',
    'airport',
    'delay_7d',
    'delay_1d',
  ])
  assert.deepEqual(await labels('import { flights } from "|"'), ['shared/flights.slip'])
})

test('paths offer folders and data files, tables those of the database', async () => {
  assert.deepEqual(await labels('source s {\n  from csv "|'), ['data/', 'shared/'])
  assert.deepEqual(await labels('source s {\n  from csv "data/|"'), [
    'flights.csv',
    'more/',
    'app.db',
    'other.parquet',
  ])
  const tables = await labels('source s {\n  from sqlite "data/app.db" table "|"')
  assert.deepEqual(tables, ['customers', 'orders'])
})

test('a model is completed part by part', async () => {
  const parts = await labels(inModel('|'))
  assert.ok(!parts.includes('observe') && !parts.includes('label'))
  assert.ok(
    parts.includes('features') && parts.includes('split by time') && parts.includes('output probability'),
  )
  const hyper = await find(inModel('algorithm gradient_boosted_trees { | }'), 'max_depth')
  assert.match(inserted(hyper)!, /^max_depth = \$\{1:\d+\}$/)
  assert.match(hyper!.detail!, /^int, at least \d+ and at most \d+, default \d+$/)
  const tuned = inModel('algorithm logistic_regression\n  tune 10 trials maximizing auc {\n    |\n  }')
  assert.equal(inserted(await find(tuned, 'l2')), 'l2 in ${1:log_scale(0.001 .. 10)}')
  const metrics = await labels(inModel('evaluate |'))
  assert.ok(metrics.indexOf('auc') < metrics.indexOf('rmse'))
  const algorithms = await labels(inModel('algorithm |'))
  assert.ok(algorithms.indexOf('logistic_regression') < algorithms.indexOf('linear_regression'))
})

test('tests are given columns that the model reads, with values of the data', async () => {
  const tested = (text: string): string =>
    inModel(
      `features {\n    far = distance > 500\n    origin\n  }\n  output p = probability(late)\n  test "t" {\n    ${text}\n  }`,
    )
  const given = await labels(tested('given { | }'))
  assert.deepEqual(given.slice(0, 2), ['distance', 'origin'])
  assert.equal(inserted(await find(tested('given { | }'), 'distance')), 'distance = ')
  const whole = inserted(await find(tested('|'), 'given'))!
  assert.match(whole, /^given \{ distance = \d+, origin = "(BOI|text)" \}$/)
  assert.deepEqual((await labels(tested('expect |'))).slice(0, 1), ['p'])
})

test('statistics make values known once they are computed', async () => {
  const origin = inModel('label x = origin == "|"')
  let found: string[] = []
  for (let i = 0; i < 100 && found.length === 0; i++) {
    found = await labels(origin)
    if (found.length === 0) await new Promise(resolve => setTimeout(resolve, 50))
  }
  assert.deepEqual(found, ['BOI', 'SEA'])
  const given = inModel('features {\n    origin\n  }\n  test "t" {\n    given { origin = | }\n  }')
  assert.equal((await labels(given))[0], '"BOI"')
})

test('the documentation of a suggestion comes when it is looked at', async () => {
  const { connection } = draft.client
  const resolve = async (text: string, label: string): Promise<string> => {
    const item = await connection.sendRequest<CompletionItem>(
      'completionItem/resolve',
      (await find(text, label))!,
    )
    return (item.documentation as { value: string }).value
  }
  assert.match(await resolve(inFeatures('x = |'), 'distance'), /column distance: int\?/)
  assert.match(await resolve(inFeatures('x = |'), 'delay_7d'), /Mean delay of the week before\./)
  assert.match(await resolve(inFeatures('x = |'), 'log1p'), /For example `log1p\(/)
  assert.match(await resolve(inModel('algorithm |'), 'neural_network'), /\| `hidden` \|/)
})

test('a comment that ignores offers the codes of its line', async () => {
  const text = inFeatures('// slip-ignore |\n    leak = delay + 1')
  assert.deepEqual(await labels(text), ['SLIP301'])
})

test('comments, names and numbers are left alone', async () => {
  for (const text of [
    '// a |',
    'model |',
    inModel('label x|'),
    'entity e|',
    inModel('split by random seed |'),
  ])
    assert.deepEqual(await draft.complete(text), [], text)
})
