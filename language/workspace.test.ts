import assert from 'node:assert/strict'
import test from 'node:test'
import { type AnalysisHost, type Workspace, sameDefinition } from './index.ts'
import { catalog, columns, files, flights, host, workspaceOf } from './testing/world.ts'

const source = 'source flights {\n  from parquet "data/flights.parquet"\n  time date\n}\n'
const feature =
  'entity airport(code: string)\n\nfeature delay_7d of airport = mean(flights.delay) by flights.origin over 7 days\n'
const importSource = 'import { flights } from "source.slip"\n\n'
const importFeature = 'import { delay_7d } from "feature.slip"\n'
const model = `model late {
  observe flights
  features {
    distance
    typical = delay_7d(origin)
    twice   = typical * 2
  }
  label is_late = delay > 15
  split by random { train 0.5, test 0.5 }
  algorithm logistic_regression
}
`

const texts = {
  'source.slip': source,
  'feature.slip': importSource + feature,
  'model.slip': importFeature + importSource + model,
}
const project = (): Workspace => workspaceOf(texts)
const codes = (workspace: Workspace, path: string): readonly string[] =>
  workspace.diagnostics(path).map(({ code }) => code)

/** Where the n-th occurrence of a word begins, a little into it. */
function place(workspace: Workspace, path: string, word: string, n = 1): number {
  let at = -1
  for (let i = 0; i < n; i++) at = workspace.text(path)!.indexOf(word, at + 1)
  return at + 1
}

test('declarations are seen across files, and the plan is complete in itself', () => {
  const workspace = project()
  assert.deepEqual(workspace.files(), ['feature.slip', 'model.slip', 'source.slip'])
  for (const path of workspace.files()) assert.deepEqual(codes(workspace, path), [])
  const { plan } = workspace.plan('late')
  assert.deepEqual(Object.keys(plan!.sources), ['flights'])
  assert.deepEqual(Object.keys(plan!.catalogFeatures), ['delay_7d@0'])
})

test('the same text and schemas give the same bytes', () => {
  const other = workspaceOf(Object.fromEntries(Object.entries(texts).reverse()))
  assert.equal(JSON.stringify(project().plan('late')), JSON.stringify(other.plan('late')))
})

test('an edit in one file is seen by those that depend on it', () => {
  const workspace = project()
  assert.deepEqual(codes(workspace, 'model.slip'), [])
  workspace.setFile('feature.slip', texts['feature.slip'].replace('delay_7d', 'delay_8d'))
  assert.deepEqual(codes(workspace, 'model.slip'), ['SLIP115'])
  assert.equal(workspace.plan('late').plan, undefined)
  workspace.setFile('feature.slip', texts['feature.slip'])
  assert.deepEqual(codes(workspace, 'model.slip'), [])
  workspace.setFile('source.slip', source.replace('  time date\n', ''))
  assert.deepEqual(codes(workspace, 'feature.slip'), ['SLIP302'])
  workspace.removeFile('source.slip')
  assert.deepEqual(codes(workspace, 'model.slip'), ['SLIP114'])
})

test('an edit is checked again only where something depends on it', () => {
  const asked: string[] = []
  const counting: AnalysisHost = {
    columns: ({ path }) => {
      asked.push(path)
      return files[path]
    },
    catalog,
  }
  const workspace = workspaceOf(texts, counting)
  for (const path of workspace.files()) workspace.diagnostics(path)
  workspace.setFile('model.slip', texts['model.slip'] + '\n')
  for (const path of workspace.files()) workspace.diagnostics(path)
  assert.deepEqual(asked, ['data/flights.parquet'])
  workspace.refresh()
  workspace.diagnostics('model.slip')
  assert.deepEqual(asked, ['data/flights.parquet', 'data/flights.parquet'])
})

test('columns that become readable are asked for again after refresh', () => {
  let known = false
  const late: AnalysisHost = { columns: () => (known ? flights : undefined), catalog }
  const workspace = workspaceOf({ 'all.slip': source + feature + model }, late)
  assert.deepEqual(codes(workspace, 'all.slip'), ['SLIP404'])
  assert.equal(workspace.plan('late').plan, undefined)
  known = true
  workspace.refresh()
  assert.deepEqual(codes(workspace, 'all.slip'), [])
  assert.notEqual(workspace.plan('late').plan, undefined)
})

