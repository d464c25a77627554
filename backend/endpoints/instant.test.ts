import assert from 'node:assert/strict'
import test from 'node:test'
import { instantOfUs, parseInstantUs } from './instant.ts'

test('times are read to the microsecond, UTC when they have no zone', () => {
  assert.equal(parseInstantUs('1970-01-01T00:00:00.000001Z'), 1)
  assert.equal(parseInstantUs('1970-01-02'), 86_400_000_000)
  assert.equal(parseInstantUs('2001-06-12T07:10'), Date.UTC(2001, 5, 12, 7, 10) * 1000)
  assert.equal(parseInstantUs('2001-06-12 07:10:05+02:00'), Date.UTC(2001, 5, 12, 5, 10, 5) * 1000)
})

test('what is no time is none', () => {
  for (const text of ['', 'yesterday', '2001-02-30', '2001-13-01', '12/06/2001', '2001-06-12T25:00'])
    assert.equal(parseInstantUs(text), undefined, text)
})

test('a time is written as it is read', () => {
  assert.equal(instantOfUs(parseInstantUs('2001-06-12T07:10')!), '2001-06-12T07:10:00.000Z')
})
