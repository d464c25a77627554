import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { kernelModule as compiledKernel } from '../../../scripts/wasm.ts'
import { createArena, instantiateKernel } from './kernel.ts'

test('the compiled kernel is that of kernel.wat: run `node scripts/wasm.ts` after a change', async () => {
  const written = await readFile(join(import.meta.dirname, 'kernel-wasm.ts'), 'utf8')
  assert.equal(written, await compiledKernel(import.meta.dirname))
})

test('memory grows as it is asked for, aligned and empty', () => {
  const arena = createArena()
  const addresses = [5, 100_000, 1, 16].map(size => arena.allocate(size))
  assert.ok(addresses.every(at => at % 16 === 0 && at > 0))
  assert.equal(new Set(addresses).size, 4)
  assert.ok(new Uint8Array(arena.memory.buffer).every(byte => byte === 0))
  assert.throws(() => arena.allocate(2 ** 33), RangeError)
})

test('partition keeps the order of both sides', () => {
  const arena = createArena()
  const [bins, rows, side, spare] = [10, 40, 4, 40].map(size => arena.allocate(size)) as [
    number,
    number,
    number,
    number,
  ]
  const { buffer } = arena.memory
  new Uint8Array(buffer, bins, 10).set([0, 1, 2, 3, 0, 1, 2, 3, 0, 1])
  new Uint32Array(buffer, rows, 10).set([9, 8, 7, 6, 5, 4, 3, 2, 1, 0])
  new Uint8Array(buffer, side, 4).set([1, 0, 0, 1])
  const kernel = instantiateKernel(arena.memory)
  assert.equal(kernel.partition(bins, 0, rows, 10, side, spare), 5)
  assert.deepEqual([...new Uint32Array(buffer, rows, 10)], [8, 7, 4, 3, 0, 9, 6, 5, 2, 1])
  assert.equal(kernel.partition(bins, 0, rows, 0, side, spare), 0)
})