test('a plan is withheld for an error in anything it needs, and only for that', () => {
  const broken =
    'import { flights, airport } from "all.slip"\n\nfeature other of airport = mean(flights.nothing) by flights.origin over 7 days\n'
  const workspace = workspaceOf({ 'all.slip': source + feature + model, 'other.slip': broken })
  assert.deepEqual(codes(workspace, 'other.slip'), ['SLIP307', 'SLIP102'])
  assert.notEqual(workspace.plan('late').plan, undefined)
  workspace.setFile('all.slip', source.replace('time date', 'time origin') + feature + model)
  const { plan, diagnostics } = workspace.plan('late')
  assert.equal(plan, undefined)
  assert.deepEqual(
    diagnostics.map(({ code }) => code),
    ['SLIP201'],
  )
})

test('a feature takes the version under which the catalog holds the same definition', () => {
  const own = workspaceOf({ 'all.slip': source + feature + model })
  const { plan, source: from } = own.features()[0]!
  const held = { plan: { ...plan!, version: 3, owner: 'someone' }, source: from!, active: true }
  const registered: AnalysisHost = { ...host, catalog: { names: () => ['delay_7d'], feature: () => held } }
  const same = workspaceOf({ 'all.slip': source + feature + model }, registered)
  assert.deepEqual(Object.keys(same.plan('late').plan!.catalogFeatures), ['delay_7d@3'])
  const changed = workspaceOf(
    { 'all.slip': source + feature.replace('7 days', '8 days') + model },
    registered,
  )
  assert.deepEqual(Object.keys(changed.plan('late').plan!.catalogFeatures), ['delay_7d@0'])
  assert.equal(sameDefinition({ plan: plan!, source: from! }, held), true)
})

test('names lead to their definitions, and definitions to their uses', () => {
  const workspace = project()
  const uses = workspace.referencesAt('model.slip', place(workspace, 'model.slip', 'delay_7d'))
  assert.deepEqual(
    uses.map(({ path, definition }) => [path, definition]),
    [
      ['feature.slip', true],
      ['model.slip', false],
      ['model.slip', false],
    ],
  )
  const definition = workspace.definitionAt('model.slip', place(workspace, 'model.slip', 'flights', 2))
  assert.deepEqual(definition, { path: 'source.slip', span: { start: 7, end: 14 } })
  const column = workspace.referencesAt('model.slip', place(workspace, 'model.slip', 'delay >'))
  assert.deepEqual(
    column.map(({ path }) => path),
    ['feature.slip', 'model.slip'],
  )
  const typical = workspace.referencesAt('model.slip', place(workspace, 'model.slip', 'typical *'))
  assert.equal(typical.length, 2)
})

test('the type at an offset is that of the innermost expression', () => {
  const workspace = project()
  const kind = (word: string, n?: number) =>
    workspace.typeAt('model.slip', place(workspace, 'model.slip', word, n))?.type.kind
  assert.equal(kind('delay >'), 'int')
  assert.equal(kind(' > 15'), 'bool')
  assert.equal(kind('twice'), 'float')
  assert.equal(kind('typical', 1), 'float')
  assert.equal(kind('origin'), 'string')
})

test('the outline shows declarations with what they declare', () => {
  const workspace = project()
  const [outline] = workspace.symbols('model.slip')
  assert.equal(outline?.name, 'late')
  assert.deepEqual(
    outline?.children.map(({ kind, name }) => `${kind} ${name}`),
    ['modelFeature distance', 'modelFeature typical', 'modelFeature twice', 'label is_late'],
  )
})

test('a unit of the text is kept for a column of the file', () => {
  const declared = source.replace('time date', 'time date\n  columns { delay: int unit "minutes" }')
  const workspace = workspaceOf(
    { 'a.slip': declared },
    { ...host, columns: () => columns('date timestamp', 'delay int?') },
  )
  assert.deepEqual(workspace.sources()[0]?.plan?.columns[1]?.type, {
    kind: 'int',
    nullable: true,
    unit: 'minutes',
  })
})
