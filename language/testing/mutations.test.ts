import assert from 'node:assert/strict'
import test from 'node:test'
import { runMutations } from './mutations.ts'

test('a few mutated files: nothing throws, nothing is hidden, formatting keeps what is meant', () => {
  const { failures, slowestMs } = runMutations({ nFiles: 60, seed: 7 })
  assert.deepEqual(failures, [])
  assert.ok(slowestMs < 5000, `the slowest took ${slowestMs} ms`)
})
