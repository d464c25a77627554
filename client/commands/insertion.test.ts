import assert from 'node:assert/strict'
import test from 'node:test'
import { featureInsertion } from './insertion.ts'

const text = `source a {
}
model m {
  observe a
  features {
    x = "}"
    y // }
  }
  label l = z
}`.split('\n')

test('inside the block the feature goes behind the cursor', () => {
  assert.deepEqual(featureInsertion(text, 5), { behindLine: 5 })
  assert.deepEqual(featureInsertion(text, 4), { behindLine: 4 })
})

test('elsewhere it goes to the end of the block, whatever texts and comments hold', () => {
  assert.deepEqual(featureInsertion(text, 0), { behindLine: 6 })
  assert.deepEqual(featureInsertion(text, 7), { behindLine: 6 })
  assert.deepEqual(featureInsertion(text, 9), { behindLine: 6 })
})

test('a text without the block has no such place', () => {
  assert.equal(featureInsertion(['model m {', '}'], 0), undefined)
})
