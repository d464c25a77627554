import assert from 'node:assert/strict'
import test from 'node:test'
import type {
  CallHierarchyIncomingCall,
  CallHierarchyItem,
  CallHierarchyOutgoingCall,
  WorkspaceEdit,
} from 'vscode-languageserver-protocol/node'
import { model, openFlights, sources } from '../testing/flights.ts'

test('moved files and folders are followed by what names them', async t => {
  const files = {
    'shared/base/sources.slip': sources,
    'late.slip': model.replace('sources.slip', 'shared/base/sources.slip'),
    'data/flights.csv': 'date,delay,distance,origin\n2001-01-01,5,400,BOI\n',
  }
  const client = await openFlights(t, { files })
  const move = async (from: string, to: string) => {
    const edit = await client.connection.sendRequest<WorkspaceEdit | null>('workspace/willRenameFiles', {
      files: [{ oldUri: client.uri(from), newUri: client.uri(to) }],
    })
    return Object.entries(edit?.changes ?? {}).map(([uri, edits]) => [
      uri.slice(client.uri('').length + 1),
      ...edits.map(({ newText }) => newText.replaceAll('"', '')),
    ])
  }
  await client.edit('late.slip', files['late.slip'])
  await client.diagnostics('late.slip', found => found.length === 0)
  assert.deepEqual(await move('shared/base/sources.slip', 'all.slip'), [['late.slip', 'all.slip']])
  assert.deepEqual(await move('shared', 'common'), [['late.slip', 'common/base/sources.slip']])
  assert.deepEqual(await move('data/flights.csv', 'data/a "b".csv'), [
    ['shared/base/sources.slip', 'data/a \\b\\.csv'],
  ])
  assert.deepEqual(await move('data', 'raw/data'), [['shared/base/sources.slip', 'raw/data/flights.csv']])
  assert.deepEqual(await move('late.slip', 'later.slip'), [])
  assert.deepEqual(await move('dat', 'x'), [])
})

test('what uses a feature, and what it reads', async t => {
  const client = await openFlights(t)
  const [item] = await client.ask<CallHierarchyItem[]>('prepareCallHierarchy', '= delay_7d|(')
  assert.equal(item!.name, 'delay_7d')
  assert.equal(item!.uri, client.uri('sources.slip'))
  const incoming = await client.connection.sendRequest<CallHierarchyIncomingCall[]>(
    'callHierarchy/incomingCalls',
    { item },
  )
  assert.deepEqual(
    incoming.map(({ from, fromRanges }) => [from.name, fromRanges.map(({ start }) => start.line)]),
    [
      ['late_departure', [8]],
      ['delay_trend', [18]],
    ],
  )
  const outgoing = async (from: CallHierarchyItem) => {
    const calls = await client.connection.sendRequest<CallHierarchyOutgoingCall[]>(
      'callHierarchy/outgoingCalls',
      { item: from },
    )
    return calls.map(({ to }) => to.name)
  }
  assert.deepEqual(await outgoing(incoming[0]!.from), ['delay_7d', 'delay_trend'])
  assert.deepEqual(await outgoing(incoming[1]!.from), ['delay_1d', 'delay_7d'])
  assert.deepEqual(await outgoing(item!), [])
  assert.equal(await client.ask('prepareCallHierarchy', 'log1p(dist|ance)'), null)
})
