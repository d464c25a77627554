import assert from 'node:assert/strict'
import test from 'node:test'
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
