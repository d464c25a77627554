import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import type {
  CodeAction,
  CompletionItem,
  CompletionList,
  DocumentLink,
  DocumentSymbol,
  FoldingRange,
  Hover,
  Location,
  SemanticTokens,
  SignatureHelp,
  TextEdit,
  WorkspaceEdit,
  WorkspaceSymbol,
} from 'vscode-languageserver-protocol/node'
import { type TestClient, startTestClient } from './testing/client.ts'

const sources = `source flights {
  from csv "data/flights.csv"
  time date
  known after 3 hours
}

entity airport(code: string)

/// Mean departure delay of the week before.
feature delay_7d of airport = mean(flights.delay) by flights.origin over 7 days {
  default 0
}
`

const model = `import { flights, delay_7d } from "sources.slip"

model late_departure {
  observe flights

  features {
    log_distance = log1p(distance)
    origin
    origin_delay = delay_7d(origin)
  }

  label late = delay > 15

  split by random seed 1 {
    train      0.7
    validation 0.15
    test       0.15
  }

  prepare {
    numeric:  impute median, standardize
    category: one_hot max 300
  }

  algorithm logistic_regression { l2 = 1.0 }
  evaluate auc, log_loss
  output   probability_late = probability(late)
}
`

const data = `date,delay,distance,origin,destination
2001-01-01 00:10:00,5,400,BOI,SEA
2001-01-02 00:10:00,20,800,SEA,BOI
`

let client: TestClient

before(async () => {
  client = await startTestClient({
    files: { 'sources.slip': sources, 'late.slip': model, 'data/flights.csv': data },
  })
  await client.open('late.slip', model)
})
after(() => client.stop())

const request = <R>(method: string, params: unknown): Promise<R> =>
  client.connection.sendRequest<R>(method, params)
const place = (word: string, text = model, file = 'late.slip') => client.at(file, text, word)

async function complete(text: string, word: string): Promise<readonly CompletionItem[]> {
  await client.open('draft.slip', text)
  const list = await request<CompletionList | null>(
    'textDocument/completion',
    place(word, text, 'draft.slip'),
  )
  await client.close('draft.slip')
  return list?.items ?? []
}
const labels = (items: readonly CompletionItem[]): string[] => items.map(item => item.label)

