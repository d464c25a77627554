import assert from 'node:assert/strict'
import test from 'node:test'
import { holdResults, withoutHeld } from './replay.ts'

const output = (expression: string, start: number) => ({
  ...{ name: 'x', codec: 'json' as const, afterRun: 0, isVariable: false },
  expression,
  start,
})

test('an output that is an expression is kept where it stands, wherever its text stands again', () => {
  const source = 'f(2) // not the f(2) in\nfunction g() { return f(2) }'
  assert.equal(
    holdResults(source, [output('f(2)', 0)]),
    'var __slipway_result0 = (f(2)) // not the f(2) in\nfunction g() { return f(2) }\n;__slipway_result0',
  )
})

test('two expressions of one run are both kept, and the later one is shown', () => {
  assert.equal(
    holdResults('a + 1\nb + 1', [output('a + 1', 0), output('b + 1', 6)]),
    'var __slipway_result0 = (a + 1)\nvar __slipway_result1 = (b + 1)\n;__slipway_result1',
  )
})

test('a failure shows what its author wrote', () => {
  const frame = [
    '        1 | const _ = 1',
    '      > 2 | var __slipway_result0 = (_.chunk([1], (2)))',
    '          |                          ^',
  ]
  assert.deepEqual(withoutHeld(frame.join('\n')).split('\n'), [
    '        1 | const _ = 1',
    '      > 2 | _.chunk([1], (2))',
    '          | ^',
  ])
})
