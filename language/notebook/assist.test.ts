import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { completeMagic, hoverMagic, magicForms, magicHelp } from './assist.ts'
import { magics } from './magics.ts'

/** Completes at the bar. */
function complete(marked: string, world = {}) {
  const offset = marked.indexOf('|')
  const source = marked.replace('|', '')
  const found = completeMagic(source, offset, world)
  return (
    found && { texts: found.items.map(({ text }) => text), replaced: source.slice(found.start, found.end) }
  )
}

test('names of magics where one may stand', () => {
  assert.deepEqual(complete('%ins|'), { texts: ['%install'], replaced: '%ins' })
  assert.deepEqual(complete('const a = 1\n%wh|os'), { texts: ['%who', '%whos'], replaced: '%whos' })
  assert.ok(complete('%%|')?.texts.includes('%%slip'))
  assert.ok(complete('|%')?.texts === undefined)
  assert.deepEqual(complete('%%s|')?.texts, ['%%sh', '%%slip', '%%svg'])
  assert.ok(complete('%|')?.texts.includes('%%time'))
  assert.equal(complete('const a = 1\n%%s|'), undefined)
  assert.equal(complete('const a = (\n%w|'), undefined)
  assert.equal(complete('`\n%w|'), undefined)
  assert.equal(complete('const r = a %w|'), undefined)
})

test('arguments and options', () => {
  assert.deepEqual(complete('%reset fl|', { names: ['flights', 'x'] }), {
    texts: ['flights'],
    replaced: 'fl',
  })
  assert.deepEqual(complete('%install --|')?.texts, ['--save-dev', '--registry', '--force'])
  assert.deepEqual(complete('%run a|', { files: ['a.ts', 'b.ts'] })?.texts, ['a.ts'])
  assert.deepEqual(complete('%env P|', { variables: ['PATH', 'TZ'] })?.texts, ['PATH'])
  assert.ok(complete('%help %ti|')?.texts.includes('%time'))
  assert.equal(complete('%time fl|'), undefined, 'TypeScript is completed there')
})

test('a hover says what a magic is', () => {
  assert.match(
    hoverMagic('const a = 1\n%time f()', 14)!.markdown,
    /\*\*`%time \[statement\]`\*\* or \*\*`%%time`\*\*/,
  )
  assert.match(hoverMagic('%instal x', 3)!.markdown, /Did you mean %install/)
  assert.equal(hoverMagic('%time f()', 7), undefined)
  for (const entry of magics) assert.ok(magicHelp(entry).includes(entry.examples[0]!), entry.name)
})

test('docs/notebooks.md has the same table', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/notebooks.md'), 'utf8')
  for (const entry of magics) {
    const forms = magicForms(entry).map(form => `\`${form.replaceAll('|', '\\|')}\``)
    const row = `| ${forms.join(', ')} | ${entry.summary} |`
    assert.ok(page.includes(row), `Expected docs/notebooks.md to have the row\n${row}`)
  }
})
