import assert from 'node:assert/strict'
import test from 'node:test'
import type { Workspace } from './index.ts'
import { workspaceOf } from './testing/world.ts'

const shared = `source flights {
  from parquet "data/flights.parquet"
  time date
}

entity airport(code: string)

feature delay_7d of airport = mean(flights.delay) by flights.origin over 7 days
`
const imports = 'import { flights as planes, airport, delay_7d } from "shared/flights.slip"\n\n'
const model = `model late {
  observe planes
  features { distance, typical = delay_7d(origin), far = planes.distance > 100 }
  label is_late = delay > 15
  split by random { train 0.5, test 0.5 }
  algorithm logistic_regression
}

feature n of airport = count() by planes.origin over 1 day
`
const texts = { 'shared/flights.slip': shared, 'late.slip': imports + model }
const codes = (workspace: Workspace, path: string): readonly string[] =>
  workspace.diagnostics(path).map(({ code }) => code)

/** Where the n-th occurrence of a word begins, a little into it. */
function place(workspace: Workspace, path: string, word: string, n = 1): number {
  let at = -1
  for (let i = 0; i < n; i++) at = workspace.text(path)!.indexOf(word, at + 1)
  assert.ok(at >= 0, word)
  return at + 1
}

/** The files after the edits. */
function edited(
  workspace: Workspace,
  edits: readonly { path: string; span: { start: number; end: number }; text: string }[],
) {
  const changed = Object.fromEntries(workspace.files().map(path => [path, workspace.text(path)!]))
  for (const { path, span, text } of edits.toSorted((a, b) => b.span.start - a.span.start))
    changed[path] = changed[path]!.slice(0, span.start) + text + changed[path]!.slice(span.end)
  return changed
}

function renamed(
  workspace: Workspace,
  path: string,
  at: number,
  name: string,
): Readonly<Record<string, string>> {
  const result = workspace.rename(path, at, name)
  assert.ok(result && 'edits' in result, JSON.stringify(result))
  return edited(workspace, result.edits)
}

test('a file sees what it imports, by the name that it gives', () => {
  const workspace = workspaceOf(texts)
  assert.deepEqual(codes(workspace, 'late.slip'), ['SLIP307'])
  const { plan } = workspace.plan('late')
  assert.deepEqual(Object.keys(plan!.sources), ['flights'])
  assert.deepEqual(Object.keys(plan!.catalogFeatures), ['delay_7d@0'])
  assert.equal(workspace.resolve('late.slip', 'source', 'planes')?.path, 'shared/flights.slip')
  assert.equal(workspace.resolve('late.slip', 'source', 'flights'), undefined)
})

test('two sources of one name, of two files, stand beside each other in a plan', () => {
  const other = `source flights { from csv "data/birdstrikes.csv", time \`Flight Date\` }

entity place(name: string)

feature strikes of place = count() by flights.\`Airport Name\` over 7 days
`
  const text = `import { flights } from "shared/flights.slip"
import { strikes } from "other.slip"

${model.replaceAll('planes', 'flights').replace('delay_7d(origin)', 'strikes(origin)').split('feature n')[0]!}`
  const workspace = workspaceOf({ 'shared/flights.slip': shared, 'other.slip': other, 'late.slip': text })
  assert.deepEqual(codes(workspace, 'late.slip'), [])
  const { plan } = workspace.plan('late')
  const paths = Object.values(plan!.sources).map(source => source.path)
  assert.deepEqual(paths.sort(), ['data/birdstrikes.csv', 'data/flights.parquet'])
  const strikes = plan!.catalogFeatures['strikes@0']!
  assert.equal(strikes.kind === 'window' && plan!.sources[strikes.source]!.path, 'data/birdstrikes.csv')
})

test('a cycle of imports is fine', () => {
  const workspace = workspaceOf({
    'a.slip':
      'import { airport } from "b.slip"\n\nsource flights { from parquet "data/flights.parquet", time date }\n\nfeature n of airport = count() by flights.origin over 1 day\n',
    'b.slip':
      'import { flights } from "a.slip"\n\nentity airport(code: string)\n\nfeature m of airport = count() by flights.origin over 1 day\n',
  })
  assert.deepEqual(codes(workspace, 'a.slip'), [])
  assert.deepEqual(codes(workspace, 'b.slip'), [])
})

