import assert from 'node:assert/strict'
import test from 'node:test'
import { shortNumber, textHistogram } from './histogram.ts'

test('a histogram has a bar per bin, and few bins', () => {
  assert.equal(textHistogram([0, 1, 4, 8]), ' ▂▅█')
  assert.equal(textHistogram([1, 10_000]), '▁█')
  assert.equal(textHistogram([]), '')
  assert.equal(textHistogram(Array(100).fill(1)).length, 20)
})

test('numbers are short', () => {
  assert.equal(shortNumber(1234567), '1,234,567')
  assert.equal(shortNumber(0.123456), '0.1235')
  assert.equal(shortNumber(12345.6), '12,346')
  assert.equal(shortNumber(NaN), 'NaN')
})
