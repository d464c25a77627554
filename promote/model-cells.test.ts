/** Cells in the model language: what files a pipeline has of them, and what its steps say. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { editsToCells } from './back.ts'
import { notebookDependencies } from './dependencies.ts'
import { propose } from './propose.ts'
import { createTestRequest, notebookText, type TestCell } from './testing/types.ts'

const request = createTestRequest()
type Log = Parameters<typeof notebookText>[1]

async function promote(cells: readonly (TestCell | string)[], log?: Log) {
  const proposal = await propose({ ...request, notebook: notebookText(cells, log) })
  assert.deepEqual(proposal.diagnostics, [])
  const files = proposal.pipeline!.files
  const of = (folder: string) => Object.entries(files).filter(([path]) => path.startsWith(folder))
  const steps = of('steps/')
    .map(([, text]) => text)
    .join('\n')
  const models = Object.fromEntries(of('models/').map(([path, text]) => [path.slice('models/'.length), text]))
  return { ...proposal, files, steps, models }
}

const source = 'source flights { from csv "data/flights.csv" }'
const late = 'model late {\n  observe flights\n  // what matters\n  label l = delay > 15\n}'
const trained = { source: 'const trained = await late.train()\ntrained', output: 'model' }

test('a cell becomes a file, its model a line, and both have a place in the cell', async () => {
  const cell = `%%slip\n\n${source}\n\n${late}\n`
  const { steps, models, files, kept, pipeline } = await promote([cell, trained])
  assert.deepEqual(models, { 'cells/late.slip': `${source}\n\n${late}\n` })
  assert.match(steps, /import \{ model, type TrainedModel \} from 'slipway'/)
  assert.match(steps, /const late = model\('cells\/late\.slip'\)\n\s+const trained = await late\.train\(\)/)
  assert.deepEqual(
    pipeline!.lock.models.map(({ path }) => path),
    ['cells/late.slip'],
  )
  assert.equal(kept[0]?.text, late)
  const { spans } = JSON.parse(files['map.json']!) as {
    spans: { file: string; span: { start: number; end: number }; source: { start: number; end: number } }[]
  }
  const place = spans.find(({ file }) => file === 'models/cells/late.slip')!
  assert.equal(
    files[place.file]!.slice(place.span.start, place.span.end),
    cell.slice(place.source.start, place.source.end),
  )
})

test('what stands in cells above is imported from the files of these, as they themselves import it', async () => {
  const { models } = await promote([
    `%%slip\nimport { airport as place } from "shared/places.slip"\n${source}`,
    '%%slip\nfeature mean_delay of place = mean(flights.delay) by flights.origin over 7 days',
    '%%slip\nmodel late {\n  observe flights\n  features { usual = mean_delay(origin) }\n}',
    trained,
  ])
  assert.deepEqual(Object.keys(models).sort(), [
    'cells/flights.slip',
    'cells/late.slip',
    'cells/mean_delay.slip',
  ])
  assert.match(
    models['cells/late.slip']!,
    /^import \{ flights \} from "cells\/flights\.slip"\nimport \{ mean_delay \} from "cells\/mean_delay\.slip"\n\nmodel late/,
  )
  assert.match(models['cells/mean_delay.slip']!, /import \{ airport as place \} from "shared\/places\.slip"/)
  assert.match(models['cells/mean_delay.slip']!, /import \{ flights \} from "cells\/flights\.slip"/)
})

test('a model that is no part of the pipeline leaves no trace, nor do versions of it that nothing uses', async () => {
  const older = `%%slip\n${source}\n// older\n${late}`
  const newer = `%%slip\n${source}\n/// Of nobody.\nmodel other { observe flights }\n\n${late}`
  const cells = [
    { id: 'm', source: newer },
    { id: 't', ...trained },
  ]
  const log = [
    { cell: 'm', source: older },
    { cell: 'm', source: newer },
    { cell: 't', source: trained.source },
  ]
  const twice = await promote(cells, log)
  assert.deepEqual(twice.models, { 'cells/late.slip': `${source}\n\n${late}\n` })
  assert.doesNotMatch(twice.steps, /other/)
  const once = await promote(cells, log.slice(1))
  assert.equal(once.pipeline!.manifest.version, twice.pipeline!.manifest.version)
})

test('two versions of a model that both are needed are two files', async () => {
  const cells = (l2: number) =>
    `%%slip\n${source}\nmodel late {\n  observe flights\n  algorithm ridge { l2 = ${l2} }\n}`
  const { models, steps } = await promote(
    [
      { id: 'm', source: cells(2) },
      { id: 'a', source: 'const a = await late.train()\na', output: 'a' },
      { id: 'b', source: 'const b = await late.train()\nb', output: 'b' },
    ],
    [
      { cell: 'm', source: cells(1) },
      { cell: 'a', source: 'const a = await late.train()\na' },
      { cell: 'm', source: cells(2) },
      { cell: 'b', source: 'const b = await late.train()\nb' },
    ],
  )
  assert.deepEqual(Object.keys(models), ['cells/late-2.slip', 'cells/late.slip'])
  assert.match(models['cells/late.slip']!, /l2 = 1/)
  assert.match(models['cells/late-2.slip']!, /l2 = 2/)
  assert.match(steps, /model\('cells\/late\.slip'\)[^]*model\('cells\/late-2\.slip'\)/)
})

test('`model` of the notebook stays what it is', async () => {
  const { steps } = await promote([
    `%%slip\n${source}\n${late}`,
    { source: 'const model = await late.train()\nmodel', output: 'model' },
  ])
  assert.match(steps, /import \{ model as slipwayModel, type TrainedModel \} from 'slipway'/)
  assert.match(steps, /const late = slipwayModel\('cells\/late\.slip'\)/)
  assert.match(steps, /const model = await late\.train\(\)/)
})

test('a model whose name no variable can have is reached through `models`', async () => {
  const { steps, models } = await promote([
    `%%slip\n${source}\nmodel \`on time\` { observe flights }\nmodel process { observe flights }`,
    { source: 'const trained = await models["on time"].train()\ntrained', output: 'model' },
  ])
  assert.deepEqual(Object.keys(models), ['cells/on-time.slip'])
  assert.match(steps, /models\["on time"\] = model\("cells\/on-time\.slip"\)/)
  assert.doesNotMatch(steps, /process/)
})

test('a cell with errors is as if it had not run', async () => {
  const bad = '%%slip\nmodel late { observe nothing }'
  const notebook = notebookText(
    [
      { id: 'm', source: bad },
      { id: 't', ...trained },
    ],
    [
      { cell: 'm', source: bad, ...{ status: 'error' } },
      { cell: 't', source: trained.source },
    ],
  )
  const { diagnostics } = await propose({ ...request, notebook })
  assert.match(
    diagnostics[0]?.message ?? '',
    /model late is declared in a cell that did not run, or that has errors/,
  )
})

test('what a model cell gives to others is seen before promoting', () => {
  const notebook = notebookText([`%%slip\n${source}\n${late}`, trained])
  const found = notebookDependencies({ ...request, notebook })
  assert.deepEqual(
    found.map(({ cell, needs }) => [cell, needs]),
    [
      ['c0', []],
      ['c1', [{ cell: 'c0', names: ['late'] }]],
    ],
  )
})

test('an edit of the file goes back to the cell', async () => {
  const cell = `%%slip\n${source}\n\n${late}`
  const notebook = notebookText([cell, trained])
  const { files } = await promote([cell, trained])
  const path = 'models/cells/late.slip'
  const edited = {
    ...files,
    [path]: files[path]!.replace('delay > 15', 'delay > 30').replace('observe', 'weight w\n  observe'),
  }
  const { cells, problems } = editsToCells(notebook, edited)
  assert.deepEqual(problems, [])
  assert.deepEqual(
    cells.map(({ after }) => after),
    [
      `%%slip\n${source}\n\n${late.replace('delay > 15', 'delay > 30').replace('observe', 'weight w\n  observe')}`,
    ],
  )
})
