import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import type {
  FullDocumentDiagnosticReport,
  RelatedFullDocumentDiagnosticReport,
  WorkspaceDiagnosticReport,
  WorkspaceDocumentDiagnosticReport,
} from 'vscode-languageserver-protocol/node'
import { usualCapabilities } from '../testing/client.ts'
import { model, openFlights, sources } from '../testing/flights.ts'

/** An editor that asks for diagnostics itself. */
const capabilities = {
  workspace: { ...usualCapabilities.workspace, diagnostics: { refreshSupport: true } },
  textDocument: { ...usualCapabilities.textDocument, diagnostic: { relatedDocumentSupport: true } },
}

async function open(t: TestContext) {
  const client = await openFlights(t, { capabilities })
  const pushed: string[] = []
  client.connection.onNotification(
    'textDocument/publishDiagnostics',
    ({ uri }: { uri: string }) => void pushed.push(uri),
  )
  return {
    client,
    pushed,
    pull: (file: string, previousResultId?: string) =>
      client.connection.sendRequest<RelatedFullDocumentDiagnosticReport>('textDocument/diagnostic', {
        textDocument: { uri: client.uri(file) },
        ...(previousResultId !== undefined && { previousResultId }),
      }),
    pullAll: (known: readonly WorkspaceDocumentDiagnosticReport[] = [], more: object = {}) =>
      client.connection.sendRequest<WorkspaceDiagnosticReport>('workspace/diagnostic', {
        previousResultIds: known.map(({ uri, resultId }) => ({ uri, value: resultId })),
        ...more,
      }),
  }
}

test('an editor that asks is told what it asks for, once, and nothing is pushed', async t => {
  const { client, pull, pushed } = await open(t)
  assert.ok(client.capabilities.diagnosticProvider)
  const right = await pull('late.slip')
  assert.deepEqual([right.kind, right.items], ['full', []])
  assert.equal((await pull('late.slip', right.resultId)).kind, 'unchanged')
  await client.edit('late.slip', model.replace('distance)', 'distnce)'))
  const wrong = await pull('late.slip', right.resultId)
  assert.deepEqual(
    wrong.items.map(({ code }) => code),
    ['SLIP102'],
  )
  assert.equal((await pull('late.slip', wrong.resultId)).kind, 'unchanged')
  assert.deepEqual(pushed, [])
  assert.deepEqual(client.log, [])
})

test('what an edit does to other open files comes along', async t => {
  const { client, pull } = await open(t)
  await client.open('sources.slip', sources)
  await pull('late.slip')
  await pull('sources.slip')
  await client.edit('sources.slip', sources.replace('feature delay_7d', 'feature delay_9d'))
  const report = await pull('sources.slip')
  const related = report.relatedDocuments?.[client.uri('late.slip')] as
    FullDocumentDiagnosticReport | undefined
  // Or the editor has been told to ask again before it asked.
  const items =
    related?.items ?? (client.refreshes.includes('diagnostic') ? (await pull('late.slip')).items : [])
  assert.ok(items.some(({ code }) => code === 'SLIP115'))
})

test('the editor is told to ask again when data changes', async t => {
  const { client, pull } = await open(t)
  await pull('late.slip')
  await client.write('data/flights.csv', 'date,delay,origin\n2001-01-01,5,BOI\n')
  await client.changed('data/flights.csv')
  for (
    const end = Date.now() + 20_000;
    Date.now() < end;
    await new Promise(resolve => setTimeout(resolve, 50))
  )
    if (client.refreshes.includes('diagnostic')) break
  assert.ok(client.refreshes.includes('diagnostic'))
  assert.ok((await pull('late.slip')).items.some(({ code }) => code === 'SLIP102'))
})

test('the whole project is told, in parts when wanted, and only what is new', async t => {
  const { client, pullAll } = await open(t)
  const { items } = await pullAll()
  assert.deepEqual(items.map(({ uri }) => uri.slice(client.uri('').length + 1)).toSorted(), [
    'late.slip', 'slipway.json', 'sources.slip',
  ]) // prettier-ignore
  assert.deepEqual(
    (await pullAll(items)).items.map(({ kind }) => kind),
    ['unchanged', 'unchanged', 'unchanged'],
  )
  await client.edit('late.slip', model.replace('distance)', 'distnce)'))
  const changed = (await pullAll(items)).items.filter(({ kind }) => kind === 'full')
  assert.deepEqual(
    changed.map(({ uri }) => uri),
    [client.uri('late.slip')],
  )
  const gone = { uri: client.uri('gone.slip'), resultId: 'x', kind: 'unchanged' as const, version: null }
  const [cleared] = (await pullAll([...items, gone])).items.filter(({ uri }) => uri === gone.uri)
  assert.deepEqual((cleared as FullDocumentDiagnosticReport).items, [])
})
