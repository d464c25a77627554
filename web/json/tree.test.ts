import assert from 'node:assert/strict'
import test from 'node:test'
import { details, percentOf } from '../progress/text.ts'
import { previewOf, search } from './tree.ts'

test('a preview is one short line', () => {
  assert.equal(previewOf({ a: 1, b: [1, 2], c: 'x', d: null }), '{a: 1, b: […], c: "x", d: null}  4 keys')
  assert.equal(previewOf([{}]), '[{…}]  1 item')
  assert.ok(previewOf(Array.from({ length: 1000 }, (_, i) => `${i}`.repeat(9))).length < 90)
})

test('search finds keys and values, boundedly', () => {
  assert.deepEqual(search({ Name: 'x', list: [{ name: 1 }, 'rename'] }, 'name'), [
    ['Name'],
    ['list', 0, 'name'],
    ['list', 1],
  ])
  assert.equal(
    search(
      Array.from({ length: 1000 }, () => 'a'),
      'a',
    ).length,
    200,
  )
  assert.deepEqual(search({ a: 1 }, ''), [])
})

test('what stands beside a bar', () => {
  const bar = {
    label: 'x',
    done: 120,
    total: 400,
    unit: 'rows',
    rate: 35,
    elapsedMs: 3000,
    remainingMs: 8000,
    state: 'running',
  } as const
  assert.equal(percentOf(bar), 30)
  assert.equal(details(bar), '120 of 400 rows · 35 rows/s · 8.0 s left')
  assert.equal(
    details({ ...bar, done: 400, remainingMs: undefined, state: 'done' }),
    '400 of 400 rows · 35 rows/s · 3.0 s',
  )
  assert.equal(
    details({ label: 'x', done: 3, rate: 0.25, elapsedMs: 12_000, state: 'stopped' }),
    'stopped · 4.0 s each · 12.0 s',
  )
  assert.equal(percentOf({ ...bar, done: 399.9, total: 400 }), 99)
})
