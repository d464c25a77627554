/** Every format gives the same rows and the same types. */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import {
  Bool,
  DateDay,
  Field,
  FixedSizeList,
  Float64,
  Int64,
  List,
  TimestampMicrosecond,
  Utf8,
  tableToIPC,
  tableFromArrays,
  vectorFromArray,
  Table,
} from 'apache-arrow'
import type { ColumnSchema, Plan } from '../../language/index.ts'
import {
  describeColumns,
  loadSources,
  openEngine,
  relationUnder,
  type Connection,
  type Engine,
  type SourceLocation,
} from '../index.ts'
import { column, columnsOfKinds, numeric, planOver, typeOf } from '../plan/build.ts'

/** A folder whose own name is a pattern. */
const folder = 'a [1] *b?'
let root: string
let engine: Engine
let connection: Connection

before(async () => {
  root = join(await mkdtemp(join(tmpdir(), 'slipway-sources-')), folder)
  await mkdir(root)
  engine = await openEngine({ root, threads: 1 })
  connection = await engine.connection()
})
after(async () => {
  connection.disconnectSync()
  await engine.close()
  await rm(join(root, '..'), { recursive: true })
})

const kindsOf = (columns: readonly ColumnSchema[]) =>
  Object.fromEntries(
    columns.map(({ name, type }) => [
      name,
      type.size === undefined ? type.kind : `${type.kind} ${type.size}`,
    ]),
  )

async function read(source: SourceLocation): Promise<{ kinds: unknown; rows: unknown }> {
  const kinds = kindsOf(await describeColumns(connection, source, { root }))
  await loadSources(connection, [source], { root })
  const reader = await connection.runAndReadAll(`SELECT * FROM ${relationUnder(root, source)}`)
  return { kinds, rows: reader.getRowsJson() }
}

const expectedRows = [
  ['7', true, 'a', 1.5, '2001-06-12 07:10:00'],
  [null, false, null, null, '1969-12-31 23:59:59.5'],
]
const expectedKinds = { n: 'int', flag: 'bool', name: 'string', x: 'float', at: 'timestamp' }

test('a CSV file with its own delimiter, header, missing values and times', async () => {
  await writeFile(join(root, 'odd[1].csv'), '7;true;a;1.5;12/06/2001 07:10\nNA;false;-;NA;31/12/1969 23:59\n')
  const source: SourceLocation = {
    format: 'csv',
    path: 'odd[1].csv',
    text: { delimiter: ';', header: false, missing: ['NA', '-'] },
    // Without a header all columns are declared, in the order of the file.
    overrides: {
      zip: { kind: 'string' },
      flag: { kind: 'bool' },
      name: { kind: 'category' },
      x: { kind: 'float' },
      at: { kind: 'timestamp', format: '%d/%m/%Y %H:%M' },
    },
  }
  const { kinds, rows } = await read(source)
  assert.deepEqual(kinds, {
    zip: 'string',
    flag: 'bool',
    name: 'string',
    x: 'float',
    at: 'timestamp',
  })
  assert.deepEqual(rows, [
    ['7', true, 'a', 1.5, '2001-06-12 07:10:00'],
    [null, false, null, null, '1969-12-31 23:59:00'],
  ])
})

test('a declared type that does not fit says so', async () => {
  await writeFile(join(root, 'unfit.csv'), 'n\nseven\n')
  const source: SourceLocation = { format: 'csv', path: 'unfit.csv', overrides: { n: { kind: 'int' } } }
  await assert.rejects(read(source), /seven/)
  const times: SourceLocation = {
    format: 'csv',
    path: 'unfit.csv',
    overrides: { n: { kind: 'timestamp', format: '%Y' } },
  }
  await assert.rejects(read(times), /seven/)
})

