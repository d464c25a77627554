import assert from 'node:assert/strict'
import test from 'node:test'
import type { SemanticTokens, SemanticTokensDelta } from 'vscode-languageserver-protocol/node'
import { type FlightsClient, model, openFlights } from '../testing/flights.ts'
import { legend } from './semantic-tokens.ts'

const about = (client: FlightsClient, file = 'late.slip') => ({ textDocument: { uri: client.uri(file) } })

/** Each token as its text with type and modifiers. */
function read(text: string, data: readonly number[]): readonly string[] {
  const lines = text.split('\n')
  const found: string[] = []
  let [line, character] = [0, 0]
  for (let i = 0; i < data.length; i += 5) {
    const [down, right, length, type, bits] = data.slice(i, i + 5) as [number, number, number, number, number]
    ;[line, character] = [line + down, down > 0 ? right : character + right]
    const modifiers = legend.tokenModifiers.filter((_, bit) => bits & (1 << bit))
    found.push(
      [lines[line]!.slice(character, character + length), legend.tokenTypes[type], ...modifiers].join(' '),
    )
  }
  return found
}

const full = (client: FlightsClient, file?: string) =>
  client.connection.sendRequest<SemanticTokens>('textDocument/semanticTokens/full', about(client, file))

test('every name and every word of the language has the colour of what it is', async t => {
  const client = await openFlights(t, { initializationOptions: { hasGrammar: true } })
  const tokens = read(model, (await full(client)).data)
  for (const expected of [
    'import keyword',
    'model keyword',
    'late_departure class declaration definition',
    'flights namespace',
    'log_distance variable declaration definition',
    'log1p function defaultLibrary',
    'distance property',
    'origin property',
    'delay_7d method',
    'label keyword',
    'validation keyword',
    'logistic_regression class defaultLibrary',
    'l2 parameter defaultLibrary',
    'auc enumMember defaultLibrary',
    'probability function defaultLibrary',
  ])
    assert.ok(tokens.includes(expected), `${expected}\n${tokens.join('\n')}`)
  assert.ok(!tokens.some(token => / (string|number|comment)$/.test(token)))
})

test('an editor without a grammar is told of texts, numbers and comments', async t => {
  const client = await openFlights(t)
  const text = '%%slip\n// note\nsource s { from csv "a.csv", columns { x: float unit "EUR" } }\n'
  await client.open('draft.slip', text)
  const tokens = read(text, (await full(client, 'draft.slip')).data)
  assert.deepEqual(tokens, [
    '%%slip comment',
    '// note comment',
    'source keyword',
    's namespace declaration definition',
    'from keyword',
    'csv enumMember',
    '"a.csv" string',
    'columns keyword',
    'x property declaration',
    'float type defaultLibrary',
    'unit keyword',
    '"EUR" typeParameter',
  ])
})

test('a change sends only the difference, a range only what is in it', async t => {
  const client = await openFlights(t)
  const before = await full(client)
  await client.edit('late.slip', model.replace('both  ', 'everything'))
  const delta = await client.connection.sendRequest<SemanticTokensDelta>(
    'textDocument/semanticTokens/full/delta',
    {
      ...about(client),
      previousResultId: before.resultId,
    },
  )
  assert.equal(delta.edits.length, 1)
  assert.ok(delta.edits[0]!.deleteCount <= 15)
  const patched = [...before.data]
  for (const { start, deleteCount, data } of delta.edits) patched.splice(start, deleteCount, ...(data ?? []))
  const after = await full(client)
  assert.deepEqual(patched, after.data)
  const unknown = { ...about(client), previousResultId: 'of another time' }
  const whole = await client.connection.sendRequest<SemanticTokens>(
    'textDocument/semanticTokens/full/delta',
    unknown,
  )
  assert.deepEqual(whole.data, after.data)
  const range = { start: { line: 13, character: 0 }, end: { line: 14, character: 0 } }
  const part = await client.connection.sendRequest<SemanticTokens>('textDocument/semanticTokens/range', {
    ...about(client),
    range,
  })
  assert.deepEqual(read(model.replace('both  ', 'everything'), part.data).map(token => token.split(' ')[0]), [
    'label', 'late', 'delay', '15',
  ]) // prettier-ignore
})
