import assert from 'node:assert/strict'
import test from 'node:test'
import { createHistory } from './history.ts'

const history = createHistory()
for (const [i, input] of ['a = 1', 'b(2)', 'a = 1', 'c?'].entries()) history.add(i + 1, input)
history.setOutput(2, 'two')

const inputs = async (request: Record<string, unknown>) =>
  (await history.answer(request)).map(entry => entry[2])

test('the tail, the newest last', async () => {
  assert.deepEqual(await inputs({ hist_access_type: 'tail', n: 2 }), ['a = 1', 'c?'])
  assert.deepEqual(await inputs({ hist_access_type: 'tail', n: 0 }), [])
})

test('a range, its end excluded', async () => {
  assert.deepEqual(await inputs({ hist_access_type: 'range', session: 0, start: 2, stop: 4 }), [
    'b(2)',
    'a = 1',
  ])
  assert.deepEqual(await inputs({ hist_access_type: 'range', session: 0, start: 3 }), ['a = 1', 'c?'])
})

test('a search by a pattern, of equal ones the newest', async () => {
  assert.deepEqual(await inputs({ hist_access_type: 'search', pattern: 'a*' }), ['a = 1', 'a = 1'])
  assert.deepEqual(await inputs({ hist_access_type: 'search', pattern: 'a*', unique: true }), ['a = 1'])
  assert.deepEqual(await inputs({ hist_access_type: 'search', pattern: '?(*)', n: 5 }), ['b(2)'])
})

test('with outputs', async () => {
  assert.deepEqual(await history.answer({ hist_access_type: 'range', start: 2, stop: 4, output: true }), [
    [0, 2, ['b(2)', 'two']],
    [0, 3, ['a = 1', null]],
  ])
})

test('what it does not know is refused', () =>
  assert.rejects(inputs({ hist_access_type: 'other' }), { code: 'KERNEL008' }))
