import assert from 'node:assert/strict'
import test from 'node:test'
import { nextSorting, sortRows } from './sort.ts'

const rows = [[2, 'b'], [null, 'a'], [10, null], [2, 'a']] as const // prettier-ignore

test('numbers sort as numbers, missing values last in both directions', () => {
  const up = sortRows(rows, { column: 0, descending: false })
  assert.deepEqual(up.map(row => row[0]), [2, 2, 10, null]) // prettier-ignore
  const down = sortRows(rows, { column: 0, descending: true })
  assert.deepEqual(down.map(row => row[0]), [10, 2, 2, null]) // prettier-ignore
})

test('equal values keep their order', () => {
  assert.deepEqual(sortRows(rows, { column: 0, descending: false })[0], [2, 'b'])
})

test('big integers and NaN arrive as text and still sort as numbers', () => {
  const big = [['9007199254740993'], [7], ['NaN'], ['-Infinity']]
  const sorted = sortRows(big, { column: 0, descending: false }, true)
  assert.deepEqual(sorted.flat(), ['-Infinity', 7, '9007199254740993', 'NaN'])
})

test('clicks on a column go up, down and back to the order of the table', () => {
  const first = nextSorting(undefined, 1)
  const second = nextSorting(first, 1)
  assert.deepEqual([first?.descending, second?.descending, nextSorting(second, 1)], [false, true, undefined])
  assert.deepEqual(nextSorting(second, 0), { column: 0, descending: false })
})