test('JSON with declared types, missing values and vectors', async () => {
  const lines = [
    { day: '12/06/2001', zip: 7, name: 'a', v: [1, 2, 3], w: [1] },
    { day: '31/12/1969', zip: 8, name: 'NA', v: [4, 5, 6.5], w: [1, 2] },
  ]
  await writeFile(join(root, 'rows.json'), lines.map(line => JSON.stringify(line)).join('\n'))
  const source: SourceLocation = {
    format: 'json',
    path: 'rows.json',
    text: { missing: ['NA'] },
    overrides: { day: { kind: 'timestamp', format: '%d/%m/%Y' }, zip: { kind: 'string' } },
    columns: [{ name: 'name', type: { kind: 'string', nullable: true } }],
  }
  const { kinds, rows } = await read(source)
  assert.deepEqual(kinds, { day: 'timestamp', zip: 'string', name: 'string', v: 'vector 3', w: 'string' })
  assert.deepEqual(rows, [
    ['2001-06-12 00:00:00', '7', 'a', [1, 2, 3], ['1']],
    ['1969-12-31 00:00:00', '8', null, [4, 5, 6.5], ['1', '2']],
  ])
})

test('a pattern under a root that looks like one', async () => {
  await writeFile(join(root, 'part1.csv'), 'a\n1\n')
  await writeFile(join(root, 'part2.csv'), 'a\n2\n')
  assert.deepEqual((await read({ format: 'csv', path: 'part*.csv' })).rows, [['1'], ['2']])
})

function arrowTable() {
  const vectors = new FixedSizeList(2, new Field('item', new Float64(), true))
  const lists = new List(new Field('item', new Float64(), true))
  return new Table({
    n: vectorFromArray([7n, null], new Int64()),
    flag: vectorFromArray([true, false], new Bool()),
    name: vectorFromArray(['a', null], new Utf8()),
    x: vectorFromArray([1.5, null], new Float64()),
    at: vectorFromArray([Date.UTC(2001, 5, 12, 7, 10), -500], new TimestampMicrosecond()),
    day: vectorFromArray([new Date(Date.UTC(2001, 5, 12)), null], new DateDay()),
    v: vectorFromArray(
      [
        [1, 2],
        [3, 4],
      ],
      vectors,
    ),
    l: vectorFromArray([[1], [3]], lists),
  })
}

for (const form of ['file', 'stream'] as const)
  test(`an Arrow ${form}`, async () => {
    await writeFile(join(root, `${form}.arrow`), tableToIPC(arrowTable(), form))
    const { kinds, rows } = await read({ format: 'arrow', path: `${form}.arrow` })
    assert.deepEqual(kinds, { ...expectedKinds, day: 'timestamp', v: 'vector 2', l: 'vector 1' })
    assert.deepEqual(rows, [
      [...expectedRows[0]!, '2001-06-12 00:00:00', [1, 2], [1]],
      [...expectedRows[1]!, null, [3, 4], [3]],
    ])
  })

test('an Arrow file of several batches, and one that is none', async () => {
  const many = tableFromArrays({ i: Int32Array.from({ length: 5000 }, (_, i) => i) })
  await writeFile(join(root, 'many.arrow'), tableToIPC(many, 'file'))
  await loadSources(connection, [{ format: 'arrow', path: 'many.arrow' }], { root })
  const relation = relationUnder(root, { format: 'arrow', path: 'many.arrow' })
  const reader = await connection.runAndReadAll(`SELECT count(*), sum(i) FROM ${relation}`)
  assert.deepEqual(reader.getRowsJson(), [['5000', '12497500']])
  await writeFile(join(root, 'broken.arrow'), 'ARROW1 and then nothing')
  await assert.rejects(read({ format: 'arrow', path: 'broken.arrow' }), { code: 'ENG001' })
})

