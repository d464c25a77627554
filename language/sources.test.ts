import assert from 'node:assert/strict'
import test from 'node:test'
import type { SourceRef } from './index.ts'
import { columns, flights, host, workspaceOf } from './testing/world.ts'

/** The plan of the only source, and what the host was asked. */
function read(text: string, found: ReturnType<typeof columns> | undefined = flights) {
  const asked: SourceRef[] = []
  const workspace = workspaceOf(
    { 'a.slip': text },
    {
      ...host,
      columns: ref => {
        asked.push(ref)
        return found
      },
    },
  )
  return {
    plan: workspace.sources()[0]!.plan,
    asked,
    codes: workspace.diagnostics('a.slip').map(d => d.code),
  }
}

const types = (columns: readonly { name: string; type: { kind: string; nullable: boolean } }[]) =>
  columns.map(({ name, type }) => `${name} ${type.kind}${type.nullable ? '?' : ''}`)

test('a text file is read as the text says', () => {
  const { plan, asked } = read(`source flights {
  from csv "./data//flights.csv"
  delimiter ";"
  missing ["NA", "-"]
  time date
  columns { date: timestamp format "%d/%m/%Y", delay: float, origin: category }
}
`)
  const ref = {
    name: 'flights',
    format: 'csv',
    path: 'data/flights.csv',
    text: { delimiter: ';', missing: ['NA', '-'] },
    overrides: {
      date: { kind: 'timestamp', format: '%d/%m/%Y' },
      delay: { kind: 'float' },
      origin: { kind: 'category' },
    },
  }
  assert.deepEqual(asked, [ref])
  const { columns: found, ...rest } = plan!
  assert.deepEqual(rest, { ...ref, time: 'date', knownAfterUs: 0 })
  assert.deepEqual(types(found), [
    'date timestamp',
    'delay float',
    'distance int',
    'origin category',
    'destination string',
  ])
})

test('a declared type of a text format wins over the one found', () => {
  const { plan, codes } = read('source a { from csv "a.csv", columns { delay: string } }\n')
  assert.deepEqual(codes, [])
  assert.equal(plan!.columns[1]!.type.kind, 'string')
})

test('a file without a header has the columns that are named, in their order', () => {
  const text = 'source a { from csv "a.csv", header false, columns { zip: string, amount: float? } }\n'
  const { plan } = read(text, columns('column0 int', 'column1 float'))
  assert.deepEqual(types(plan!.columns), ['zip string', 'amount float?'])
  assert.deepEqual(plan!.text, { header: false })
})

test('databases are named by file or variable, and table', () => {
  const lite = read('source a { from sqlite "data/app.db" table "orders" }\n')
  assert.deepEqual(lite.asked, [{ name: 'a', format: 'sqlite', path: 'data/app.db', table: 'orders' }])
  const server = read('source a { from postgres env "ORDERS_DB" table "public.orders", time date }\n')
  assert.deepEqual(server.asked, [
    { name: 'a', format: 'postgres', path: '', table: 'public.orders', connection: 'ORDERS_DB' },
  ])
  assert.equal(server.plan?.connection, 'ORDERS_DB')
})

test('columns that are declared stand for those that cannot be read', () => {
  const text = 'source a { from postgres env "DB" table "t", columns { id: int, at: timestamp }, time at }\n'
  const workspace = workspaceOf({ 'a.slip': text }, { ...host, columns: () => undefined })
  assert.deepEqual(workspace.diagnostics('a.slip'), [])
  assert.deepEqual(types(workspace.sources()[0]!.plan!.columns), ['id int', 'at timestamp'])
})

test('vectors have the size that the data has', () => {
  const data = [{ name: 'e', type: { kind: 'vector' as const, nullable: false, size: 3 } }]
  const codes = (type: string) =>
    read(`source a { from parquet "a.parquet", columns { e: ${type} } }\n`, data).codes
  assert.deepEqual(codes('vector<float, 3>'), [])
  assert.deepEqual(codes('vector<float, 4>'), ['SLIP201'])
  assert.deepEqual(codes('string'), ['SLIP201'])
  assert.deepEqual(codes('vector<float, 0>'), ['SLIP322'])
})

test('a source of the catalog is what the catalog says', () => {
  const workspace = workspaceOf({ 'a.slip': 'source mine { from catalog "flights" }\n' })
  assert.deepEqual(workspace.diagnostics('a.slip'), [])
  const { plan } = workspace.sources()[0]!
  assert.deepEqual(
    [plan!.name, plan!.path, plan!.time, plan!.knownAfterUs],
    ['mine', 'data/flights.parquet', 'date', 10_800_000_000],
  )
  const without = workspaceOf(
    { 'a.slip': 'source mine { from catalog "flights" }\n' },
    { columns: () => undefined },
  )
  assert.deepEqual(
    without.diagnostics('a.slip').map(({ code, severity }) => `${severity} ${code}`),
    ['warning SLIP401'],
  )
})

test('types for columns that a text file does not have are held against those that it has', () => {
  // A file cannot be read with types for columns that it lacks.
  const lacking = {
    columns: ({ overrides = {} }: SourceRef) =>
      Object.keys(overrides).every(name => flights.some(column => column.name === name))
        ? flights
        : undefined,
  }
  const codes = (text: string): readonly string[] =>
    workspaceOf({ 'a.slip': text }, lacking)
      .diagnostics('a.slip')
      .map(({ code }) => code)
  assert.deepEqual(codes('source a { from csv "a.csv", columns { delay: int } }\n'), [])
  assert.deepEqual(codes('source a { from csv "a.csv", columns { dely: int } }\n'), ['SLIP102'])
  assert.deepEqual(codes('source a { from json "a.json", columns { dely: int, date: timestamp } }\n'), [
    'SLIP102',
  ])
})

test('a file that cannot be read and is named as one of another format is said to be so', () => {
  const workspace = workspaceOf({ 'a.slip': 'source a { from parquet "data/nope.csv" }\n' })
  const [found, ...more] = workspace.diagnostics('a.slip')
  assert.deepEqual(more, [])
  assert.equal(found?.code, 'SLIP404')
  assert.match(found.hint!, /from csv/)
  assert.equal(found.fixes![0]!.edits[0]!.text, 'csv')
})
