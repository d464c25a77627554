import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import {
  type DocumentHighlight,
  DocumentHighlightKind,
  type Location,
  type LocationLink,
} from 'vscode-languageserver-protocol/node'
import { usualCapabilities } from '../testing/client.ts'
import { type FlightsClient, openFlights } from '../testing/flights.ts'

/** File and line of each place, lines counted from 1. */
const lines = (client: FlightsClient, found: readonly Location[]): readonly string[] =>
  found.map(({ uri, range }) => `${uri.slice(client.uri('').length + 1)}:${range.start.line + 1}`)

test('names lead to where they are declared', async t => {
  const client = await openFlights(t)
  const definition = async (word: string, file?: 'sources.slip') =>
    lines(client, await client.ask<Location[]>('definition', word, {}, file))
  assert.deepEqual(await definition('= delay_7d|('), ['sources.slip:10'])
  assert.deepEqual(await definition('observe fli|ghts'), ['sources.slip:1'])
  assert.deepEqual(await definition('{ flights, del|ay_7d'), ['sources.slip:10'], 'from an import')
  assert.deepEqual(await definition('"sou|rces.slip"'), ['sources.slip:1'], 'an import leads to its file')
  assert.deepEqual(await definition('log1p(dist|ance)'), ['sources.slip:2'], 'a column leads to its data')
  assert.deepEqual(await definition('both         = origin|_delay'), ['late.slip:9'])
  assert.deepEqual(await definition('= delay_1d| - ', 'sources.slip'), ['sources.slip:14'])
  assert.deepEqual(await definition('log|1p'), [], 'the language declares nothing')
})

test('an editor that can be told from where to where is told', async t => {
  const { textDocument } = usualCapabilities
  const capabilities = {
    ...usualCapabilities,
    textDocument: { ...textDocument, definition: { linkSupport: true } },
  }
  const client = await openFlights(t, { capabilities })
  const [link] = await client.ask<LocationLink[]>('definition', '= delay|_7d(')
  assert.equal(link!.targetUri, client.uri('sources.slip'))
  assert.deepEqual(link!.originSelectionRange, {
    start: { line: 8, character: 19 },
    end: { line: 8, character: 27 },
  })
  assert.equal(link!.targetSelectionRange.start.character, 8)
  assert.deepEqual([link!.targetRange.start.line, link!.targetRange.end.line], [9, 11])
})

test('the type of a feature is what it describes', async t => {
  const client = await openFlights(t)
  const type = await client.ask<Location[]>('typeDefinition', '= delay_7d|(')
  assert.deepEqual(lines(client, type), ['sources.slip:7'])
  assert.deepEqual(await client.ask('typeDefinition', 'observe fli|ghts'), [])
})

test('references are found in every file, definitions when they are wanted', async t => {
  const client = await openFlights(t)
  const references = async (t: TestContext, word: string, includeDeclaration: boolean) =>
    lines(client, await client.ask('references', word, { context: { includeDeclaration } })).toSorted()
  assert.deepEqual(await references(t, '= delay_7d|(', true), [
    'late.slip:1',
    'late.slip:9',
    'sources.slip:10',
    'sources.slip:19',
  ])
  assert.deepEqual(await references(t, '= delay_7d|(', false), [
    'late.slip:1',
    'late.slip:9',
    'sources.slip:19',
  ])
})

test('a name is highlighted where it is written and where it is read', async t => {
  const client = await openFlights(t)
  const found = await client.ask<DocumentHighlight[]>('documentHighlight', 'label la|te')
  assert.deepEqual(
    found.map(({ range, kind }) => [range.start.line, kind]),
    [
      [13, DocumentHighlightKind.Write],
      [28, DocumentHighlightKind.Read],
    ],
  )
})