test('a cell sees the cells above it, the nearest first', () => {
  const workspace = workspaceOf({})
  workspace.setFile(
    'n.ipynb#1',
    'import { airport } from "e.slip"\nsource flights { from csv "data/airports.csv" }\n',
    { above: [] },
  )
  workspace.setFile('n.ipynb#2', shared.split('entity')[0]!, { above: ['n.ipynb#1'] })
  workspace.setFile('n.ipynb#3', 'feature n of airport = count() by flights.origin over 1 day\n', {
    above: ['n.ipynb#1', 'n.ipynb#2'],
  })
  workspace.setFile('e.slip', 'entity airport(code: string)\n')
  for (const path of workspace.files()) assert.deepEqual(codes(workspace, path), [], path)
  workspace.setFile('n.ipynb#3', workspace.text('n.ipynb#3')!, { above: ['n.ipynb#1'] })
  assert.deepEqual(codes(workspace, 'n.ipynb#3'), ['SLIP302', 'SLIP102'])
  assert.deepEqual(
    workspace.exports().map(({ name }) => name),
    ['airport'],
  )
  assert.deepEqual(workspace.importFor('e.slip', 'source', 'flights'), [])
})

test('a call that the catalog answers takes it, and says that there is a declaration', () => {
  const declared = shared.replace('delay_7d', 'arrival_delay')
  const text = `import { flights } from "shared/flights.slip"\n\n${model.replaceAll('planes', 'flights').replace('delay_7d', 'arrival_delay').split('feature n')[0]!}`
  const workspace = workspaceOf({ 'shared/flights.slip': declared, 'late.slip': text })
  const [hint] = workspace.diagnostics('late.slip')
  assert.equal(hint?.code, 'SLIP118')
  assert.deepEqual(Object.keys(workspace.plan('late').plan!.catalogFeatures), ['arrival_delay@2'])
  assert.deepEqual(
    workspace.resolutions('late.slip').map(({ name, version, pinned }) => [name, version, pinned]),
    [['arrival_delay', 2, false]],
  )
  const after = workspaceOf(edited(workspace, hint.fixes![0]!.edits))
  assert.deepEqual(codes(after, 'late.slip'), [])
  assert.deepEqual(Object.keys(after.plan('late').plan!.catalogFeatures), ['arrival_delay@0'])
})

test('what a plan needs of another file counts, imports included', () => {
  const workspace = workspaceOf({
    ...texts,
    'late.slip': texts['late.slip'].replace('shared/flights', 'shared/nothing'),
  })
  assert.deepEqual(
    codes(workspace, 'late.slip').filter(code => code !== 'SLIP307'),
    ['SLIP114'],
  )
  const { plan, diagnostics } = workspace.plan('late')
  assert.equal(plan, undefined)
  assert.deepEqual(
    diagnostics.map(({ code }) => code),
    ['SLIP114'],
  )
})

test('an import is checked again only when a name has changed', () => {
  const workspace = workspaceOf(texts)
  assert.deepEqual(codes(workspace, 'late.slip'), ['SLIP307'])
  workspace.setFile('shared/flights.slip', shared.replace('source flights', '\n// moved\nsource flights'))
  assert.deepEqual(codes(workspace, 'late.slip'), ['SLIP307'])
  const definition = workspace.definitionAt('late.slip', place(workspace, 'late.slip', 'planes', 2))
  assert.equal(definition?.span.start, workspace.text('shared/flights.slip')!.indexOf('flights {'))
  workspace.setFile('shared/flights.slip', shared.replace('source flights', 'source flight'))
  assert.ok(codes(workspace, 'late.slip').includes('SLIP115'))
  workspace.setFile('shared/flights.slip', shared)
  assert.deepEqual(codes(workspace, 'late.slip'), ['SLIP307'])
})

