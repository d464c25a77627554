import assert from 'node:assert/strict'
import test from 'node:test'
import { choice, literal, place, withoutPlaces } from './snippets.ts'

test('what a snippet would read is escaped', () => {
  assert.equal(literal('a$b}c\\'), 'a\\$b\\}c\\\\')
  assert.equal(place(1, '$x'), '${1:\\$x}')
  assert.equal(choice(2, ['a,b', 'c|d']), '${2|a\\,b,c\\|d|}')
  assert.equal(choice(2, ['only']), '${2:only}')
  assert.equal(choice(2, [], 'name'), '${2:name}')
})

test('an editor without snippets gets the text with the first choices', () => {
  assert.equal(withoutPlaces('log($1)$0'), 'log()')
  assert.equal(withoutPlaces('from ${1|csv,parquet|} "${2:data/a.csv}"'), 'from csv "data/a.csv"')
  assert.equal(withoutPlaces(`f(${choice(1, ['a,b', 'c'])}, ${place(2, 'x}y')})`), 'f(a,b, x}y)')
  assert.equal(withoutPlaces('a {\n  $0\n}'), 'a {\n  \n}')
})