test('a table of a SQLite database', async () => {
  const database = new DatabaseSync(join(root, 'app.db'))
  database.exec(`CREATE TABLE "my orders" (n INTEGER, flag BOOLEAN, name TEXT, x REAL, at TEXT);
    INSERT INTO "my orders" VALUES (7, 1, 'a', 1.5, '2001-06-12T07:10'), (NULL, 0, NULL, NULL, '1969-12-31 23:59:59.5');
    CREATE TABLE odd (n INTEGER, at DATETIME); INSERT INTO odd VALUES ('seven', 0);`)
  database.close()
  const source: SourceLocation = { format: 'sqlite', path: 'app.db', table: 'my orders' }
  assert.deepEqual(await read(source), { kinds: expectedKinds, rows: expectedRows })
  assert.deepEqual(await read({ ...source, table: 'main.my orders' }), {
    kinds: expectedKinds,
    rows: expectedRows,
  })
  await assert.rejects(read({ ...source, table: 'odd' }), { code: 'ENG002' })
  await assert.rejects(read({ ...source, table: 'none' }), /found `my orders`, `odd`/)
  await writeFile(join(root, 'no.db'), 'this is text, not a database, and it is long enough')
  await assert.rejects(read({ ...source, path: 'no.db' }), { code: 'ENG001' })
})

test('a model over an Arrow file and a feature of a SQLite table', async () => {
  const n = 300
  const day = (i: number) => new Date(Date.UTC(2001, 0, 1 + (i % 60)))
  const observed = new Table({
    at: vectorFromArray(
      Array.from({ length: n }, (_, i) => day(i).getTime()),
      new TimestampMicrosecond(),
    ),
    shop: vectorFromArray(
      Array.from({ length: n }, (_, i) => `s${i % 5}`),
      new Utf8(),
    ),
    sold: vectorFromArray(
      Array.from({ length: n }, (_, i) => (i * 7) % 3 === 0),
      new Bool(),
    ),
  })
  await writeFile(join(root, 'seen.arrow'), tableToIPC(observed, 'file'))
  const database = new DatabaseSync(join(root, 'shop.db'))
  database.exec('CREATE TABLE orders (at TEXT, shop TEXT, amount REAL)')
  const insert = database.prepare('INSERT INTO orders VALUES (?, ?, ?)')
  for (let i = 0; i < n; i++) insert.run(day(i).toISOString(), `s${i % 5}`, i / 10)
  database.close()
  const seen = { name: 'seen', format: 'arrow' as const, path: 'seen.arrow', time: 'at', knownAfterUs: 0 }
  const orders = { ...seen, name: 'orders', format: 'sqlite' as const, path: 'shop.db', table: 'orders' }
  const plan: Plan = planOver(
    { ...seen, columns: columnsOfKinds({ at: 'timestamp', shop: 'string', sold: 'bool' }) },
    {
      features: [
        {
          name: 'amount',
          type: typeOf('float'),
          value: { kind: 'catalog', feature: 'amount_7d@0', keys: [column('shop', 'string')] },
          prepare: numeric,
        },
      ],
      label: { name: 'sold', expr: column('sold', 'bool'), type: typeOf('bool') },
      catalogFeatures: {
        'amount_7d@0': {
          kind: 'window',
          name: 'amount_7d',
          version: 0,
          entity: 'shop',
          source: 'orders',
          by: ['shop'],
          aggregate: { function: 'sum', of: column('amount', 'float') },
          windowUs: 7 * 86_400e6,
          default: 0,
          type: typeOf('float'),
          tags: [],
        },
      },
    },
  )
  const columns = columnsOfKinds({ at: 'timestamp', shop: 'string', amount: 'float' })
  const { card } = await engine.train({
    ...plan,
    sources: { ...plan.sources, orders: { ...orders, columns } },
  })
  assert.equal(card.rows.observed, n)
  const { quantiles, missing } = card.statistics.features['amount']!
  assert.equal(missing, 0)
  assert.ok(quantiles!.at(-1)! > 30, 'the orders are there')
})

test('what is not there and what cannot be read', async () => {
  await assert.rejects(read({ format: 'parquet', path: 'gone.parquet' }), { code: 'ENG001' })
  await assert.rejects(read({ format: 'postgres', path: '', table: 'orders', connection: 'ORDERS_DB' }), {
    code: 'ENG001',
    message: /environment variable ORDERS_DB/,
  })
})
