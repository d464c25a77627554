import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import test, { after, before } from 'node:test'
import type { Expr, Scalar, WindowFeaturePlan } from '../../language/index.ts'
import type { DuckDBConnection } from '@duckdb/node-api'
import { openDatabase, type Database } from '../duckdb/database.ts'
import { call, column, columnsOfKinds, literal, typeOf } from '../plan/build.ts'
import { quoteText } from './text.ts'
import { isWhole, windowGroups, windowsSql } from './window.ts'

type Value = number | null

interface Event {
  readonly key: string | null
  readonly at: number | null
  readonly x: Value
  readonly y: Value
}

const source = {
  name: 's',
  format: 'parquet' as const,
  path: '',
  time: 'at',
  knownAfterUs: 0,
  columns: columnsOfKinds({ key: 'string', at: 'timestamp', x: 'int', y: 'float' }),
}

/** Instants collide and lie on both sides of 1970, rows repeat, keys, times and values are missing here and there. */
const events: readonly Event[] = Array.from({ length: 400 }, (_, i) => ({
  key: i % 17 === 0 ? null : ['a', 'b', "it's"][i % 3]!,
  at: i % 19 === 0 ? null : ((i * 7919) % 60) - 30,
  x: i % 5 === 0 ? null : ((i * 31) % 23) - 11,
  y: i % 7 < 3 ? null : 1e6 + ((i * 37) % 19) / 7,
}))

const x = column('x', 'int')
const y = column('y', 'float')

interface Asked {
  readonly name: WindowFeaturePlan['aggregate']['function']
  readonly of: Expr
  readonly value: (event: Event) => Value
  readonly windowUs: number
}

const arguments_: readonly Pick<Asked, 'of' | 'value'>[] = [
  { of: x, value: event => event.x },
  { of: y, value: event => event.y },
  {
    of: call('divide', 'float', x, literal('int', 2)),
    value: event => (event.x === null ? null : event.x / 2),
  },
]
const names = ['sum', 'count', 'mean', 'min', 'max', 'stddev', 'last', 'distinct'] as const
const asked = (windowUs: number): readonly Asked[] =>
  arguments_.flatMap(argument => names.map(name => ({ ...argument, name, windowUs })))

let database: Database
let connection: DuckDBConnection
before(async () => {
  database = await openDatabase({ root: tmpdir(), threads: 2 })
  connection = await database.connect()
  const values = events.map(({ key, at, x, y }, i) => {
    const time = at === null ? 'NULL' : `make_timestamp(${at})`
    return `(${i}, ${key === null ? 'NULL' : quoteText(key)}, ${time}, ${x ?? 'NULL'}::BIGINT, ${y ?? 'NULL'}::DOUBLE)`
  })
  await connection.run(
    `CREATE TEMP TABLE data AS SELECT * FROM (VALUES ${values.join(', ')}) v(row_id, key, "at", x, y)`,
  )
})
after(async () => {
  connection.disconnectSync()
  await database.close()
})

for (const [windowUs, knownAfterUs] of [
  [10, 0],
  [10, 1],
  [25, 5],
  [5, 9],
  [1, 0],
  [6, 5],
] as const) {
  test(`a window of ${windowUs} µs known after ${knownAfterUs} µs equals a plain loop`, async () => {
    for (const each of asked(windowUs)) await check([each], knownAfterUs)
  })
}

test('windows of few observations equal a plain loop', async () => {
  for (const [windowUs, knownAfterUs] of [
    [10, 0],
    [25, 5],
    [6, 5],
  ] as const)
    await check(asked(windowUs), knownAfterUs, true)
})

test('windows that share a reading equal a plain loop each', async () => {
  const all = [10, 25].flatMap(asked)
  assert.equal(await check(all, 0), 2 * (1 + arguments_.length) + 1)
  assert.equal(await check([...all, ...asked(1)], 3), 2 * (1 + arguments_.length) + 1 + 2 + arguments_.length)
})

