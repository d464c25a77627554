import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test, { after } from 'node:test'
import { openDatabase } from '../../engine/duckdb/database.ts'
import type { SourcePlan, WindowFeaturePlan } from '../../language/index.ts'
import { createDatabase } from '../columns/database.ts'
import { fillOnlineStore } from '../online/fill.ts'
import { openOnlineStore } from '../online/store.ts'
import { computeStatistics } from '../statistics.ts'
import { stateOf } from './cache.ts'
import { cachedColumns, describeSource, describeStatistics } from './describe.ts'

const root = mkdtempSync(join(tmpdir(), 'slipway-sources-'))
const engine = await openDatabase({ root })
const database = createDatabase(() => engine.connect())
after(async () => {
  await engine.close()
  rmSync(root, { recursive: true })
})

const shop = new DatabaseSync(join(root, 'shop.db'))
shop.exec(`
  CREATE TABLE orders (day TEXT, customer TEXT, amount REAL);
  INSERT INTO orders VALUES ('2001-01-01 00:00:00', 'ada', 10), ('2001-01-02 00:00:00', 'ada', 20),
    ('2001-01-03 00:00:00', 'bram', NULL), ('2001-01-05 00:00:00', 'bram', 7);`)
shop.close()

const orders = {
  format: 'sqlite',
  path: 'shop.db',
  table: 'orders',
  overrides: { day: { kind: 'timestamp' } },
} as const
const float = { kind: 'float', nullable: true } as const

test('a table of a database is described like a file, and read by features', async () => {
  const columns = await describeSource(root, orders)
  assert.deepEqual(
    columns.map(({ name }) => name),
    ['day', 'customer', 'amount'],
  )
  assert.deepEqual(cachedColumns(root, orders), columns)
  assert.equal(cachedColumns(root, { ...orders, table: 'others' }), undefined)
  await assert.rejects(describeSource(root, { ...orders, table: 'others' }), {
    code: 'CAT006',
    message: /shop\.db.*others/,
  })
  const statistics = await describeStatistics(root, orders)
  assert.equal(statistics.nRows, 4)
  assert.equal(statistics.columns.get('amount')?.nullShare, 0.25)

  const source: SourcePlan = {
    name: 'orders',
    ...orders,
    time: 'day',
    knownAfterUs: 0,
    columns: columns.map(column =>
      column.name === 'day' ? { name: 'day', type: { kind: 'timestamp', nullable: true } } : column,
    ),
  }
  const plan: WindowFeaturePlan = {
    kind: 'window',
    name: 'spent',
    version: 1,
    entity: 'customer',
    source: 'orders',
    by: ['customer'],
    aggregate: { function: 'sum', of: { op: 'column', name: 'amount', type: float } },
    windowUs: 30 * 86_400_000_000,
    default: 0,
    type: float,
    tags: [],
  }
  const store = openOnlineStore(join(root, 'online.db'))
  await fillOnlineStore(database, [{ plan, source }], { root, store })
  assert.equal(store.lookup('spent@1', ['ada'])?.value, 30)
  store.close()
  const ofFeature = await computeStatistics(database, { plan, source }, { root })
  assert.deepEqual([ofFeature.count, ofFeature.min, ofFeature.max], [4, 0, 10])
})

test('how a text file is read is part of what is known of it', async () => {
  writeFileSync(join(root, 'codes.csv'), 'zip;n\n12345;-\n98765;7\n')
  const plain = { format: 'csv', path: 'codes.csv' } as const
  const said = {
    ...plain,
    text: { delimiter: ';', missing: ['-'] },
    overrides: { zip: { kind: 'string' } },
  } as const
  const kinds = async (source: Parameters<typeof describeSource>[1]) =>
    (await describeSource(root, source)).map(({ name, type }) => `${name}: ${type.kind}`)
  assert.deepEqual(await kinds(said), ['zip: string', 'n: int'])
  assert.deepEqual(await kinds({ ...plain, text: { delimiter: ';' } }), ['zip: int', 'n: string'])
  assert.deepEqual(
    cachedColumns(root, { ...said, name: 'other' })?.length,
    2,
    'what it is called does not matter',
  )
})

test('of files that a pattern names, one more is another state', () => {
  const parts = { format: 'csv', path: 'part-*.csv' } as const
  assert.equal(stateOf(root, parts), undefined)
  writeFileSync(join(root, 'part-1.csv'), 'a\n1\n')
  const one = stateOf(root, parts)
  assert.ok(one)
  assert.equal(stateOf(root, parts), one)
  writeFileSync(join(root, 'part-2.csv'), 'a\n2\n')
  assert.notEqual(stateOf(root, parts), one)
})
