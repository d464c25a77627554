/**
 * What newcomers write: every case of `golden/*-mistakes.txt` (they are separated by `---`) with what is said about it
 * in the file beside it. `UPDATE_GOLDEN=1` rewrites the expectations.
 */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { Diagnostic, Fix } from '../diagnostics.ts'
import { declarationsOf } from './lower.ts'
import { parse } from './parser.ts'
import { printTree } from './tree.ts'

const folder = join(import.meta.dirname, 'golden')

function apply(text: string, { edits }: Fix): string {
  return edits
    .toReversed()
    .reduce((done, { span, text: by }) => done.slice(0, span.start) + by + done.slice(span.end), text)
}

function describe(text: string, { code, span, message, hint, fixes }: Diagnostic): string {
  const culprit = text.slice(span.start, span.end).replaceAll('\n', '⏎')
  const lines = [`  ${code} [${culprit}] ${message}`]
  if (hint !== undefined) lines.push(`    ${hint}`)
  for (const fix of fixes ?? []) lines.push(`    fix: ${fix.title}`)
  return lines.join('\n')
}

function check(name: string, around: (mistake: string) => string): void {
  test(`golden ${name}`, () => {
    const cases = readFileSync(join(folder, `${name}.txt`), 'utf8').split('---\n')
    const got = cases.map(mistake => {
      const text = around(mistake)
      const tree = parse(text)
      assert.equal(printTree(tree), text)
      assert.ok(tree.diagnostics.length > 0, `nothing is said about\n${text}`)
      for (const { fixes = [] } of tree.diagnostics)
        for (const fix of fixes) {
          const left = parse(apply(text, fix)).diagnostics.length
          assert.ok(left <= tree.diagnostics.length, `${fix.title} makes it worse:\n${text}`)
        }
      if (/^(?:entity a\(x: int\)|entity after\(a: int\))$/m.test(text))
        assert.ok(hasLast(text), `the last declaration is hidden by\n${text}`)
      return `${mistake}${tree.diagnostics.map(found => describe(text, found)).join('\n')}\n`
    })
    const file = join(folder, `${name}.out.txt`)
    const printed = got.join('---\n')
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, printed)
    assert.equal(printed, readFileSync(file, 'utf8'))
  })
}

function hasLast(text: string): boolean {
  const last = declarationsOf(parse(text)).at(-1)
  return last?.kind === 'entity' && (last.name?.text === 'a' || last.name?.text === 'after')
}

check('model-mistakes', mistake => `model m {\n${mistake}}\nentity after(a: int)\n`)
check('file-mistakes', mistake => mistake)

test('a broken item hides none of the items after it', () => {
  const mistakes = readFileSync(join(folder, 'model-mistakes.txt'), 'utf8').split('---\n')
  for (const mistake of mistakes) {
    const [model] = declarationsOf(parse(`model m {\n${mistake}  health { drift <= 0.25 }\n}\n`))
    assert.ok(model?.kind === 'model')
    assert.equal(model.health?.items[0]?.monitor.text, 'drift', mistake)
  }
})