test('a right model has no diagnostics; a typo has one, with a code, its page and a fix', async () => {
  assert.deepEqual(await client.diagnostics('late.slip'), [])
  const wrong = model.replace('log1p(distance)', 'log1p(distnce)')
  await client.edit('late.slip', wrong)
  const found = await client.diagnostics('late.slip', all => all.length > 0)
  assert.equal(found.length, 1)
  assert.equal(found[0]!.code, 'SLIP102')
  assert.equal(found[0]!.source, 'slipway')
  assert.match(String(found[0]!.message), /distnce.*\n.*distance/)
  assert.match(found[0]!.codeDescription?.href ?? '', /^file:.*docs\/errors\.md#slip102$/)
  const { textDocument } = place('observe')
  const actions = await request<CodeAction[]>('textDocument/codeAction', {
    textDocument,
    range: found[0]!.range,
    context: { diagnostics: found },
  })
  assert.equal(actions[0]!.edit!.changes![textDocument.uri]![0]!.newText, 'distance')
  await client.edit('late.slip', model)
  assert.deepEqual(await client.diagnostics('late.slip', all => all.length === 0), [])
})

test('a file that breaks another, unopened one is reported there too', async () => {
  await client.open('sources.slip', sources.replace('source flights', 'source planes'))
  const found = await client.diagnostics('late.slip', all => all.some(d => d.code === 'SLIP101'))
  assert.ok(found.length > 0)
  await client.close('sources.slip')
  await client.diagnostics('late.slip', all => all.length === 0)
})

test('completion knows the place', async () => {
  assert.deepEqual(labels(await complete('', '|')).sort(), ['entity', 'feature', 'model', 'source'])
  assert.ok(labels(await complete('source s {\n  from ', 'from |')).includes('parquet'))
  assert.deepEqual(labels(await complete('source s {\n  from csv "data/', '"data/|')), ['flights.csv'])
  const inFeatures = await complete(
    'model m {\n  observe flights\n  features {\n    \n  }\n}',
    'features {\n    |',
  )
  assert.ok(labels(inFeatures).includes('distance'))
  assert.ok(labels(inFeatures).includes('delay_7d'))
  const line = inFeatures.find(item => item.label === 'delay_7d')!
  assert.equal((line.textEdit as TextEdit).newText, 'delay_7d = delay_7d(${1:origin})')
  const expression = await complete(
    'model m {\n  observe flights\n  features {\n    a = log(\n  }\n}',
    'log(|',
  )
  assert.ok(labels(expression).includes('distance'))
  assert.ok(labels(expression).includes('sqrt'))
  const columns = await complete('feature f of airport = mean(flights.', 'flights.|')
  assert.deepEqual(labels(columns), ['date', 'delay', 'distance', 'origin', 'destination'])
  assert.ok(labels(await complete('model m {\n  algorithm ', 'algorithm |')).includes('logistic_regression'))
  const hyper = await complete('model m {\n  algorithm logistic_regression { ', '{ |')
  assert.deepEqual(labels(hyper).sort(), ['l1', 'l2', 'max_iterations', 'tolerance'])
  assert.ok(labels(await complete('model m {\n  evaluate ', 'evaluate |')).includes('auc'))
  assert.deepEqual(await complete('// a comment ', '// a |'), [])
})

test('hover shows types, documentation and what a source holds', async () => {
  const text = async (word: string, file = 'late.slip', of = model): Promise<string> => {
    const found = await request<Hover | null>('textDocument/hover', place(word, of, file))
    return (found?.contents as { value: string } | undefined)?.value ?? ''
  }
  assert.match(await text('log1p(dist|ance)'), /column distance: int/)
  assert.match(await text('log|1p'), /Natural logarithm of 1 \+ x/)
  assert.match(await text('observe fli|ghts'), /\| `delay` \| int/)
  const feature = await text('delay_7d|(origin)')
  assert.match(feature, /feature delay_7d of airport: float/)
  assert.match(feature, /Mean departure delay of the week before\./)
  assert.match(await text('logistic_re|gression'), /L-BFGS/)
  assert.match(await text('a|uc'), /Higher is better/)
  assert.match(await text('obs|erve'), /one row, one prediction/)
  assert.equal(await text('{|'), '')
})

test('signature help follows the arguments', async () => {
  const draft = 'model m {\n  observe flights\n  features {\n    a = clip(distance, 0, '
  await client.open('draft.slip', draft)
  const help = await request<SignatureHelp>('textDocument/signatureHelp', place('0, |', draft, 'draft.slip'))
  await client.close('draft.slip')
  assert.match(help.signatures[0]!.label, /^clip\(x, low, high\)/)
  assert.equal(help.activeParameter, 2)
  const key = await request<SignatureHelp>('textDocument/signatureHelp', place('delay_7d(|'))
  assert.equal(key.signatures[0]!.label, 'delay_7d(code: string)')
})

test('definition and references cross files', async () => {
  const [found] = await request<Location[]>('textDocument/definition', place('delay_7d|(origin)'))
  assert.equal(found!.uri, client.uri('sources.slip'))
  assert.equal(found!.range.start.line, 9)
  const context = { includeDeclaration: true }
  const all = await request<Location[]>('textDocument/references', { ...place('observe fli|ghts'), context })
  assert.deepEqual([...new Set(all.map(location => location.uri))].sort(), [
    client.uri('late.slip'),
    client.uri('sources.slip'),
  ])
  const highlights = await request<unknown[]>('textDocument/documentHighlight', place('label la|te'))
  assert.equal(highlights.length, 2)
})

test('rename reaches every file, and leaves the data and the language alone', async () => {
  const range = await request<{ placeholder: string }>(
    'textDocument/prepareRename',
    place('delay_7d|(origin)'),
  )
  assert.equal(range.placeholder, 'delay_7d')
  const newName = 'delay of a week'
  const edit = await request<WorkspaceEdit>('textDocument/rename', { ...place('delay_7d|(origin)'), newName })
  assert.deepEqual(
    Object.fromEntries(
      Object.entries(edit.changes!).map(([uri, edits]) => [uri.split('/').at(-1), edits.map(e => e.newText)]),
    ),
    { 'late.slip': ['`delay of a week`'], 'sources.slip': ['`delay of a week`'] },
  )
  assert.equal(await request('textDocument/prepareRename', place('log1p(dist|ance)')), null)
  assert.equal(await request('textDocument/prepareRename', place('log|1p')), null)
  const bare = await request<WorkspaceEdit>('textDocument/rename', {
    ...place('    ori|gin\n'),
    newName: 'from_airport',
  })
  assert.deepEqual(
    bare.changes![client.uri('late.slip')]!.map(e => e.newText),
    ['from_airport = origin'],
  )
})

test('outline, workspace symbols, folding, links, colours', async () => {
  const { textDocument } = place('model')
  const outline = await request<DocumentSymbol[]>('textDocument/documentSymbol', { textDocument })
  assert.equal(outline[0]!.name, 'late_departure')
  assert.deepEqual(
    outline[0]!.children!.map(child => child.name),
    ['log_distance', 'origin', 'origin_delay', 'late', 'probability_late'],
  )
  const symbols = await request<WorkspaceSymbol[]>('workspace/symbol', { query: 'dly7' })
  assert.deepEqual(
    symbols.map(symbol => symbol.name),
    ['delay_7d'],
  )
  const folds = await request<FoldingRange[]>('textDocument/foldingRange', { textDocument })
  assert.deepEqual(folds[0], { startLine: 0, endLine: 24 })
  const links = await request<DocumentLink[]>('textDocument/documentLink', {
    textDocument: { uri: client.uri('sources.slip') },
  })
  assert.equal(links[0]!.target, client.uri('data/flights.csv'))
  const { data: tokens } = await request<SemanticTokens>('textDocument/semanticTokens/full', { textDocument })
  assert.ok(tokens.length >= 5 * 15)
  assert.equal(tokens.length % 5, 0)
})

test('formatting touches the lines that are wrong, and no other', async () => {
  const { textDocument } = place('model')
  const options = { tabSize: 2, insertSpaces: true }
  const edits = () => request<TextEdit[]>('textDocument/formatting', { textDocument, options })
  assert.deepEqual(await edits(), [])
  await client.edit(
    'late.slip',
    model.replace('  observe flights', 'observe    flights').replace('    origin\n', ' origin  \n'),
  )
  assert.deepEqual(await edits(), [
    {
      range: { start: { line: 1, character: 0 }, end: { line: 2, character: 0 } },
      newText: '  observe flights\n',
    },
    { range: { start: { line: 5, character: 0 }, end: { line: 6, character: 0 } }, newText: '    origin\n' },
  ])
  await client.edit('late.slip', model)
  await client.diagnostics('late.slip', all => all.length === 0)
})

test('columns are read again when the data changes', async () => {
  await client.write('data/flights.csv', data.replace('distance', 'kilometres'))
  await client.changed('data/flights.csv')
  const found = await client.diagnostics('late.slip', all => all.length > 0)
  assert.ok(found.some(d => String(d.message).includes('distance')))
  await client.write('data/flights.csv', data)
  await client.changed('data/flights.csv')
  await client.diagnostics('late.slip', all => all.length === 0)
})

test('garbage and foreign requests do not end the server', async () => {
  const garbage =
    'model {{{ ((( features label `\u0000 "\n feature of of = mean(((\n' + '}'.repeat(50) + '😀'.repeat(20)
  await client.open('garbage.slip', garbage)
  assert.ok((await client.diagnostics('garbage.slip')).length > 0)
  for (let offset = 0; offset < garbage.length; offset += 3) {
    const before = garbage.slice(0, offset).split('\n')
    const position = { line: before.length - 1, character: before.at(-1)!.length }
    const params = { textDocument: { uri: client.uri('garbage.slip') }, position }
    for (const method of ['completion', 'hover', 'signatureHelp', 'definition', 'prepareRename'])
      await request(`textDocument/${method}`, params)
  }
  assert.equal(
    await request('textDocument/hover', {
      textDocument: { uri: 'untitled:Untitled-1' },
      position: { line: 0, character: 0 },
    }),
    null,
  )
  const missing = {
    textDocument: { uri: client.uri('nowhere/none.slip') },
    position: { line: 9, character: 9 },
  }
  assert.equal(await request('textDocument/hover', missing), null)
  await assert.rejects(request('slipway/unknown', {}))
  await client.close('garbage.slip')
  assert.deepEqual(await client.diagnostics('garbage.slip', all => all.length === 0), [])
  assert.deepEqual(client.log, [])
})
