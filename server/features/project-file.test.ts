import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import test from 'node:test'
import { createDocument } from '../core/document.ts'
import { projectFileDiagnostics } from './project-file.ts'

const schema = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../../library/slipway.schema.json'), 'utf8'),
) as object

/** Each diagnostic as its code, what it underlines and the first line of its message. */
function problems(text: string, withSchema = true): readonly string[] {
  const document = createDocument({ uri: 'file:///p/slipway.json', text })
  const options = { schema: withSchema ? schema : undefined, documentation: 'file:///docs' }
  return projectFileDiagnostics(document, options).map(
    ({ code, range, message }) => `${code} ${document.getText(range)} | ${String(message).split('\n')[0]}`,
  )
}

test('a right project file has no problems', () => {
  assert.deepEqual(problems('{ "language": 1 }'), [])
  assert.deepEqual(problems('{ "language": 1, "catalog": "embedded", "backend": { "url": "http://a" } }'), [])
})

test('an unknown version of the language is one problem, and names the versions there are', () => {
  const expected = 'SLIP406 7 | Expected a version of the language (1), got 7.'
  assert.deepEqual(problems('{ "language": 7 }'), [expected])
  assert.deepEqual(problems('{ "language": 7 }', false), [expected])
})

test('what the schema does not know is underlined where it stands', () => {
  assert.deepEqual(problems('{ "language": 1, "catalgo": "x" }'), [
    'LIB101 "catalgo" | Unknown setting `catalgo`.',
  ])
  const [wrongType, ...rest] = problems('{ "language": 1, "catalog": 5 }')
  assert.match(wrongType!, /^LIB101 5 \| Expected the value of `catalog`/)
  assert.deepEqual(rest, [])
  assert.match(problems('{}')[0]!, /^LIB101 \{ \| .*language/)
  assert.equal(problems('{ "language": "1" }').length, 1)
  assert.equal(problems('{ "language": 1, "backend": 7 }').length, 1)
  assert.deepEqual(problems('{ "catalgo": 1 }', false), [])
})

test('what is no JSON is one problem', () => {
  assert.match(problems('{ "language": 1').join(), /^LIB101 .* \| Expected JSON \(close brace expected\)\.$/)
  assert.match(problems('').join(), /^LIB101 /)
  assert.equal(problems('{ "language": 1, }').length, 1)
  assert.equal(problems('[]').length, 1)
})
