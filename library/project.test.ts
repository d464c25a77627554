import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { openCatalog } from '../catalog/index.ts'
import { catalog } from './catalog.ts'
import { featuresMime, displayMethod } from './display/messages.ts'
import { model } from './model/model.ts'
import { catalogFile, findProjectRoot, loadProject } from './project.ts'
import { read } from './tables/read.ts'
import { sql } from './tables/sql.ts'
import { createSmallProject, lateSlip } from './testing/small-project.ts'

const project = await createSmallProject()
after(project.dispose)
const { root } = project

async function register() {
  const { workspace, catalogFile: file } = await loadProject(root)
  const store = openCatalog(file)
  try {
    store.apply(
      workspace
        .features()
        .map(({ plan, source, entity }) => ({ plan: plan!, source: source!, entity: entity! })),
    )
  } finally {
    store.close()
  }
}

test('the root is the nearest folder with a slipway.json', () => {
  mkdirSync(join(root, 'a/b'), { recursive: true })
  assert.equal(findProjectRoot(join(root, 'a/b')), root)
  assert.equal(findProjectRoot('/'), undefined)
})

test('a project loads with the columns of its real files', async () => {
  const loaded = await loadProject(root)
  assert.deepEqual(loaded.problems, [])
  assert.deepEqual(
    loaded.diagnostics().filter(({ severity }) => severity === 'error'),
    [],
  )
  assert.deepEqual(
    loaded.workspace.sources()[0]?.plan?.columns.map(({ name, type }) => [name, type.kind]),
    [
      ['date', 'timestamp'],
      ['origin', 'string'],
      ['delay', 'int'],
    ],
  )
  for (const reference of ['late', 'late.slip', './late.slip', join(root, 'late.slip')])
    assert.equal(loaded.plan(reference).plan?.model, 'late', reference)
  assert.throws(() => loaded.plan('early'), { code: 'LIB005', message: /found late/ })
  assert.throws(() => loaded.plan('early.slip'), { code: 'LIB005', message: /late\.slip/ })
})

test('a cell may try another version of a model of the project', async () => {
  const text = lateSlip.replace(/algorithm \w+/, 'algorithm decision_tree')
  const loaded = await loadProject(root, { cells: [{ path: 'Cell[1]', text, above: [] }] })
  assert.deepEqual(
    loaded.workspace.models().map(({ name, path }) => `${name} ${path}`),
    ['late Cell[1]'],
  )
})

test('a file alone is read with what it imports, and given texts stand for files', async () => {
  const texts = {
    'cells/a.slip': 'import { rows } from "cells/rows.slip"\nmodel late { observe rows }',
    'cells/rows.slip': 'source rows { from csv "data/none.csv" }',
    'cells/b.slip': 'model late { observe rows }',
  }
  const { workspace } = await loadProject(root, { only: 'cells/a.slip', texts })
  assert.deepEqual(workspace.files(), ['cells/a.slip', 'cells/rows.slip'])
})

test('slipway.json that is wrong is refused with the place', async () => {
  for (const text of [
    '{',
    '{ "language": "1" }',
    '{}',
    '{ "language": 1, "backend": "ftp://x" }',
    '{ "language": 1, "extra": 1 }',
  ]) {
    project.write('slipway.json', text)
    await assert.rejects(loadProject(root), { code: 'LIB101', message: /slipway\.json/ }, text)
  }
  project.write('slipway.json', '{ "language": 1, "backend": "http://127.0.0.1:1/" }')
  assert.deepEqual((await loadProject(root)).config.backend, { url: 'http://127.0.0.1:1/' })
  project.write('slipway.json', '{ "language": 1 }')
})

test('a version of the language that is not known is one diagnostic, and the newest is used', async () => {
  project.write('slipway.json', '{\n  "language": 7\n}')
  const loaded = await loadProject(root)
  const [found, ...others] = loaded.diagnostics().filter(({ severity }) => severity === 'error')
  assert.deepEqual([found?.code, found?.path, others], ['SLIP406', 'slipway.json', []])
  assert.equal(loaded.text('slipway.json')!.slice(found!.span.start, found!.span.end), '7')
  assert.equal(loaded.config.language, 1)
  assert.ok(loaded.plan('late').plan)
  project.write('slipway.json', '{ "language": 1 }')
})

test('settings that do not exist are named with those that do', async () => {
  project.write('slipway.json', '{ "language": 1, "catalgo": "x" }')
  await assert.rejects(loadProject(root), { code: 'LIB101', message: /no setting catalgo.*catalog, backend/ })
  project.write('slipway.json', '{ "catalog": "embedded" }')
  await assert.rejects(loadProject(root), { code: 'LIB101', message: /"language": 1/ })
  project.write('slipway.json', '{ "language": 1 }')
})