test('sums are exact where numbers are too large for floats to add them up', async () => {
  const large = 2 ** 53 - 1
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE large AS SELECT i AS row_id, 'a' AS key, make_timestamp(i * 10) AS "at",
  CASE WHEN i < 40 THEN ${large} ELSE i END::BIGINT AS x FROM range(60) t(i)`,
  )
  const feature = featureOf({ name: 'sum', of: x, windowUs: 10 } as Asked)
  const sql = windowsSql({
    windows: [{ feature: { ...feature, aggregate: { function: 'sum', of: x } }, name: 'value' }],
    source,
    sourceRelation: 'large',
    observed: 'large',
    row: 'row_id',
    time: '"at"',
    keys: ['key'],
  })
  const reader = await connection.runAndReadAll(`SELECT row_id, value FROM (${sql}) ORDER BY 1`)
  const expected = Array.from({ length: 59 }, (_, i) => (i < 40 ? large : i))
  assert.deepEqual(
    reader.getRowsJS().flatMap(row => (row[1] === null ? [] : [row[1]])),
    expected,
  )
})

/** @returns into how many groups they went */
async function check(all: readonly Asked[], knownAfterUs: number, isSparse = false): Promise<number> {
  const windows = all.map((each, i) => ({
    ...each,
    column: `value ${i}`,
    feature: featureOf(each),
    keys: ['key'],
  }))
  const groups = windowGroups(windows, () => knownAfterUs)
  for (const group of groups) {
    const sql = windowsSql({
      windows: group.map(({ feature, column }) => ({ feature, name: column })),
      source: { ...source, knownAfterUs },
      sourceRelation: 'data',
      observed: 'data',
      row: 'row_id',
      time: '"at"',
      keys: ['key'],
      isSparse,
    })
    const values = group.map(({ column }) => `w."${column}"`).join(', ')
    const reader = await connection.runAndReadAll(
      `SELECT data.row_id, ${values} FROM data LEFT JOIN (${sql}) w USING (row_id) ORDER BY 1`,
    )
    const got = reader.getRowsJS()
    assert.equal(got.length, events.length, 'every row once')
    group.forEach((each, j) =>
      checkValues(
        each,
        knownAfterUs,
        got.map(row => row[j + 1] as Value),
      ),
    )
  }
  return groups.length
}

function featureOf({ name, of, windowUs }: Asked): WindowFeaturePlan {
  return {
    kind: 'window',
    name: 'f',
    version: 0,
    entity: 'e',
    source: 's',
    by: ['key'],
    windowUs,
    default: null,
    aggregate: { function: name, of, where },
    type: typeOf(name === 'count' ? 'int' : 'float'),
    tags: [],
  }
}

const where = call('not_equal', 'bool', call('coalesce', 'int', x, literal('int', 0)), literal('int', 3))

function checkValues(each: Asked, knownAfterUs: number, got: readonly Value[]): void {
  events.forEach((observation, i) => {
    const window = eventsBefore(observation, each.windowUs, knownAfterUs).flatMap(event => {
      const value = each.value(event)
      return value === null ? [] : [{ at: event.at!, x: value }]
    })
    const expected = aggregate(each.name, window) as Value
    const value = got[i]!
    const what = `${each.name} of row ${i}: expected ${expected}, got ${value}`
    if (expected === null || value === null) assert.equal(value, expected, what)
    else assert.ok(Math.abs(value - expected) <= 1e-9 * Math.max(1, Math.abs(expected)), what)
  })
}

function eventsBefore({ key, at }: Event, windowUs: number, knownAfterUs: number): readonly Event[] {
  if (key === null || at === null) return []
  return events.filter(
    e =>
      e.key === key &&
      e.at !== null &&
      e.x !== 3 &&
      e.at >= at - windowUs &&
      e.at < at &&
      e.at + knownAfterUs <= at,
  )
}

function aggregate(name: string, window: readonly { readonly at: number; readonly x: number }[]): Scalar {
  if (window.length === 0) return null
  const values = window.map(event => event.x)
  const sum = values.reduce((a, b) => a + b)
  const mean = sum / values.length
  switch (name) {
    case 'sum':
      return sum
    case 'count':
      return values.length
    case 'mean':
      return mean
    case 'min':
      return Math.min(...values)
    case 'max':
      return Math.max(...values)
    case 'distinct':
      return new Set(values).size
    case 'last': {
      const newest = Math.max(...window.map(event => event.at))
      return Math.max(...window.filter(event => event.at === newest).map(event => event.x))
    }
    default: {
      if (values.length < 2) return null
      return Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / (values.length - 1))
    }
  }
}

test('sums of whole numbers are told from others', () => {
  assert.ok(isWhole(x))
  assert.ok(isWhole(call('float', 'float', call('greater', 'bool', y, literal('int', 1)))))
  assert.ok(isWhole(call('if', 'int', literal('bool', true), literal('int', 1), x)))
  assert.ok(!isWhole(y))
  assert.ok(!isWhole(call('multiply', 'int', x, x)), 'a product may be too large')
})
