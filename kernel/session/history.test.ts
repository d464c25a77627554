import assert from 'node:assert/strict'
import test from 'node:test'
import { createHistory } from './history.ts'

const history = createHistory()
for (const [i, input] of ['a = 1', 'b(2)', 'a = 1', 'c?'].entries()) history.add(i + 1, input)
history.setOutput(2, 'two')

const inputs = (request: Record<string, unknown>) => history.answer(request).map(entry => entry[2])

test('the tail, the newest last', () => {
  assert.deepEqual(inputs({ hist_access_type: 'tail', n: 2 }), ['a = 1', 'c?'])
  assert.deepEqual(inputs({ hist_access_type: 'tail', n: 0 }), [])
})

test('a range, its end excluded', () => {
  assert.deepEqual(inputs({ hist_access_type: 'range', session: 0, start: 2, stop: 4 }), ['b(2)', 'a = 1'])
  assert.deepEqual(inputs({ hist_access_type: 'range', session: 0, start: 3 }), ['a = 1', 'c?'])
})

test('a search by a pattern, of equal ones the newest', () => {
  assert.deepEqual(inputs({ hist_access_type: 'search', pattern: 'a*' }), ['a = 1', 'a = 1'])
  assert.deepEqual(inputs({ hist_access_type: 'search', pattern: 'a*', unique: true }), ['a = 1'])
  assert.deepEqual(inputs({ hist_access_type: 'search', pattern: '?(*)', n: 5 }), ['b(2)'])
})

test('with outputs', () => {
  assert.deepEqual(history.answer({ hist_access_type: 'range', start: 2, stop: 4, output: true }), [
    [0, 2, ['b(2)', 'two']],
    [0, 3, ['a = 1', null]],
  ])
})

test('what it does not know gives nothing', () => assert.deepEqual(inputs({ hist_access_type: 'other' }), []))
