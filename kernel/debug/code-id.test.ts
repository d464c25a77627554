import assert from 'node:assert/strict'
import test from 'node:test'
import { cellPath, hashSeed, isCellPath, murmur2 } from './code-id.ts'

/** As clients compute them: JupyterLab's `murmur2` and ipykernel's `murmur2_x86` give these. */
const known: readonly (readonly [text: string, hash: number])[] = [
  ['', 3990065800],
  ['a', 2167009006],
  ['ab', 2805137849],
  ['abc', 3350977461],
  ['const a: number = 1\na', 3665114449],
  ['π → 😀, é', 2689449082],
]

test('the hash is the one that clients compute', () => {
  for (const [text, hash] of known) assert.equal(murmur2(text, hashSeed), hash, JSON.stringify(text))
})

test('a path is known by its form', () => {
  assert.ok(isCellPath(cellPath('const a = 1')))
  assert.ok(!isCellPath('/work/a.ts'))
})
