import assert from 'node:assert/strict'
import test from 'node:test'
import type {
  DocumentLink,
  DocumentSymbol,
  FoldingRange,
  Range,
  SelectionRange,
  SymbolInformation,
  WorkspaceSymbol,
} from 'vscode-languageserver-protocol/node'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { usualCapabilities } from '../testing/client.ts'
import { type FlightsClient, model, openFlights } from '../testing/flights.ts'

const about = (client: FlightsClient, file = 'late.slip') => ({ textDocument: { uri: client.uri(file) } })

test('the outline is a tree, or a list where the editor has no trees', async t => {
  const client = await openFlights(t)
  const [outline] = await client.connection.sendRequest<DocumentSymbol[]>(
    'textDocument/documentSymbol',
    about(client),
  )
  assert.equal(outline!.name, 'late_departure')
  assert.deepEqual(
    outline!.children!.map(child => `${child.detail} ${child.name}`),
    [
      'feature log_distance',
      'feature origin',
      'feature origin_delay',
      'feature trend',
      'feature both',
      'label late',
      'output probability_late',
    ],
  )
  const plain = await openFlights(t, { capabilities: {} })
  const list = await plain.connection.sendRequest<SymbolInformation[]>(
    'textDocument/documentSymbol',
    about(plain),
  )
  assert.deepEqual(
    list.slice(0, 2).map(({ name, containerName }) => [name, containerName]),
    [
      ['late_departure', undefined],
      ['log_distance', 'late_departure'],
    ],
  )
})

test('symbols of the workspace are found by a few letters, the best first', async t => {
  const client = await openFlights(t)
  const names = async (query: string) => {
    const found = await client.connection.sendRequest<WorkspaceSymbol[]>('workspace/symbol', { query })
    return found.map(({ name }) => name)
  }
  assert.deepEqual(await names('dly7'), ['delay_7d'])
  assert.equal((await names('late'))[0], 'late')
  assert.deepEqual(await names('trend'), ['trend', 'delay_trend'])
  assert.deepEqual((await names('')).toSorted(), [
    'airport', 'delay_1d', 'delay_7d', 'delay_trend', 'flights', 'late_departure',
  ]) // prettier-ignore
  assert.deepEqual(await names('nothing'), [])
})

test('data, imports and addresses in comments are links', async t => {
  const client = await openFlights(t)
  const links = async (file: string) =>
    (
      await client.connection.sendRequest<DocumentLink[]>('textDocument/documentLink', about(client, file))
    ).map(({ target }) => target)
  assert.deepEqual(await links('sources.slip'), [client.uri('data/flights.csv')])
  assert.deepEqual(await links('late.slip'), [client.uri('sources.slip')])
  await client.open(
    'more.slip',
    '// See https://example.org/a(b), or not.\nsource s { from csv "../x.csv" }\n',
  )
  assert.deepEqual(await links('more.slip'), ['https://example.org/a(b'])
})

test('blocks, imports, comments and regions are folded', async t => {
  const text = `import { a } from "a.slip"
import {
  b
} from "b.slip"

// one
// two
/// doc
/// more
entity e(
  k: string
)
// #region rest
model m {
  features {
    x
  }
// #endregion
`
  const folds = async (client: FlightsClient) => {
    await client.open('folds.slip', text)
    const found = await client.connection.sendRequest<FoldingRange[]>(
      'textDocument/foldingRange',
      about(client, 'folds.slip'),
    )
    return found.map(({ startLine, endLine, kind }) => [startLine + 1, endLine + 1, ...(kind ? [kind] : [])])
  }
  const { textDocument } = usualCapabilities
  const foldingRange = { lineFoldingOnly: true }
  const capabilities = { ...usualCapabilities, textDocument: { ...textDocument, foldingRange } }
  assert.deepEqual(await folds(await openFlights(t, { capabilities })), [
    [1, 4, 'imports'],
    [6, 7, 'comment'],
    [8, 9, 'comment'],
    [10, 11],
    [13, 18, 'region'],
    [14, 17],
    [15, 16],
  ])
  const limited = { ...foldingRange, rangeLimit: 2 }
  const few = { ...usualCapabilities, textDocument: { ...textDocument, foldingRange: limited } }
  assert.equal((await folds(await openFlights(t, { capabilities: few }))).length, 2)
})

test('the selection grows by what belongs together', async t => {
  const client = await openFlights(t)
  const document = TextDocument.create('', '', 0, model)
  const steps = async (word: string): Promise<readonly string[]> => {
    const { position, textDocument } = client.at('late.slip', model, word)
    const params = { textDocument, positions: [position] }
    const [found] = await client.connection.sendRequest<SelectionRange[]>(
      'textDocument/selectionRange',
      params,
    )
    const texts: string[] = []
    for (let range = found as SelectionRange | undefined; range; range = range.parent)
      texts.push(document.getText(range.range as Range))
    return texts
  }
  const grown = await steps('both         = origin|_delay')
  assert.deepEqual(grown.slice(0, 3), [
    'origin_delay',
    'origin_delay + trend',
    'both         = origin_delay + trend',
  ])
  assert.match(grown[3]!, /^log_distance[^{}]*trend$/)
  assert.match(grown[4]!, /^\{[^{}]*\}$/)
  assert.match(grown[5]!, /^features \{[^{}]*\}$/)
  assert.match(grown.at(-2)!, /^model[^]*\}$/)
  assert.equal(grown.at(-1), model)
  assert.deepEqual((await steps('from "sour|ces'))!.slice(0, 2), ['sources.slip', '"sources.slip"'])
})
