import assert from 'node:assert/strict'
import test from 'node:test'
import { compiledText, parseCompiledUri } from './compiled-text.ts'

test('an address says what is shown', () => {
  assert.deepEqual(parseCompiledUri({ path: '/late.sql', query: 'file:///p/late.slip' }), {
    source: 'file:///p/late.slip',
    name: 'late',
    form: 'sql',
  })
  assert.equal(parseCompiledUri({ path: '/late.plan.json', query: '' }).form, 'plan')
  assert.equal(parseCompiledUri({ path: '/late.plan.json', query: '' }).name, 'late')
})

test('SQL is shown as it is', () => {
  const answer = { text: 'SELECT 1', problems: [] }
  assert.equal(compiledText({ name: 'late', form: 'sql', answer }), 'SELECT 1\n')
})

test('with errors the reasons stand above the SQL that was there before', () => {
  const answer = { problems: ['late.slip:3: SLIP301 leaks'] }
  assert.equal(
    compiledText({ name: 'late', form: 'sql', answer, before: 'SELECT 1\n' }),
    `-- late has errors, so there is no SQL of it as it stands:
-- late.slip:3: SLIP301 leaks

-- The SQL of the last text without an error:

SELECT 1
`,
  )
})

test('a plan stays JSON, also with errors', () => {
  const shown = compiledText({ name: 'late', form: 'plan', answer: { problems: ['SLIP301 leaks'] } })
  assert.deepEqual(JSON.parse(shown), { problems: ['SLIP301 leaks'] })
})

test('a declaration that is gone is said to be', () => {
  assert.match(compiledText({ name: 'late', form: 'sql', answer: null }), /late is declared there any more/)
})