test('renaming a declaration renames it in imports and uses, and leaves aliases', () => {
  const workspace = workspaceOf(texts)
  const at = place(workspace, 'shared/flights.slip', 'flights')
  assert.equal(workspace.renameTarget('shared/flights.slip', at)?.name, 'flights')
  const files = renamed(workspace, 'shared/flights.slip', at, 'departures')
  assert.match(files['late.slip']!, /^import \{ departures as planes, airport, delay_7d \}/)
  assert.match(files['late.slip']!, /observe planes/)
  assert.match(files['shared/flights.slip']!, /mean\(departures\.delay\) by departures\.origin/)
  assert.deepEqual(codes(workspaceOf(files), 'late.slip'), ['SLIP307'])
  const feature = renamed(
    workspace,
    'late.slip',
    place(workspace, 'late.slip', 'delay_7d', 2),
    'delay of a week',
  )
  assert.match(feature['late.slip']!, /import \{ flights as planes, airport, `delay of a week` \}/)
  assert.match(feature['late.slip']!, /typical = `delay of a week`\(origin\)/)
  assert.match(feature['shared/flights.slip']!, /feature `delay of a week` of/)
  assert.deepEqual(codes(workspaceOf(feature), 'late.slip'), ['SLIP307'])
})

test('a pinned version keeps its name', () => {
  const pinned =
    'import { delay_7d, airport } from "shared/flights.slip"\n\nfeature p of airport = delay_7d@1 + delay_7d\n'
  const workspace = workspaceOf({ ...texts, 'pinned.slip': pinned })
  const files = renamed(workspace, 'pinned.slip', place(workspace, 'pinned.slip', 'delay_7d', 3), 'weekly')
  assert.match(files['pinned.slip']!, /import \{ weekly, airport \}[^]*= delay_7d@1 \+ weekly/)
  assert.equal(
    workspace.renameTarget('pinned.slip', place(workspace, 'pinned.slip', 'delay_7d', 2)),
    undefined,
  )
})

