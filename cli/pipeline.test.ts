/** Parameters given to a run: of the type that the pipeline has them. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { CliError } from './errors.ts'
import { parseParameters, type Pipeline } from './pipeline.ts'

const parameters = [
  { name: 'factor', schema: { type: 'number' }, default: 2.5 },
  { name: 'city', schema: { type: 'string' }, default: 'Oslo' },
  { name: 'isFull', schema: { type: 'boolean' }, default: false },
  { name: 'rows', schema: { anyOf: [{ type: 'number' }, { const: 'all' }] }, default: 10 },
]
const pipeline = { manifest: { name: 'p', parameters } } as unknown as Pipeline

test('values are read as the parameter takes them', () => {
  const given = ['factor=3', 'city=7', 'isFull=true', 'rows=all']
  assert.deepEqual(parseParameters(pipeline, given), { factor: 3, city: '7', isFull: true, rows: 'all' })
  assert.deepEqual(parseParameters(pipeline, ['city=', 'rows=5']), { city: '', rows: 5 })
})

for (const [given, problem] of [
  ['factor=abc', /Expected a number for the parameter factor, got abc/],
  ['factor=', /got nothing/],
  ['factor=null', /got null/],
  ['factor=[1]', /got \[1\]/],
  ['factor=1e999', /got 1e999/],
  ['factor="5"', /got "5"/],
  ['isFull=yes', /true or false/],
  ['rows=some', /a value of \{"anyOf"/],
  ['speed=1', /no parameter speed\. It has factor \(a number\), city \(a text\)/],
  ['factor', /name=value/],
] as const)
  test(`--param ${given} is refused`, () => {
    assert.throws(
      () => parseParameters(pipeline, [given]),
      (thrown: unknown) =>
        thrown instanceof CliError && thrown.code === 'CLI006' && problem.test(thrown.message),
    )
  })
