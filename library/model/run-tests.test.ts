import assert from 'node:assert/strict'
import test from 'node:test'
import type { Card } from '../../engine/types.ts'
import type { ExpectationPlan, TestPlan } from '../../language/index.ts'
import { runModelTests, type ScoringModel } from './run-tests.ts'

const float = { kind: 'float', nullable: true } as const
const card = {
  plan: {
    features: [
      { name: 'distance', value: { kind: 'row' } },
      { name: 'origin_delay', value: { kind: 'catalog', feature: 'delay@1' } },
      { name: 'origin_twice', value: { kind: 'catalog', feature: 'twice@1' } },
    ],
    catalogFeatures: {
      'delay@1': { kind: 'window', name: 'delay', default: 3 },
      'twice@1': {
        kind: 'derived',
        name: 'twice',
        inputs: { delay: 'delay@1' },
        expr: {
          op: 'call',
          function: 'add',
          args: [
            { op: 'feature', name: 'delay', type: float },
            { op: 'feature', name: 'delay', type: float },
          ],
          type: float,
        },
        default: null,
      },
    },
  },
} as unknown as Card

/** Answers with what it was given, and with the place of the row among those scored with it. */
const model: ScoringModel = {
  card,
  score: rows =>
    Promise.resolve(
      rows.map((row, i) => {
        if (row['distance'] === -1) throw new Error('no flight is that short')
        return {
          p: (row['distance'] ?? null) as number | null,
          delay: row['origin_delay'] as number,
          twice: row['origin_twice'] as number,
          rank: i + 1,
        }
      }),
    ),
}

const output = (name: string, row = 'row') => ({ kind: 'output', row, output: name }) as const
const value = (given: number | string | null) => ({ kind: 'value', value: given }) as const
const expectation = (
  left: ExpectationPlan['left'],
  op: ExpectationPlan['op'],
  right: ExpectationPlan['right'],
): ExpectationPlan => ({ left, op, right, text: 'as written' })

async function run(given: TestPlan['given'], ...expect: ExpectationPlan[]) {
  const [outcome] = await runModelTests(model, [{ name: 'a test', given, expect }])
  return outcome!
}

const one = (values: TestPlan['given'][number]['values']): TestPlan['given'] => [{ name: 'row', values }]

test('an expectation that holds passes; one that does not says what came and what should have', async () => {
  const passed = await run(one({ distance: 0.25 }), expectation(output('p'), '<', value(0.5)))
  assert.equal(passed.state, 'passed')
  const failed = await run(
    one({ distance: 0.75 }),
    expectation(output('p'), '<', value(0.5)),
    expectation(output('p'), '>', value(0.5)),
  )
  assert.equal(failed.state, 'failed')
  assert.deepEqual(failed.expectations, [
    { text: 'as written', met: false, actual: '0.75', expected: '< 0.5' },
    { text: 'as written', met: true, actual: '0.75', expected: '> 0.5' },
  ])
})

test('rows are scored together and compared with each other', async () => {
  const given = [
    { name: 'near', values: { distance: 1 } },
    { name: 'far', values: { distance: 2 } },
  ]
  const outcome = await run(
    given,
    expectation(output('p', 'near'), '>=', output('p', 'far')),
    expectation(output('rank', 'far'), '==', value(2)),
  )
  assert.deepEqual(
    outcome.expectations.map(({ met, expected }) => [met, expected]),
    [
      [false, '>= far.p (2)'],
      [true, '== 2'],
    ],
  )
})

test('what is absent is missing; features of a key that nobody has seen have their defaults', async () => {
  const outcome = await run(
    one({ unused: 7 }),
    expectation(output('p'), '==', value(null)),
    expectation(output('p'), '<', value(1)),
    expectation(output('p'), '!=', value(1)),
    expectation(output('delay'), '==', value(3)),
    expectation(output('twice'), '==', value(6)),
  )
  assert.deepEqual(
    outcome.expectations.map(({ met }) => met),
    [true, false, true, true, true],
  )
  assert.equal(outcome.expectations[1]?.actual, 'missing')
})

test('what cannot be scored, and what expects nothing, is no pass', async () => {
  const unscored = await run(one({ distance: -1 }), expectation(output('p'), '<', value(0.5)))
  assert.equal(unscored.state, 'errored')
  assert.match(unscored.problem!, /that short/)
  assert.equal((await run(one({ distance: 1 }))).state, 'errored')
  const unknown = await run(one({ distance: 1 }), expectation(output('q'), '<', value(0.5)))
  assert.equal(unknown.state, 'failed')
})
