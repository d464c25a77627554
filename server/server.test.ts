import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import test from 'node:test'
import {
  type Diagnostic,
  type Hover,
  LSPErrorCodes,
  type Location,
  type TextEdit,
} from 'vscode-languageserver-protocol/node'
import { usualCapabilities } from './testing/client.ts'
import { data, files, model, openFlights, sources } from './testing/flights.ts'

const codes = (found: readonly Diagnostic[]) => found.map(({ code }) => code)

test('a right model has no diagnostics; a typo has one, with a code, its page, and its place', async t => {
  const client = await openFlights(t)
  await client.edit('late.slip', model.replace('log1p(distance)', 'log1p(distnce)'))
  const [found, ...others] = await client.diagnostics('late.slip', all => all.length > 0)
  assert.deepEqual(others, [])
  assert.equal(found!.code, 'SLIP102')
  assert.equal(found!.source, 'slipway')
  assert.match(String(found!.message), /distnce.*\n.*distance/)
  assert.match(found!.codeDescription?.href ?? '', /^file:.*docs\/errors\.md#slip102$/)
  assert.deepEqual(found!.range, { start: { line: 6, character: 25 }, end: { line: 6, character: 32 } })
  await client.edit('late.slip', model)
  assert.deepEqual(await client.diagnostics('late.slip', all => all.length === 0), [])
})

test('a file that breaks another, unopened one is reported there too', async t => {
  const client = await openFlights(t)
  await client.close('late.slip')
  await client.open('sources.slip', sources.replace('source flights', 'source planes'))
  const found = await client.diagnostics('late.slip', all => all.length > 0)
  assert.ok(codes(found).includes('SLIP115'))
  await client.close('sources.slip')
  await client.diagnostics('late.slip', all => all.length === 0)
})

test('only open files are reported when that is set', async t => {
  const settings = { diagnostics: { scope: 'openFiles' } }
  const broken = { ...files, 'broken.slip': 'model {' }
  const client = await openFlights(t, { files: broken, settings, capabilities: asked })
  await client.edit('late.slip', model.replace('distance)', 'distnce)'))
  await client.diagnostics('late.slip', all => all.length > 0)
  await assert.rejects(client.diagnostics('broken.slip', all => all.length > 0, 1000))
})
const asked = {
  ...usualCapabilities,
  workspace: { ...usualCapabilities.workspace, configuration: true },
}

test('slipway.json has its own problems', async t => {
  const client = await openFlights(t, {
    files: { ...files, 'slipway.json': '{ "language": 9, "catalgo": "x" }' },
  })
  assert.deepEqual(codes(await client.diagnostics('slipway.json', all => all.length > 0)), [
    'SLIP406',
    'LIB101',
  ])
  await client.open('slipway.json', '{ "language": 9 }')
  assert.deepEqual(codes(await client.diagnostics('slipway.json', all => all.length === 1)), ['SLIP406'])
  await client.edit('slipway.json', '{ "language": 1 }')
  await client.diagnostics('slipway.json', all => all.length === 0)
  await client.close('slipway.json')
  await client.diagnostics('slipway.json', all => all.length === 2)
})

test('columns are read again when the data changes', async t => {
  const client = await openFlights(t)
  await client.write('data/flights.csv', data.replace('distance', 'kilometres'))
  await client.changed('data/flights.csv')
  const found = await client.diagnostics('late.slip', all => all.length > 0)
  assert.ok(found.some(({ message }) => String(message).includes('distance')))
  await client.write('data/flights.csv', data)
  await client.changed('data/flights.csv')
  await client.diagnostics('late.slip', all => all.length === 0)
})

test('for an editor that does not watch files, the server does', async t => {
  const client = await openFlights(t, { capabilities: {} })
  await client.write('new/folder/broken.slip', 'model {')
  await client.diagnostics('new/folder/broken.slip', all => all.length > 0)
  await client.write('new/folder/broken.slip', 'entity e(k: string)\n')
  await client.diagnostics('new/folder/broken.slip', all => all.length === 0)
  await client.write('data/flights.csv', data.replace('distance', 'kilometres'))
  await client.diagnostics('late.slip', all => all.length > 0)
  await rm(path.join(client.root, 'data'), { recursive: true })
  await client.diagnostics('sources.slip', all => codes(all).includes('SLIP404'))
})

test('a mark of the byte order and line ends of any kind move nothing', async t => {
  const crlf = `\uFEFF${sources}`.replaceAll('\n', '\r\n')
  const client = await openFlights(t, { files: { ...files, 'sources.slip': crlf } })
  const [found] = await client.ask<Location[]>('definition', 'observe fli|ghts')
  assert.deepEqual(found!.range.start, { line: 0, character: 7 })
})

test('an editor may count columns in bytes or in code points', async t => {
  const text = 'source s { from csv "é😀.csv" }\nfeature f of nowhere = 1 // é\n'
  for (const [encoding, column] of [
    ['utf-8', 33],
    ['utf-16', 30],
    ['utf-32', 29],
  ] as const) {
    const general = { positionEncodings: [encoding] }
    const client = await openFlights(t, { capabilities: { ...usualCapabilities, general } })
    assert.equal(client.capabilities.positionEncoding, encoding)
    const wrong = text.replace('csv"', 'csv" oops')
    await client.open('draft.slip', wrong)
    const found = await client.diagnostics('draft.slip', all => all.some(d => d.range.start.line === 0))
    const ours = found.find(({ range, code }) => range.start.line === 0 && code !== 'SLIP404')!
    assert.equal(ours.range.start.character, column)
    await client.close('draft.slip')
  }
})

test('a document that changes in the middle of a character is what the editor has', async t => {
  const general = { positionEncodings: ['utf-8'] }
  const client = await openFlights(t, { capabilities: { ...usualCapabilities, general } })
  await client.open('draft.slip', '// é😀 x\nentity   e(k: string)\n')
  const start = { line: 0, character: 10 }
  await client.connection.sendNotification('textDocument/didChange', {
    textDocument: { uri: client.uri('draft.slip'), version: 2 },
    contentChanges: [{ range: { start, end: { line: 0, character: 11 } }, text: 'y\n// z' }],
  })
  const edits = await client.connection.sendRequest<TextEdit[]>('textDocument/formatting', {
    textDocument: { uri: client.uri('draft.slip') },
    options: { tabSize: 2, insertSpaces: true },
  })
  assert.deepEqual(
    edits.map(({ range }) => range.start),
    [{ line: 2, character: 7 }],
  )
})

test('a request that is taken back is answered so, and the server goes on', async t => {
  const client = await openFlights(t)
  const { connection } = client
  const codesOf = await Promise.all(
    Array.from({ length: 20 }, async (_, id) => {
      const source = new (await import('vscode-languageserver-protocol/node')).CancellationTokenSource()
      const answer = connection.sendRequest('workspace/symbol', { query: `${id}` }, source.token)
      source.cancel()
      return answer.then(
        () => 0,
        (error: { code: number }) => error.code,
      )
    }),
  )
  assert.ok(codesOf.includes(LSPErrorCodes.RequestCancelled))
  assert.ok(codesOf.every(code => code === 0 || code === LSPErrorCodes.RequestCancelled))
  assert.ok(await client.ask<Hover | null>('hover', 'log1p(dist|ance)'))
  assert.deepEqual(client.log, [])
})

test('an answer about a text that has changed meanwhile is not given', async t => {
  const client = await openFlights(t)
  await client.open('elsewhere/other.slip', 'entity e(k: string)\n')
  // The project of another folder has to be read first, and the text changes while that is done.
  const hover = client.connection.sendRequest('textDocument/hover', {
    textDocument: { uri: client.uri('elsewhere/other.slip') },
    position: { line: 0, character: 8 },
  })
  await client.edit('elsewhere/other.slip', 'entity f(k: string)\n')
  const outcome = await hover.then(
    () => 'answered',
    (error: { code: number }) => error.code,
  )
  assert.ok(outcome === 'answered' || outcome === LSPErrorCodes.ContentModified)
  assert.deepEqual(await client.diagnostics('elsewhere/other.slip'), [])
})

test('garbage and foreign requests do not end the server', async t => {
  const client = await openFlights(t)
  const { connection } = client
  const garbage =
    'model {{{ ((( features label `\u0000 "\n feature of of = mean(((\n' + '}'.repeat(50) + '😀'.repeat(20)
  await client.open('garbage.slip', garbage)
  assert.ok((await client.diagnostics('garbage.slip')).length > 0)
  const textDocument = { uri: client.uri('garbage.slip') }
  const about = [
    'completion', 'hover', 'signatureHelp', 'definition', 'typeDefinition', 'prepareRename', 'documentHighlight',
    'linkedEditingRange', 'prepareCallHierarchy',
  ] // prettier-ignore
  for (let offset = 0; offset < garbage.length; offset += 7) {
    const before = garbage.slice(0, offset).split('\n')
    const position = { line: before.length - 1, character: before.at(-1)!.length }
    for (const method of about)
      await connection.sendRequest(`textDocument/${method}`, { textDocument, position })
    await connection.sendRequest('textDocument/selectionRange', { textDocument, positions: [position] })
  }
  for (const method of [
    'semanticTokens/full',
    'foldingRange',
    'documentSymbol',
    'documentLink',
    'formatting',
  ])
    await connection.sendRequest(`textDocument/${method}`, { textDocument, options: {} })
  const missing = {
    textDocument: { uri: client.uri('nowhere/none.slip') },
    position: { line: 9, character: 9 },
  }
  assert.equal(await connection.sendRequest('textDocument/hover', missing), null)
  await assert.rejects(connection.sendRequest('slipway/unknown', {}))
  assert.deepEqual(client.log, [])
})

test('parameters that make no sense are survived', async t => {
  const client = await openFlights(t)
  const { connection } = client
  const odd = [
    {},
    { textDocument: {} },
    { textDocument: { uri: 5 } },
    { textDocument: { uri: '%%%' }, position: -1 },
  ]
  for (const params of odd) {
    for (const method of ['hover', 'completion', 'definition', 'foldingRange', 'diagnostic', 'codeAction'])
      await connection.sendRequest(`textDocument/${method}`, params).catch(() => undefined)
    for (const method of ['didOpen', 'didChange', 'didClose', 'didSave'])
      await connection.sendNotification(`textDocument/${method}`, params)
  }
  const known = { textDocument: { uri: client.uri('late.slip') } }
  for (const position of [{ line: -5, character: 1e9 }, { line: 'x' }, null])
    await connection.sendRequest('textDocument/hover', { ...known, position })
  await connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri: 'nonsense' }] })
  await connection.sendNotification('notebookDocument/didChange', {
    notebookDocument: { uri: 'none' },
    change: {},
  })
  assert.ok(await client.ask<Hover | null>('hover', 'log1p(dist|ance)'))
})

test('documents that are no files are looked at alone', async t => {
  const client = await openFlights(t)
  for (const name of ['untitled:Untitled-1', 'untitled:Untitled-2']) {
    const textDocument = {
      uri: name,
      languageId: 'slipway',
      version: 1,
      text: 'entity airport(code: string)\n',
    }
    await client.connection.sendNotification('textDocument/didOpen', { textDocument })
    assert.deepEqual(await client.diagnosticsOf(name), [])
  }
})
