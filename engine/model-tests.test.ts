import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import type { ExpectationPlan, Plan, TestPlan, Value } from '../language/index.ts'
import { createScorer, openEngine, runTests, type Engine, type Scorer } from './index.ts'
import { column, columnsOfKinds, numeric, planOver, rowFeature, typeOf } from './plan/build.ts'

const source = {
  name: 'rows',
  format: 'csv' as const,
  path: 'rows.csv',
  time: 'at',
  knownAfterUs: 0,
  columns: columnsOfKinds({ at: 'timestamp', x: 'float', y: 'bool', key: 'string' }),
}
const plan: Plan = planOver(source, {
  features: [
    rowFeature('x', column('x', 'float'), { kind: 'numeric', impute: 'none', scale: 'standardize' }),
    {
      name: 'seen',
      type: typeOf('int'),
      value: { kind: 'catalog', feature: 'seen@0', keys: [column('key', 'string')] },
      prepare: numeric,
    },
  ],
  catalogFeatures: {
    'seen@0': {
      kind: 'window',
      name: 'seen',
      version: 0,
      entity: 'key',
      source: 'rows',
      by: ['key'],
      aggregate: { function: 'count' },
      windowUs: 864e8,
      default: 5,
      type: typeOf('int'),
      tags: [],
    },
  },
  label: { name: 'y', expr: column('y', 'bool'), type: typeOf('bool') },
  outputs: [
    { name: 'p', kind: 'probability' },
    { name: 'likely', kind: 'prediction' },
    { name: 'best', kind: 'rank', by: 'p', per: ['key'], top: 1 },
  ],
})

let root: string
let engine: Engine
let scorer: Scorer
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'slipway-model-tests-'))
  const lines = Array.from({ length: 300 }, (_, i) => {
    const x = Math.sin(i)
    return `2001-01-01T00:${String(i % 60).padStart(2, '0')},${x},${x + Math.cos(i * i) > 0},k${i % 3}`
  })
  await writeFile(join(root, source.path), ['at,x,y,key', ...lines].join('\n'))
  engine = await openEngine({ root, threads: 1 })
  const { onnx, card } = await engine.train(plan)
  scorer = await createScorer(onnx, card)
})
after(async () => {
  await scorer.dispose()
  await engine.close()
  await rm(root, { recursive: true })
})

const output = (row: string, name: string) => ({ kind: 'output' as const, row, output: name })
const value = (of: boolean | number | string | null) => ({ kind: 'value' as const, value: of })
const expectation = (
  left: ExpectationPlan['left'],
  op: ExpectationPlan['op'],
  right: ExpectationPlan['right'],
): ExpectationPlan => ({ left, op, right, text: 'as written' })

async function run(
  given: Readonly<Record<string, Readonly<Record<string, Value>>>>,
  ...expect: ExpectationPlan[]
) {
  const rows = Object.entries(given).map(([name, values]) => ({ name, values }))
  const asked: TestPlan = { name: 'a test', given: rows, expect }
  const [result] = await runTests({ ...plan, tests: [asked] }, scorer)
  return result!
}

test('rows of a test are scored together and compared', async () => {
  const result = await run(
    { near: { x: -1, key: 'a' }, far: { x: 1, key: 'a', y: true } },
    expectation(output('near', 'p'), '<', output('far', 'p')),
    expectation(output('far', 'likely'), '==', value(true)),
    expectation(output('far', 'best'), '==', value(1)),
    expectation(output('near', 'best'), '==', value(null)),
    expectation(output('near', 'best'), '<', value(3)),
    expectation(output('near', 'p'), '>=', value(0.99)),
  )
  assert.deepEqual(
    result.expectations.map(e => e.passed),
    [true, true, true, true, false, false],
  )
  assert.equal(result.passed, false)
  assert.equal(result.error, undefined)
  const last = result.expectations.at(-1)!
  assert.ok(typeof last.left === 'number' && last.left < 0.5)
  assert.deepEqual([last.text, last.right], ['as written', 0.99])
})

test('a catalog feature that is not given has its default', async () => {
  const same = expectation(output('without', 'p'), '==', output('default', 'p'))
  const { passed } = await run({ without: { x: 0 }, default: { x: 0, seen: 5 } }, same)
  assert.ok(passed)
  assert.equal((await run({ without: { x: 0 }, default: { x: 0, seen: 50 } }, same)).passed, false)
})

test('rows that cannot be scored fail the test and say why', async () => {
  const missing = await run({ row: { key: 'a' } }, expectation(output('row', 'p'), '<', value(1)))
  assert.equal(missing.passed, false)
  assert.match(missing.error!, /ENG006/)
  assert.match((await run({ row: { x: 'a' } })).error!, /ENG021/)
  assert.deepEqual(await runTests(plan, scorer), [])
})
