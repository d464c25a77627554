import assert from 'node:assert/strict'
import test from 'node:test'
import { rowOf } from './row.ts'

test('fields become values of their kind, empty ones are left out', () => {
  const row = rowOf([
    { name: 'distance', kind: 'int', text: '400' },
    { name: 'origin', kind: 'category', text: '007' },
    { name: 'date', kind: 'timestamp', text: '2001-06-12T07:10' },
    { name: 'night', kind: 'bool', text: 'false' },
    { name: 'delay', kind: 'float', text: '  ' },
  ])
  assert.deepEqual(row, { distance: 400, origin: '007', date: '2001-06-12T07:10', night: false })
})

test('what is no number is left for the service to refuse', () => {
  assert.deepEqual(rowOf([{ name: 'distance', kind: 'int', text: 'far' }]), { distance: 'far' })
})
