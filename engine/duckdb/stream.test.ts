/** Previews and streamed datasets of a plan with row features, a window and missing values. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { tableFromIPC } from 'apache-arrow'
import { openEngine, type Engine } from '../index.ts'
import {
  call,
  column,
  columnsOfKinds,
  literal,
  numeric,
  planOver,
  rowFeature,
  typeOf,
} from '../plan/build.ts'

const source = {
  name: 'orders',
  format: 'csv' as const,
  path: 'orders.csv',
  time: 'at',
  knownAfterUs: 0,
  columns: columnsOfKinds({ at: 'timestamp', shop: 'string', amount: 'float', sold: 'bool' }),
}
const plan = planOver(source, {
  observe: { source: 'orders', where: call('greater', 'bool', column('amount', 'float'), literal('int', 0)) },
  features: [
    rowFeature('shop', column('shop', 'string')),
    rowFeature('at', column('at', 'timestamp')),
    {
      name: 'before',
      type: typeOf('float'),
      value: { kind: 'catalog', feature: 'amount_1h@0', keys: [column('shop', 'string')] },
      prepare: numeric,
    },
    rowFeature('twice', call('multiply', 'float', column('amount', 'float'), literal('int', 2))),
  ],
  catalogFeatures: {
    'amount_1h@0': {
      kind: 'window',
      name: 'amount_1h',
      version: 0,
      entity: 'shop',
      source: 'orders',
      by: ['shop'],
      aggregate: { function: 'mean', of: column('amount', 'float') },
      windowUs: 3600e6,
      default: null,
      type: typeOf('float'),
      tags: [],
    },
  },
  label: { name: 'sold', expr: column('sold', 'bool'), type: typeOf('bool') },
})
const nRows = 70_000

let root: string
let engine: Engine
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'slipway-stream-'))
  const rows = Array.from({ length: nRows }, (_, i) => {
    const at = new Date(Date.UTC(2001, 0, 1) + i * 60_000).toISOString().slice(0, 19)
    return `${at},s${i % 3},${i % 50 === 49 ? -1 : i / 2},${i % 5 === 0}`
  })
  await writeFile(join(root, 'orders.csv'), ['at,shop,amount,sold', ...rows].join('\n'))
  engine = await openEngine({ root, threads: 1 })
})
after(async () => {
  await engine.close()
  await rm(root, { recursive: true })
})

test('a preview says what every feature is and computes the first rows', async () => {
  const { features, rows } = await engine.preview(plan, { rows: 5 })
  assert.deepEqual(
    features.map(({ name, type, sources, columns, catalog }) => [
      name,
      type.kind,
      sources,
      columns,
      catalog?.feature,
    ]),
    [
      ['shop', 'string', ['orders'], ['shop'], undefined],
      ['at', 'timestamp', ['orders'], ['at'], undefined],
      ['before', 'float', ['orders'], ['shop'], 'amount_1h@0'],
      ['twice', 'float', ['orders'], ['amount'], undefined],
    ],
  )
  assert.equal(features[2]!.catalog!.windows[0]!.windowUs, 3600e6)
  // The row of amount 0 is not observed, but is an event of its shop.
  assert.deepEqual(
    rows.map(row => Object.values(row.features)),
    [1, 2, 3, 4, 5].map(i => [
      `s${i % 3}`,
      Date.UTC(2001, 0, 1) * 1000 + i * 60e6,
      i < 3 ? null : (i - 3) / 2,
      i,
    ]),
  )
  assert.deepEqual(
    rows.map(({ label }) => label),
    [false, false, false, false, true],
  )
})

test('a dataset comes as record batches, and as files of either format', async () => {
  let n = 0
  let twice = 0
  const names = new Set<string>()
  for await (const batch of engine.dataset(plan)) {
    for (const { name } of batch.schema.fields) names.add(name)
    n += batch.numRows
    for (const value of batch.getChild('twice')!) twice += value as number
  }
  assert.equal(n, 68_599)
  assert.deepEqual([...names], ['shop', 'at', 'before', 'twice', 'label', 'part'])
  const [arrow, parquet] = ['rows.arrow', 'rows.parquet'].map(file => join(root, file))
  assert.deepEqual(await engine.writeDataset(plan, arrow!), { rows: n })
  assert.deepEqual(await engine.writeDataset(plan, parquet!), { rows: n })
  const table = tableFromIPC(await readFile(arrow!))
  assert.equal(table.numRows, n)
  assert.equal(table.getChild('at')!.get(0), Date.UTC(2001, 0, 1, 0, 1))
  const connection = await engine.connection()
  const reader = await connection.runAndReadAll(
    `SELECT count(*), sum(twice), count(*) FILTER (part = 'train') > 40000, count(before) FROM 'rows.parquet'`,
  )
  connection.disconnectSync()
  const [count, sum, isTrained, known] = reader.getRowsJson()[0]!
  assert.deepEqual([Number(count), Number(sum), isTrained], [n, twice, true])
  const before = table.getChild('before')!
  assert.equal(Number(known), n - before.nullCount)
  await assert.rejects(engine.writeDataset(plan, join(root, 'rows.txt')), { code: 'ENG010' })
})
