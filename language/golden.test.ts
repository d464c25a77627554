/**
 * Golden cases: every `golden/<suite>/<name>.slip` has a `<name>.json` beside it that says what comes of it.
 * `UPDATE_GOLDEN=1` rewrites the expectations. A missing or an orphan expectation fails.
 */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { Diagnostic } from './diagnostics.ts'
import { workspaceOf } from './testing/world.ts'

const root = join(import.meta.dirname, 'golden')
const update = process.env['UPDATE_GOLDEN'] === '1'

type Expectation = (text: string) => unknown

/** `// without catalog` at the top of a case takes the catalog away. */
function open(text: string) {
  if (!text.startsWith('// without catalog')) return workspaceOf({ 'case.slip': text })
  return workspaceOf({ 'case.slip': text }, { columns: () => undefined })
}

const suites: Readonly<Record<string, Expectation>> = {
  plan: text => {
    const workspace = open(text)
    return workspace.models().map(({ name }) => workspace.plan(name).plan ?? `${name} has no plan`)
  },
  diagnostics: text =>
    open(text)
      .diagnostics('case.slip')
      .map(found => readable(found, text)),
}

/** With the underlined text in place of offsets, so that a person can judge it. */
function readable({ code, severity, span, message, hint, related, fixes }: Diagnostic, text: string) {
  const line = text.slice(0, span.start).split('\n').length
  return {
    at: `${line}: ${text.slice(span.start, span.end)}`,
    says: `${severity} ${code}: ${message}`,
    ...(hint !== undefined && { hint }),
    ...(related && {
      related: related.map(place => `${place.message} ${text.slice(place.span.start, place.span.end)}`),
    }),
    ...(fixes && {
      fixes: fixes.map(({ title, edits }) => {
        const changes = edits.map(
          edit => `${text.slice(edit.span.start, edit.span.end)} → ${edit.text.trim()}`,
        )
        return `${title}: ${changes.join('; ')}`
      }),
    }),
  }
}

for (const [suite, expectation] of Object.entries(suites)) {
  const folder = join(root, suite)
  const names = readdirSync(folder)
  const cases = names.filter(name => name.endsWith('.slip')).map(name => name.slice(0, -'.slip'.length))

  test(`golden ${suite}: every expectation has its case`, () => {
    assert.ok(cases.length > 0)
    const expectations = names
      .filter(name => name.endsWith('.json'))
      .map(name => name.slice(0, -'.json'.length))
    assert.deepEqual(
      expectations.filter(name => !cases.includes(name)),
      [],
    )
  })

  for (const name of cases)
    test(`golden ${suite}: ${name}`, () => {
      const got =
        JSON.stringify(expectation(readFileSync(join(folder, `${name}.slip`), 'utf8')), null, 2) + '\n'
      const file = join(folder, `${name}.json`)
      if (update) writeFileSync(file, got)
      assert.ok(existsSync(file), `${file} is missing; UPDATE_GOLDEN=1 writes it`)
      assert.equal(got, readFileSync(file, 'utf8'))
    })
}
