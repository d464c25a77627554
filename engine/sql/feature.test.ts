/** Derived features: inputs at the row's time and key, then the expression, then the default. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import type { DerivedFeaturePlan, Expr, FeaturePlan, Plan, WindowFeaturePlan } from '../../language/index.ts'
import { createScorer, featureSql, openEngine, planSql, scoreRows, windowsOf, type Engine } from '../index.ts'
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

const hourUs = 3600e6
const source = {
  name: "night's flights",
  format: 'csv' as const,
  path: 'flights.csv',
  time: 'at',
  knownAfterUs: 0,
  columns: columnsOfKinds({ at: 'timestamp', 'from\nwhere': 'string', delay: 'int' }),
}

function windowed(name: string, hours: number, value: number | null): WindowFeaturePlan {
  return {
    kind: 'window',
    name,
    version: 1,
    entity: 'airport',
    doc: `Mean delay of ${hours} h.\nIn minutes`,
    source: source.name,
    by: ['from\nwhere'],
    aggregate: { function: 'mean', of: column('delay', 'int') },
    windowUs: hours * hourUs,
    default: value,
    type: typeOf('float'),
    tags: [],
  }
}

const feature = (name: string): Expr => ({ op: 'feature', name, type: typeOf('float') })
function derived(name: string, expr: Expr, inputs: Readonly<Record<string, string>>): DerivedFeaturePlan {
  const type = typeOf('float')
  return { kind: 'derived', name, version: 2, entity: 'airport', inputs, expr, default: -1, type, tags: [] }
}

const trend = derived('trend', call('subtract', 'float', feature('short'), feature('long')), {
  short: 'short@1',
  long: 'long@1',
})
const squared = derived('squared', call('multiply', 'float', feature('trend'), feature('trend')), {
  trend: 'trend@2',
})
const features: Readonly<Record<string, FeaturePlan>> = {
  'short@1': windowed('short', 1, null),
  'long@1': windowed('long', 3, 0),
  'trend@2': trend,
  'squared@2': squared,
}

/** One flight every half hour from BOI, with a delay that grows; every third from SEA. */
const events = Array.from({ length: 200 }, (_, i) => ({
  minutes: i * 30,
  from: i % 3 === 0 ? 'SEA' : 'BOI',
  delay: (i * 7) % 50,
}))

function expectedTrend({ minutes, from }: (typeof events)[number]): number {
  const mean = (hours: number) => {
    const window = events.filter(
      e => e.from === from && e.minutes < minutes && e.minutes >= minutes - hours * 60,
    )
    return window.length === 0 ? null : window.reduce((sum, e) => sum + e.delay, 0) / window.length
  }
  const short = mean(1)
  return short === null ? -1 : short - (mean(3) ?? 0)
}

let root: string
let engine: Engine
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'slipway-feature-'))
  const lines = events.map(e => {
    const at = new Date(Date.UTC(2001, 0, 1) + e.minutes * 60_000).toISOString().slice(0, 19)
    return `${at},${e.from},${e.delay}`
  })
  await writeFile(join(root, source.path), ['at,"from\nwhere",delay', ...lines].join('\n'))
  engine = await openEngine({ root, threads: 1 })
})
after(async () => {
  await engine.close()
  await rm(root, { recursive: true })
})

async function valuesOf(asked: FeaturePlan): Promise<readonly unknown[]> {
  const connection = await engine.connection()
  const sql = featureSql({
    feature: asked,
    features,
    sources: { [source.name]: source },
    observed: '(SELECT row_number() OVER () AS "the row", * FROM read_csv(\'flights.csv\'))',
    row: 'the row',
    time: 'CAST("at" AS TIMESTAMP)',
    keys: ['"from\nwhere"'],
  })
  const reader = await connection.runAndReadAll(`SELECT row_id, value FROM (${sql}) ORDER BY row_id`)
  connection.disconnectSync()
  const rows = reader.getRowsJS()
  assert.deepEqual(
    rows.map(([row]) => Number(row)),
    events.map((_, i) => i + 1),
    'every row once',
  )
  return rows.map(([, value]) => value)
}

test('a derived feature is its expression over what was known at the row’s time', async () => {
  const expected = events.map(expectedTrend)
  const close = (values: readonly unknown[], wanted: readonly number[]) =>
    values.forEach((value, i) =>
      assert.ok(Math.abs(Number(value) - wanted[i]!) < 1e-9, `${i}: ${String(value)}`),
    )
  close(await valuesOf(trend), expected)
  close(
    await valuesOf(squared),
    expected.map(value => value ** 2),
  )
  assert.equal((await valuesOf(features['long@1']!))[0], 0, 'a window has its default')
  assert.deepEqual(
    windowsOf(squared, features).map(({ name }) => name),
    ['short', 'long'],
  )
})

const plan: Plan = planOver(source, {
  features: [
    {
      name: 'delay_trend',
      type: typeOf('float'),
      value: { kind: 'catalog', feature: 'trend@2', keys: [column('from\nwhere', 'string')] },
      prepare: numeric,
    },
    {
      name: 'long',
      type: typeOf('float'),
      value: { kind: 'catalog', feature: 'long@1', keys: [column('from\nwhere', 'string')] },
      prepare: numeric,
    },
    rowFeature('twice', call('multiply', 'float', feature('delay_trend'), literal('int', 2))),
  ],
  catalogFeatures: features,
  label: {
    name: 'late',
    expr: call('greater', 'bool', column('delay', 'int'), literal('int', 25)),
    type: typeOf('bool'),
  },
})

test('a model trains on a derived feature and is served with its value as one input', async () => {
  const { model, onnx, card } = await engine.train(plan)
  assert.deepEqual(
    card.inputs.map(({ name, kind, feature: of }) => [name, kind, of]),
    [
      ['delay_trend', 'catalog', 'trend@2'],
      ['long', 'catalog', 'long@1'],
    ],
  )
  const wanted = events.map(expectedTrend)
  assert.equal(card.statistics.features['delay_trend']!.missing, 0)
  assert.ok(
    card.statistics.features['delay_trend']!.quantiles!.every(q => wanted.some(w => Math.abs(w - q) < 1e-9)),
  )
  const scorer = await createScorer(onnx, card)
  const [scored] = await scorer.score([{ delay_trend: 3, long: 1 }])
  await scorer.dispose()
  const [expected] = scoreRows(plan, model, [{ delay_trend: 3, long: 1 }])
  assert.ok(Math.abs(Number(scored!['probability']) - Number(expected!['probability'])) < 1e-12)
})

test('the query of a plan reads each window once and says what its parts are', async () => {
  const sql = planSql(plan)
  assert.equal(sql.match(/AS MATERIALIZED/g)!.length, 3, 'what is observed and two windows')
  assert.match(sql, /-- short@1 of airport: Mean delay of 1 h\. In minutes\n"window_1" AS/)
  assert.match(sql, /-- trend@2 of airport\n/)
  const connection = await engine.connection()
  assert.equal((await connection.runAndReadAll(sql)).currentRowCount, events.length)
  connection.disconnectSync()
})