test('files import from each other, and values are looked at when asked', async () => {
  project.write('shared/codes.slip', 'source codes {\n  from csv "data/codes.csv"\n}\n')
  project.write('data/codes.csv', 'code,n\n' + Array.from({ length: 300 }, (_, i) => `c${i},${i}`).join('\n'))
  project.write(
    'codes.slip',
    `import { codes } from "shared/codes.slip"
model many {
  observe codes
  features { code }
  label big = n > 100
  split by random seed 1 { train 0.8, test 0.2 }
  prepare { category: one_hot max 1000 }
  algorithm logistic_regression {}
}
`,
  )
  const loaded = await loadProject(root, { statistics: true })
  assert.ok(loaded.plan('many').plan)
  const again = await loadProject(root)
  assert.deepEqual(
    again.diagnostics().map(({ code }) => code),
    loaded.diagnostics().map(({ code }) => code),
    'what is known of the values is kept',
  )
  project.write('codes.slip', '')
  project.write('shared/codes.slip', '')
})

test('a missing data file is a problem, not an end', async () => {
  project.write('other.slip', 'source gone {\n  from csv "data/gone.csv"\n}\n')
  const loaded = await loadProject(root)
  assert.deepEqual(
    loaded.problems.map(({ path }) => path),
    ['data/gone.csv'],
  )
  assert.ok(loaded.diagnostics().some(({ code }) => code === 'SLIP404'))
  assert.ok(loaded.plan('late').plan)
  project.write('other.slip', '')
})

test('a model whose text has errors says where', async () => {
  project.write(
    'broken.slip',
    'import { flights, delay_1d } from "late.slip"\n' +
      lateSlip
        .replaceAll('late', 'broken')
        .replace('hour(date)', 'hour(dat)')
        .replace(/source[^]*?\n}\n[^]*?\n}\n/, ''),
  )
  await assert.rejects(model('broken').plan(), (error: Error & { code?: string }) => {
    return error.code === 'LIB006' && /broken\.slip:\d+:\d+ SLIP102/.test(error.message)
  })
  project.write('broken.slip', '')
})

test('a catalog that cannot be read stops nothing', async () => {
  const file = catalogFile(root, { catalog: 'embedded' })
  mkdirSync(join(file, '..'), { recursive: true })
  project.write('.slipway/broken.db', 'no catalog '.repeat(100))
  project.write('slipway.json', '{ "language": 1, "catalog": ".slipway/broken.db" }')
  const loaded = await loadProject(root)
  assert.equal(loaded.catalog, undefined)
  assert.equal(loaded.problems[0]?.path, '.slipway/broken.db')
  assert.ok(loaded.plan('late').plan)
  project.write('slipway.json', '{ "language": 1 }')
})

test('features of the catalog are found from a cell and joined, every row once', async () => {
  await assert.rejects(catalog.feature('delay_1d'), { code: 'LIB007' })
  await register()
  assert.deepEqual(
    (await catalog.search('delay')).map(({ name, version }) => [name, version]),
    [['delay_1d', 1]],
  )
  assert.equal((await catalog.feature('delay_1d@1')).plan.owner, 'ops')
  const shown = await (await catalog.features())[displayMethod]()
  assert.equal((shown[featuresMime] as { features: { id: string }[] }).features[0]?.id, 'delay_1d@1')

  const flights = read('data/flights.parquet')
  const twice = sql`select * from ${flights} union all select * from ${flights}`
  const joined = await catalog.join(twice, [{ feature: 'delay_1d', keys: 'origin', as: 'before' }])
  assert.equal(await joined.count(), 4000)
  const wrong = sql`
    with e as (select * from ${flights}),
    expected as (
      select o.date, o.origin,
        coalesce((select avg(e.delay) from e where e.origin = o.origin and e.date >= o.date - interval 1 day
                  and e.date + interval 1 hour <= o.date and e.date < o.date), 0) as v
      from ${flights} o)
    select * from ${joined} j join expected x using (date, origin) where abs(j.before - x.v) > 1e-9`
  assert.equal(await wrong.count(), 0)
  assert.ok((await sql`select distinct before from ${joined}`.count()) > 100)
})

test('a lock’s features are used instead of the live catalog', async () => {
  const [entry] = (await loadProject(root)).workspace.features()
  const locked = { plan: { ...entry!.plan!, version: 7 }, source: entry!.source!, active: true }
  const text = lateSlip
    .replace(/feature delay_1d[^]*?\n}\n/, '')
    .replace('delay_1d(origin)', 'delay_1d@7(origin)')
  mkdirSync(join(root, 'locked'), { recursive: true })
  writeFileSync(join(root, 'locked/late.slip'), text)
  const loaded = await loadProject(root, { modelFolder: join(root, 'locked'), catalogFeatures: [locked] })
  assert.deepEqual(Object.keys(loaded.plan('late.slip').plan?.catalogFeatures ?? {}), ['delay_1d@7'])
})
