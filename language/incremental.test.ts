/**
 * However a project is edited, what is said of it is what a workspace says that sees the files for the first time:
 * nothing that an edit changes is overlooked. Nothing throws on the way.
 */
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { Workspace } from './index.ts'
import { workspaceOf } from './testing/world.ts'

const folder = join(import.meta.dirname, 'golden')
const cases = ['diagnostics', 'plan'].flatMap(suite =>
  readdirSync(join(folder, suite))
    .filter(name => name.endsWith('.slip'))
    .map(name => readFileSync(join(folder, suite, name), 'utf8')),
)

const pieces = [
  'import { airport as place } from "shared/flights.slip"\n',
  'import { flights } from "case.slip"\n',
  '// slip-ignore SLIP307 why\n',
  'feature q of airport = delay_7d + 1\n',
  'source flights {\n',
  'model late {\n',
  '}',
  '{',
  '"',
  '@2',
  ' over 1 day',
  ',',
  '\n',
]

function filesOf(text: string): Map<string, string> {
  const parts = text.split(/^\/\/\/\/ (.+)\n/m)
  const files = new Map<string, string>(parts[0]?.trim() === '' ? [] : [['case.slip', parts[0]!]])
  for (let i = 1; i < parts.length; i += 2)
    if (parts[i]!.endsWith('.slip')) files.set(parts[i]!, parts[i + 1]!)
  return files
}

/** A linear congruential generator: the same edits on every machine. */
function createRandom(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff
    return (state >> 8) % below
  }
}

function mutate(text: string, random: (below: number) => number): string {
  const at = random(text.length + 1)
  const other = cases[random(cases.length)]!
  const from = random(other.length)
  switch (random(5)) {
    case 0:
      return text.slice(0, at)
    case 1:
      return text.slice(0, at) + text.slice(at + random(40))
    case 2:
      return text.slice(0, at) + other.slice(from, from + random(200)) + text.slice(at)
    default:
      return text.slice(0, at) + pieces[random(pieces.length)]! + text.slice(at)
  }
}

/** Asks everything that an editor asks. */
function askAll(workspace: Workspace, path: string, offset: number): void {
  for (const found of workspace.diagnostics(path)) {
    const { start, end } = found.span
    assert.ok(start <= end && end <= workspace.text(path)!.length, JSON.stringify(found))
    for (const place of found.related ?? [])
      assert.ok(place.span.end <= workspace.text(place.path)!.length, JSON.stringify(found))
    workspace.ignoreFix(found)
  }
  workspace.occurrences(path)
  workspace.resolutions(path)
  workspace.symbols(path)
  workspace.imports(path)
  workspace.rename(path, offset, 'flights')
  workspace.referencesAt(path, offset)
  workspace.typeAt(path, offset)
  workspace.scopeAt(path, offset)
  for (const { name } of workspace.models()) workspace.plan(name)
  workspace.features()
  workspace.exports()
}

test('an edited project is judged like one that is read anew', () => {
  const random = createRandom(11)
  for (let round = 0; round < 120; round++) {
    const files = filesOf(cases[random(cases.length)]!)
    const cells = new Map<string, readonly string[]>()
    const workspace = workspaceOf(Object.fromEntries(files))
    for (let edit = 0; edit < 5; edit++) {
      const paths = [...files.keys()]
      const path = paths[random(paths.length)]
      if (path === undefined) break
      if (random(12) === 0) {
        files.delete(path)
        workspace.removeFile(path)
        continue
      }
      const text = mutate(files.get(path)!, random)
      files.set(path, text)
      if (random(8) === 0)
        cells.set(
          path,
          paths.filter(other => other < path),
        )
      const above = cells.get(path)
      workspace.setFile(path, text, above ? { above } : {})
      askAll(workspace, path, random(text.length + 1))
    }
    const anew = workspaceOf({})
    for (const [path, text] of files) {
      const above = cells.get(path)
      anew.setFile(path, text, above ? { above } : {})
    }
    for (const path of files.keys()) {
      assert.deepEqual(workspace.diagnostics(path), anew.diagnostics(path))
      assert.deepEqual(workspace.occurrences(path), anew.occurrences(path))
    }
    for (const { name } of anew.models()) assert.deepEqual(workspace.plan(name), anew.plan(name))
  }
})