test('renaming an alias renames the alias', () => {
  const workspace = workspaceOf(texts)
  const target = workspace.renameTarget('late.slip', place(workspace, 'late.slip', 'planes', 2))
  assert.deepEqual([target?.name, target?.alias], ['planes', true])
  const files = renamed(workspace, 'late.slip', place(workspace, 'late.slip', 'planes', 2), 'machines')
  assert.match(files['late.slip']!, /^import \{ flights as machines, /)
  assert.match(files['late.slip']!, /observe machines[^]*machines\.distance[^]*by machines\.origin/)
  assert.equal(files['shared/flights.slip'], shared)
  assert.deepEqual(codes(workspaceOf(files), 'late.slip'), ['SLIP307'])
})

test('a name that is taken or none is refused, in a sentence', () => {
  const workspace = workspaceOf({ ...texts, 'other.slip': 'feature m of x = 1\nmodel late_2 { }\n' })
  const problem = (path: string, word: string, name: string, n = 1) => {
    const result = workspace.rename(path, place(workspace, path, word, n), name)
    assert.ok(result && 'problem' in result, `${word} → ${name}: ${JSON.stringify(result)}`)
    return result.problem
  }
  assert.match(problem('late.slip', 'delay_7d', 'm'), /"other.slip" has a feature `m` already/)
  assert.match(problem('late.slip', 'late', 'late_2'), /has a model `late_2` already/)
  assert.match(problem('late.slip', 'delay_7d', 'log'), /is a function/)
  assert.match(problem('late.slip', 'delay_7d', '  '), /Expected a name/)
  assert.match(problem('late.slip', 'delay_7d', 'a`b'), /Expected a name/)
  assert.match(problem('late.slip', 'typical', 'far'), /has a feature `far` already/)
  assert.match(problem('late.slip', 'typical', 'delay'), /is a column/)
  assert.equal(workspace.rename('late.slip', place(workspace, 'late.slip', 'delay >'), 'x'), undefined)
})

test('a bare feature keeps its column when it is renamed', () => {
  const workspace = workspaceOf(texts)
  const files = renamed(workspace, 'late.slip', place(workspace, 'late.slip', 'distance'), 'miles')
  assert.match(files['late.slip']!, /features \{ miles = distance, /)
  assert.deepEqual(codes(workspaceOf(files), 'late.slip'), ['SLIP307'])
})

test('moving a file, or a folder, is followed by the imports', () => {
  const workspace = workspaceOf(texts)
  assert.deepEqual(workspace.importers('shared/flights.slip'), ['late.slip'])
  assert.deepEqual(
    workspace.imports('late.slip').map(({ target }) => target),
    ['shared/flights.slip'],
  )
  for (const [from, to, path] of [
    ['shared/flights.slip', 'data/all.slip', 'data/all.slip'],
    ['shared', 'a/b', 'a/b/flights.slip'],
  ] as const) {
    const files = edited(workspace, workspace.renameFile(from, to))
    assert.match(files['late.slip']!, new RegExp(`from "${path}"`))
    const { 'shared/flights.slip': moved, ...rest } = files
    assert.deepEqual(codes(workspaceOf({ ...rest, [path]: moved! }), 'late.slip'), ['SLIP307'])
  }
  assert.deepEqual(workspace.renameFile('late.slip', 'later.slip'), [])
})

test('a new import goes where imports go', () => {
  const workspace = workspaceOf({ ...texts })
  const first = (text: string): string => {
    workspace.setFile('new.slip', text)
    const [fix] = workspace.importFor('new.slip', 'entity', 'airport')
    return edited(workspace, fix!.edits)['new.slip']!
  }
  const line = 'import { airport } from "shared/flights.slip"'
  assert.equal(first('entity a(b: int)\n'), `${line}\n\nentity a(b: int)\n`)
  assert.equal(first(''), `${line}\n`)
  assert.equal(
    first('// Of the file.\n\n/// Of a.\nentity a(b: int)\n'),
    `// Of the file.\n\n${line}\n\n/// Of a.\nentity a(b: int)\n`,
  )
  assert.equal(first('/// Of a.\nentity a(b: int)\n'), `${line}\n\n/// Of a.\nentity a(b: int)\n`)
  assert.equal(
    first('// slip-ignore SLIP307 why\n\nentity a(b: int)\n'),
    `${line}\n\n// slip-ignore SLIP307 why\n\nentity a(b: int)\n`,
  )
  assert.equal(
    first('import { m } from "late.slip"\n\nentity a(b: int)\n'),
    `import { m } from "late.slip"\n${line}\n\nentity a(b: int)\n`,
  )
  assert.equal(
    first('import { flights } from "shared/flights.slip"\n'),
    `import { flights, airport } from "shared/flights.slip"\n`,
  )
})

test('callers and callees of features', () => {
  const derived =
    'import { airport, delay_7d } from "shared/flights.slip"\n\nfeature twice of airport = delay_7d * 2\n'
  const workspace = workspaceOf({ ...texts, 'derived.slip': derived })
  const callers = workspace.callers({ kind: 'feature', name: 'delay_7d' })
  assert.deepEqual(
    callers.map(({ kind, name, places }) => [kind, name, places.length]),
    [
      ['feature', 'twice', 1],
      ['model', 'late', 1],
    ],
  )
  const callees = workspace.callees({ kind: 'feature', name: 'delay_7d' })
  assert.deepEqual(
    callees.map(({ symbol }) => `${symbol.kind} ${symbol.name}`),
    ['column delay', 'column origin'],
  )
  const read = workspace.callees({ kind: 'feature', name: 'twice' })
  assert.deepEqual(
    read.map(({ symbol, definition }) => [symbol.name, definition?.path]),
    [['delay_7d', 'shared/flights.slip']],
  )
  const column = workspace.callers({
    kind: 'column',
    name: 'origin',
    container: 'flights',
    path: 'shared/flights.slip',
  })
  assert.deepEqual(
    column.map(({ name }) => name),
    ['late', 'n', 'delay_7d'],
  )
})
