/**
 * Golden cases: every `golden/<suite>/<name>.slip` has a `<name>.json` beside it that says what comes of it.
 * `UPDATE_GOLDEN=1` rewrites the expectations. A missing or an orphan expectation fails.
 */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { checkConfig } from './config.ts'
import type { Diagnostic, Fix } from './diagnostics.ts'
import { host, workspaceOf } from './testing/world.ts'

const root = join(import.meta.dirname, 'golden')
const update = process.env['UPDATE_GOLDEN'] === '1'

type Files = Readonly<Record<string, string>>
type Expectation = (text: string) => unknown

/** A case is one file, `case.slip`, or several, each after a line `//// path`; slipway.json may be one. */
function filesOf(text: string): Files {
  const parts = text.split(/^\/\/\/\/ (.+)\n/m)
  const files: Record<string, string> = parts[0]?.trim() === '' ? {} : { 'case.slip': parts[0]! }
  for (let i = 1; i < parts.length; i += 2) files[parts[i]!] = parts[i + 1]!
  return files
}

/** `// without catalog` at the top of a case takes the catalog away. */
function open(files: Files) {
  const withoutCatalog = Object.values(files)[0]?.startsWith('// without catalog')
  const texts = Object.fromEntries(Object.entries(files).filter(([path]) => path.endsWith('.slip')))
  return workspaceOf(texts, withoutCatalog ? { columns: () => undefined } : host)
}

const suites: Readonly<Record<string, Expectation>> = {
  plan: text => {
    const workspace = open(filesOf(text))
    return workspace.models().map(({ name }) => workspace.plan(name).plan ?? `${name} has no plan`)
  },
  diagnostics: text => {
    const files = filesOf(text)
    const workspace = open(files)
    const config = files['slipway.json']
    return [
      ...(config === undefined ? [] : checkConfig(config)),
      ...workspace.files().flatMap(path => workspace.diagnostics(path)),
    ].map(found => readable(found, files))
  },
}

/** With the underlined text in place of offsets, so that a person can judge it. */
function readable({ code, severity, path, span, message, hint, related, fixes }: Diagnostic, files: Files) {
  const text = files[path]!
  const line = text.slice(0, span.start).split('\n').length
  const at = `${line}: ${text.slice(span.start, span.end)}`
  return {
    at: path === 'case.slip' ? at : `${path}:${at}`,
    says: `${severity} ${code}: ${message}`,
    ...(hint !== undefined && { hint }),
    ...(related && {
      related: related.map(place => {
        const there = files[place.path]!.slice(place.span.start, place.span.end)
        return `${place.message} ${place.path === path ? '' : `${place.path}: `}${there}`
      }),
    }),
    ...(fixes && {
      fixes: fixes.map(({ title, edits }) => {
        const changes = edits.map(
          edit => `${files[edit.path]!.slice(edit.span.start, edit.span.end)} → ${edit.text.trim()}`,
        )
        return `${title}: ${changes.join('; ')}`
      }),
    }),
  }
}

function apply(files: Files, { edits }: Fix): Files {
  const changed = { ...files }
  for (const { path, span, text } of edits.toSorted((a, b) => b.span.start - a.span.start))
    changed[path] = changed[path]!.slice(0, span.start) + text + changed[path]!.slice(span.end)
  return changed
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

test('every fix cures what it is offered for, and breaks no syntax', () => {
  const folder = join(root, 'diagnostics')
  let nFixes = 0
  for (const name of readdirSync(folder).filter(file => file.endsWith('.slip'))) {
    const files = filesOf(readFileSync(join(folder, name), 'utf8'))
    const before = open(files)
    for (const path of before.files()) {
      const found = before.diagnostics(path)
      const alike = (diagnostics: readonly Diagnostic[], { code, message }: Diagnostic) =>
        diagnostics.filter(other => other.code === code && other.message === message).length
      for (const one of found)
        for (const fix of one.fixes ?? []) {
          nFixes++
          const after = open(apply(files, fix)).diagnostics(path)
          const about = `${name}: ${fix.title} for ${one.code} ${one.message}`
          assert.ok(alike(after, one) < alike(found, one), `${about} leaves it there`)
          const syntax = (diagnostics: readonly Diagnostic[]) =>
            diagnostics.filter(({ code }) => code.startsWith('SLIP0')).length
          assert.ok(syntax(after) <= syntax(found), `${about} breaks the syntax`)
        }
    }
  }
  assert.ok(nFixes > 30, String(nFixes))
})
