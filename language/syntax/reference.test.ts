/** The grammar of the reference has the words of the parser: all of them, and no others. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { keywords } from './keywords.ts'

const reference = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'language.md'), 'utf8')
const grammar = reference.slice(reference.indexOf('\n## Grammar\n'))
const rules = grammar.split('\n').filter(line => line.startsWith('    '))

test('the grammar of the reference has the words of the language', () => {
  const quoted = new Set(
    rules.flatMap(line => [...line.matchAll(/"([a-z_0-9]{2,})"/g)].map(match => match[1]!)),
  )
  const words = new Set<string>(Object.values(keywords).flat())
  const others = ['parquet', 'csv', 'json', 'arrow', 'catalog', 'sqlite', 'postgres', 'vector', 'float']
  // What may be varied from group to group is a name to the grammar.
  const names = ['intercept']
  assert.deepEqual(
    [...words].filter(word => !quoted.has(word) && !names.includes(word)),
    [],
  )
  assert.deepEqual(
    [...quoted].filter(word => !words.has(word) && !others.includes(word)),
    [],
  )
})

test('every rule of the grammar that is used is there', () => {
  const defined = new Set(rules.flatMap(line => /^ {4}([a-z-]+) += /.exec(line)?.[1] ?? []))
  const terminals = ['letter', 'digit', 'digits', 'mark', 'any', 'character', 'but', 'and', 'newline']
  const used = rules.flatMap(line => [
    ...line
      .replace(/^ {4}[a-z-]+ += /, '')
      .replace(/"[^"]*"/g, ' ')
      .matchAll(/[a-z-]{2,}/g),
  ])
  const unknown = used.map(([name]) => name).filter(name => !defined.has(name) && !terminals.includes(name))
  assert.deepEqual([...new Set(unknown)], [])
})
