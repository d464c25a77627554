import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import test, { after, before } from 'node:test'
import type { Expr, Scalar, WindowFeaturePlan } from '../../language/index.ts'
import { openEngine, type Connection, type Engine } from '../index.ts'
import { call, column, columnsOfKinds, literal, typeOf } from '../plan/build.ts'
import { quoteText } from './text.ts'
import { isWhole, windowSql } from './window.ts'

interface Event {
  readonly key: string | null
  readonly at: number | null
  readonly x: number | null
}

const source = {
  name: 's',
  format: 'parquet' as const,
  path: '',
  time: 'at',
  knownAfterUs: 0,
  columns: columnsOfKinds({ key: 'string', at: 'timestamp', x: 'int' }),
}

/** Instants collide, rows repeat, keys, times and values are missing here and there. */
const events: readonly Event[] = Array.from({ length: 400 }, (_, i) => ({
  key: i % 17 === 0 ? null : ['a', 'b', "it's"][i % 3]!,
  at: i % 19 === 0 ? null : (i * 7919) % 60,
  x: i % 5 === 0 ? null : ((i * 31) % 23) - 11,
}))

const x = column('x', 'int')
const half = call('divide', 'float', x, literal('int', 2))

let engine: Engine
let connection: Connection
before(async () => {
  engine = await openEngine({ root: tmpdir(), threads: 2 })
  connection = await engine.connection()
})
after(async () => {
  connection.disconnectSync()
  await engine.close()
})

for (const [windowUs, knownAfterUs] of [
  [10, 0],
  [10, 1],
  [25, 5],
  [5, 9],
  [1, 0],
] as const) {
  test(`a window of ${windowUs} µs known after ${knownAfterUs} µs equals a plain loop`, async () => {
    for (const argument of [x, half])
      for (const name of ['sum', 'count', 'mean', 'min', 'max', 'stddev', 'last', 'distinct'] as const)
        await checkWindow({ name, of: argument, windowUs, knownAfterUs })
  })
}

async function checkWindow(asked: {
  readonly name: WindowFeaturePlan['aggregate']['function']
  readonly of: Expr
  readonly windowUs: number
  readonly knownAfterUs: number
}): Promise<void> {
  const { name, of, windowUs, knownAfterUs } = asked
  const where = call('not_equal', 'bool', x, literal('int', 3))
  const feature: WindowFeaturePlan = {
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
  const values = events.map(({ key, at, x }, i) => {
    const time = at === null ? 'NULL' : `make_timestamp(${at})`
    return `(${i}, ${key === null ? 'NULL' : quoteText(key)}, ${time}, ${x ?? 'NULL'}::BIGINT)`
  })
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE data AS SELECT * FROM (VALUES ${values.join(', ')}) v(row_id, key, "at", x)`,
  )
  const sql = windowSql({
    feature,
    source: { ...source, knownAfterUs },
    sourceRelation: 'data',
    observed: 'data',
    row: 'row_id',
    time: '"at"',
    keys: ['key'],
  })
  const reader = await connection.runAndReadAll(
    `SELECT data.row_id, w.value FROM data LEFT JOIN (${sql}) w USING (row_id) ORDER BY 1`,
  )
  const got = reader.getRowsJS()
  assert.equal(got.length, events.length, 'every row once')
  events.forEach((observation, i) => {
    const scale = of === half ? 0.5 : 1
    const window = valuesBefore(observation, windowUs, knownAfterUs).map(event => ({
      at: event.at!,
      x: event.x! * scale,
    }))
    const value = got[i]![1] as number | null
    const expected = aggregate(name, window) as number | null
    const where = `${name} of row ${i}: expected ${expected}, got ${value}`
    if (expected === null || value === null) assert.equal(value, expected, where)
    else assert.ok(Math.abs(value - expected) < 1e-9, where)
  })
}

function valuesBefore({ key, at }: Event, windowUs: number, knownAfterUs: number): readonly Event[] {
  if (key === null || at === null) return []
  return events.filter(
    e =>
      e.key === key &&
      e.at !== null &&
      e.x !== null &&
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
  assert.ok(isWhole(call('float', 'float', call('greater', 'bool', half, literal('int', 1)))))
  assert.ok(isWhole(call('if', 'int', literal('bool', true), literal('int', 1), x)))
  assert.ok(!isWhole(half))
  assert.ok(!isWhole(call('multiply', 'int', x, x)), 'a product may be too large')
})
