import assert from 'node:assert/strict'
import test from 'node:test'
import { checkConfig, createWorkspace, languageVersions, newestLanguage } from './index.ts'
import { host } from './testing/world.ts'

const found = (text: string) =>
  checkConfig(text).map(({ code, path, span }) => [code, path, text.slice(span.start, span.end)])

test('a version that is known, or none, is right', () => {
  for (const version of languageVersions) assert.deepEqual(found(`{ "language": ${version} }`), [])
  assert.deepEqual(found('{ "catalog": { "language": 9 }, "backend": ["language", 9] }'), [])
  for (const text of ['', '{', '[]', '"language"', '{ "language"', '{ "language": ', 'language: 9'])
    assert.deepEqual(found(text), [], text)
})

test('another version is underlined in slipway.json', () => {
  assert.deepEqual(found('{\n  "language": 7,\n  "catalog": "embedded"\n}'), [
    ['SLIP406', 'slipway.json', '7'],
  ])
  assert.deepEqual(found('{ "catalog": { "a": [1] }, "language": "1" }'), [
    ['SLIP406', 'slipway.json', '"1"'],
  ])
  assert.deepEqual(found('{ "language": { "version": [1] }, "engine": "duckdb" }'), [
    ['SLIP406', 'slipway.json', '{ "version": [1] }'],
  ])
  assert.deepEqual(found('{ "a": "\\"language\\": 3", "langu\\u0061ge": 3 }'), [
    ['SLIP406', 'slipway.json', '3'],
  ])
  assert.deepEqual(found('{ /* "language": 3 */ // "language": 4\n "language": 5 }'), [
    ['SLIP406', 'slipway.json', '5'],
  ])
})

test('a workspace uses the version that is asked for, else the newest', () => {
  assert.equal(createWorkspace(host, { language: 1 }).language, 1)
  assert.equal(createWorkspace(host, { language: 99 }).language, newestLanguage)
  assert.equal(createWorkspace(host).language, newestLanguage)
})
