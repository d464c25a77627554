import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allocateColumns, memoryOf } from './column-memory.ts'

test('many columns lie in one memory, aligned, apart and empty; it grows and leaves them as they are', () => {
  const columns = allocateColumns(20_001, 3)
  const home = memoryOf(columns[0])!
  assert.ok(columns.every(column => memoryOf(column) === home && column.byteOffset % 64 === 0))
  assert.ok(columns.every(column => column.length === 20_001 && column.every(x => x === 0)))
  columns.forEach((column, j) => column.fill(j + 1))
  assert.ok(columns.every((column, j) => column.every(x => x === j + 1)))
  assert.ok(columns.every(column => column.byteOffset + column.byteLength <= home.end))
  home.memory.grow(100)
  columns[0]![7] = 9
  assert.equal(new Float64Array(home.memory.buffer)[columns[0]!.byteOffset / 8 + 7], 9)
  assert.equal(memoryOf(columns[2]), home)
  assert.equal(memoryOf(columns[2]!.subarray(5)), home)
})

test('few numbers, copies and nothing have no such memory', () => {
  const [few] = allocateColumns(100, 2)
  assert.equal(few!.length, 100)
  assert.equal(memoryOf(few), undefined)
  assert.equal(memoryOf(allocateColumns(50_000, 1)[0]!.slice()), undefined)
  assert.equal(memoryOf(undefined), undefined)
  assert.deepEqual(allocateColumns(10, 0), [])
})

test('more columns than addresses reach are columns all the same', () => {
  const columns = allocateColumns(2 ** 28, 3)
  assert.ok(columns.every(column => column.length === 2 ** 28))
  assert.equal(memoryOf(columns[0]), undefined)
})
