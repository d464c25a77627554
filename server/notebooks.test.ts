import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import type {
  CompletionList,
  Diagnostic,
  DocumentDiagnosticReport,
  DocumentSymbol,
  Hover,
  Location,
  SemanticTokens,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageserver-protocol/node'
import { positionAfter, startTestClient } from './testing/client.ts'
import { files } from './testing/flights.ts'

const source = '%%slip\nsource here {\n  from csv "data/flights.csv"\n  time date\n}\n'
const entity = '%%slip\nentity place(code: string)\n'
const feature =
  '%%slip\nfeature n_1d of place = count(here.delay) by here.origin over 1 day {\n  default 0\n}\n'

type Accept = (found: readonly Diagnostic[]) => boolean

interface Cell {
  readonly kind: number
  readonly document: string
}

/** A notebook of the project in an editor, with cells of which the URIs say nothing. */
async function openNotebook(t: TestContext, texts: readonly string[]) {
  const client = await startTestClient({ files })
  t.after(() => client.stop())
  const notebook = client.uri('work.ipynb')
  const uri = (name: number | string): string => `vscode-notebook-cell:/Some%20where#X${name}=`
  const item = (name: number | string, text: string) => ({
    uri: uri(name),
    languageId: 'slipway',
    version: 1,
    text,
  })
  let version = 1
  const cell = (name: number | string): Cell => ({ kind: 2, document: uri(name) })
  await client.connection.sendNotification('notebookDocument/didOpen', {
    notebookDocument: {
      uri: notebook,
      notebookType: 'jupyter-notebook',
      version,
      cells: texts.map((_, i) => cell(i)),
    },
    cellTextDocuments: texts.map((text, i) => item(i, text)),
  })
  const change = (cells: object) =>
    client.connection.sendNotification('notebookDocument/didChange', {
      notebookDocument: { uri: notebook, version: ++version },
      change: { cells },
    })
  return {
    client,
    uri,
    cell,
    item,
    change,
    edit: (name: number, text: string) =>
      change({ textContent: [{ document: { uri: uri(name), version: ++version }, changes: [{ text }] }] }),
    ask: <R>(method: string, name: number, word: string, more: object = {}) =>
      client.connection.sendRequest<R>(`textDocument/${method}`, {
        textDocument: { uri: uri(name) },
        ...(word && { position: positionAfter(texts[name]!, word) }),
        ...more,
      }),
    /** Of a cell, hints left out: a notebook may well declare what it does not use. */
    async diagnostics(name: number | string, accept: Accept = () => true): Promise<readonly Diagnostic[]> {
      const serious = (found: readonly Diagnostic[]) => found.filter(({ severity }) => severity !== 4)
      return serious(await client.diagnosticsOf(uri(name), found => accept(serious(found))))
    },
  }
}

const codes = (found: readonly Diagnostic[]) => found.map(({ code }) => code)

test('a cell sees what the cells above it declare, and columns of the data', async t => {
  const book = await openNotebook(t, [source, entity, feature])
  assert.deepEqual(await book.diagnostics(2), [])
  const [definition] = await book.ask<Location[]>('definition', 2, 'mean|'.replace('mean', 'count(here'))
  assert.equal(definition!.uri, book.uri(0))
  const list = await book.ask<CompletionList>('completion', 2, 'count(here.|')
  assert.ok(list.items.some(({ label }) => label === 'distance'))
  const hover = await book.ask<Hover>('hover', 2, 'of pla|ce')
  assert.match(JSON.stringify(hover.contents), /place/)
  const { data } = await book.ask<SemanticTokens>('semanticTokens/full', 2, '')
  assert.ok(data.length > 0)
  const [symbol] = await book.ask<DocumentSymbol[]>('documentSymbol', 2, '')
  assert.equal(symbol!.name, 'n_1d')
  assert.deepEqual(book.client.log, [])
})

test('renaming reaches the other cells, and formatting keeps the line that says the language', async t => {
  const untidy = feature.replace('  default', 'default').replace('\n', '\n\n\n')
  const book = await openNotebook(t, [source, entity, untidy])
  const edit = await book.ask<WorkspaceEdit>('rename', 0, 'source he|re', { newName: 'there' })
  assert.deepEqual(
    Object.fromEntries(Object.entries(edit.changes!).map(([uri, edits]) => [uri, edits.length])),
    {
      [book.uri(0)]: 1,
      [book.uri(2)]: 2,
    },
  )
  const edits = await book.ask<TextEdit[]>('formatting', 2, '', {
    options: { tabSize: 2, insertSpaces: true },
  })
  assert.ok(edits.length > 0)
  assert.ok(edits.every(({ range }) => range.start.line > 0 || range.start.character >= '%%slip'.length))
})

test('moving, removing and adding cells changes what is seen', async t => {
  const book = await openNotebook(t, [source, entity, feature])
  assert.deepEqual(await book.diagnostics(2), [])
  // The feature goes to the top: what it needs is below it now.
  const moved = [book.cell(2), book.cell(0), book.cell(1)]
  await book.change({ structure: { array: { start: 0, deleteCount: 3, cells: moved } } })
  assert.ok((await book.diagnostics(2, found => found.length > 0)).length >= 2)
  await book.change({ structure: { array: { start: 0, deleteCount: 1 }, didClose: [{ uri: book.uri(2) }] } })
  assert.deepEqual(
    await book.diagnostics(2, found => found.length === 0),
    [],
    'nothing is said of what is gone',
  )
  await book.change({
    structure: {
      array: { start: 2, deleteCount: 0, cells: [book.cell('new')] },
      didOpen: [book.item('new', feature)],
    },
  })
  assert.deepEqual(await book.diagnostics('new'), [])
  // A cell of prose declares nothing.
  await book.change({ data: [{ kind: 1, document: book.uri(0) }] })
  assert.deepEqual(codes(await book.diagnostics('new', found => found.length > 0)), ['SLIP101'])
  await book.change({ data: [{ kind: 2, document: book.uri(0) }] })
  await book.diagnostics('new', found => found.length === 0)
  assert.deepEqual(book.client.log, [])
})

test('an edit in a cell is seen below it, not above it', async t => {
  const book = await openNotebook(t, [source, entity, feature])
  await book.diagnostics(2)
  await book.edit(1, entity.replace('place', 'town'))
  assert.deepEqual(codes(await book.diagnostics(2, found => found.length > 0)), ['SLIP104'])
  await book.edit(1, entity)
  await book.diagnostics(2, found => found.length === 0)
})

test('cells that come as documents work, each alone; files of the project stay as they are', async t => {
  const client = await startTestClient({ files })
  t.after(() => client.stop())
  for (const [name, text] of [
    ['a', entity],
    ['b', entity],
  ] as const) {
    const textDocument = { uri: `vscode-notebook-cell:/x#${name}`, languageId: 'slipway', version: 1, text }
    await client.connection.sendNotification('textDocument/didOpen', { textDocument })
    assert.deepEqual(await client.diagnosticsOf(textDocument.uri), [])
  }
  const report = await client.connection.sendRequest<DocumentDiagnosticReport | null>('textDocument/hover', {
    textDocument: { uri: 'vscode-notebook-cell:/x#a' },
    position: { line: 1, character: 9 },
  })
  assert.notEqual(report, null)
  assert.deepEqual(client.log, [])
})

test('a closed notebook leaves nothing behind', async t => {
  const book = await openNotebook(t, [source, feature])
  await book.diagnostics(1, found => found.length > 0)
  const notebookDocument = { uri: book.client.uri('work.ipynb') }
  await book.client.connection.sendNotification('notebookDocument/didClose', {
    notebookDocument,
    cellTextDocuments: [{ uri: book.uri(0) }, { uri: book.uri(1) }],
  })
  assert.deepEqual(await book.diagnostics(1, found => found.length === 0), [])
  assert.equal(await book.ask('hover', 0, 'source he|re'), null)
})
