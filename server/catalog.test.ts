import assert from 'node:assert/strict'
import path from 'node:path'
import test from 'node:test'
import type { CompletionList, Hover } from 'vscode-languageserver-protocol/node'
import { openCatalog } from '../catalog/index.ts'
import { createWorkspace } from '../language/index.ts'
import type { CatalogHit } from './messages.ts'
import { startTestClient } from './testing/client.ts'

const source = `source flights {
  from csv "data/flights.csv"
  time date

  columns {
    date: timestamp
    delay: int
    origin: string
  }
}
`
const declarations = `entity airport(code: string)

/// Mean departure delay of the week before.
feature delay_7d of airport = mean(flights.delay) by flights.origin over 7 days {
  default 0
  owner "ops-ml"
  tags [delay]
}
`
const model = `import { flights } from "flights.slip"

model late {
  observe flights
  features {
    from_catalog = delay_7d@1(origin)
  }
  label late = delay > 15
  split by random seed 1 {
    train 0.7
    validation 0.15
    test 0.15
  }
  algorithm logistic_regression
  output p = probability(late)
}
`
const files = {
  'flights.slip': source,
  'late.slip': model,
  'data/flights.csv': 'date,delay,origin\n2001-01-01,5,BOI\n',
}

/** Registers the feature in a project's catalog, as another process would. */
function register(file: string): void {
  const workspace = createWorkspace({ columns: () => undefined })
  workspace.setFile('a.slip', source + declarations)
  const [feature] = workspace.features()
  const catalog = openCatalog(file)
  catalog.apply([{ plan: feature!.plan!, source: feature!.source!, entity: feature!.entity! }])
  const statistics = { computedAt: '2026-01-01T00:00:00Z', count: 1000, nulls: 20, distinct: 300 }
  catalog.recordStatistics(
    { name: 'delay_7d', version: 1 },
    { ...statistics, min: -3, max: 40, mean: 8.25, stddev: 4.5, histogram: [1, 5, 9, 4, 0, 1] },
  )
  catalog.recordUse({ name: 'delay_7d', version: 1 }, { kind: 'model', name: 'late' })
  catalog.close()
}

test('a feature registered meanwhile is found, completed, hovered and searched', async t => {
  const client = await startTestClient({ files })
  t.after(() => client.stop())
  await client.open('late.slip', model)
  await client.diagnostics('late.slip', all => all.some(d => d.severity === 1))
  register(path.join(client.root, '.slipway/catalog.db'))
  await client.changed('.slipway/catalog.db')
  await client.diagnostics('late.slip', all => !all.some(d => d.severity === 1))

  const hover = await client.connection.sendRequest<Hover>(
    'textDocument/hover',
    client.at('late.slip', model, 'delay|_7d@1'),
  )
  const text = (hover.contents as { value: string }).value
  assert.match(text, /Mean departure delay of the week before\./)
  assert.match(text, /version 1/)
  assert.match(text, /1,000 values, 20 missing \(2\.0 %\), about 300 different, mean 8\.25 ± 4\.5/)
  assert.match(text, /`-3 ▁▅█▄ ▁ 40`/)

  const list = await client.connection.sendRequest<CompletionList>(
    'textDocument/completion',
    client.at('late.slip', model, 'features {\n    |'),
  )
  const item = list.items.find(found => found.label === 'delay_7d')
  assert.equal(item?.labelDetails?.description, 'catalog, version 1')

  const hits = await client.connection.sendRequest<CatalogHit[]>('slipway/catalogSearch', {
    text: 'del',
    limit: 5,
  })
  assert.deepEqual(hits, [
    {
      name: 'delay_7d',
      version: 1,
      type: { kind: 'float', nullable: false },
      entity: 'airport',
      owner: 'ops-ml',
      tags: ['delay'],
      doc: 'Mean departure delay of the week before.',
      uses: 1,
      active: true,
      insertText: 'delay_7d = delay_7d(${1:origin})',
      project: client.root,
    },
  ])
  assert.deepEqual(await client.connection.sendRequest('slipway/catalogSearch', { text: 'nothing' }), [])
  assert.deepEqual(client.log, [])
})

test('a catalog that cannot be reached is a warning and stops nothing', async t => {
  const settings = JSON.stringify({ language: 1, catalog: 'elsewhere/catalog.db' })
  const client = await startTestClient({ files: { ...files, 'slipway.json': settings } })
  t.after(() => client.stop())
  await client.open('late.slip', model)
  const found = await client.diagnostics('late.slip', all => all.some(d => d.code === 'SLIP401'))
  assert.ok(
    found.every(d => d.severity !== 1),
    JSON.stringify(found),
  )
  assert.equal(client.log.length, 1)
  assert.match(client.log[0]!, /elsewhere\/catalog\.db, got no file/)
})
