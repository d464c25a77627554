import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { BackendError, backendErrors, errorBody, errorFromBody, notFound, suggestNames } from './errors.ts'

test('every code is documented, and none that does not exist', async () => {
  const page = await readFile(join(import.meta.dirname, '../docs/backend.md'), 'utf8')
  const documented = [...page.matchAll(/^\| (BCK\d{3}) \|/gm)].map(match => match[1])
  assert.deepEqual(documented, Object.keys(backendErrors))
})

test('an error comes out of the wire as it went in', () => {
  const error = new BackendError('BCK012', 'Wrong.', {
    expected: 'a number',
    got: 'text',
    action: 'Mend it.',
    details: [{ row: 0, column: 'x' }],
  })
  const received = errorFromBody(400, JSON.parse(JSON.stringify(errorBody(error, 'id-1'))))
  assert.equal(received.message, 'Wrong. Expected: a number. Got: text. Mend it.')
  assert.deepEqual([received.code, received.details, received.requestId], ['BCK012', error.details, 'id-1'])
})

test('an answer that is not ours is said to be none', () => {
  const error = errorFromBody(502, { oops: true })
  assert.equal(error.code, 'BCK500')
  assert.match(error.message, /status 502.*\{"oops":true\}/)
})

test('names are suggested when they are close', () => {
  assert.deepEqual(suggestNames('lte', ['late', 'damage']), ['late'])
  assert.deepEqual(suggestNames('zebra', ['late', 'damage']), [])
  assert.match(notFound('model', 'zebra', ['late', 'damage']).message, /Expected: one of late, damage\./)
})
