import assert from 'node:assert/strict'
import test from 'node:test'
import { rowOf } from './row.ts'

test('fields become values of their kind; an empty one is missing, or left to be looked up', () => {
  const row = rowOf([
    { name: 'distance', kind: 'int', text: '400', required: true },
    { name: 'origin', kind: 'category', text: '007', required: true },
    { name: 'date', kind: 'timestamp', text: '2001-06-12T07:10', required: true },
    { name: 'night', kind: 'bool', text: 'false', required: true },
    { name: 'delay', kind: 'float', text: '  ', required: true },
    { name: 'origin_delay', kind: 'float', text: '', required: false },
  ])
  assert.deepEqual(row, { distance: 400, origin: '007', date: '2001-06-12T07:10', night: false, delay: null })
})

test('what is no number is left for the service to refuse', () => {
  assert.deepEqual(rowOf([{ name: 'distance', kind: 'int', text: 'far', required: true }]), {
    distance: 'far',
  })
})
