import assert from 'node:assert/strict'
import test from 'node:test'
import { hasMagic, withoutMagic } from './magic.ts'

test('a cell is in the model language by its first line', () => {
  for (const text of ['%%slip', '%%slip\nmodel m {', '\n%%slip  \n']) assert.ok(hasMagic(text), text)
  for (const text of ['', '%%sli', '%%slipway\n', 'const a = 1\n%%slip', '// %%slip'])
    assert.ok(!hasMagic(text), text)
})

test('the model text is what follows', () => {
  assert.equal(withoutMagic('%%slip\nentity a(b: string)\n'), 'entity a(b: string)\n')
  assert.equal(withoutMagic('%%slip'), '')
  assert.equal(withoutMagic('entity a(b: string)'), 'entity a(b: string)')
})
