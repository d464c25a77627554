/** Where a pipeline may be written. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { CliError } from '../errors.ts'
import { checkPlace } from './folder.ts'

const home = mkdtempSync(join(tmpdir(), 'slipway-place-'))
after(() => rmSync(home, { recursive: true }))
const root = join(home, 'project')
const file = join(root, 'notes', 'n.ipynb')
for (const folder of ['notes', 'empty/.git', 'own', 'pipelines/made/steps'])
  mkdirSync(join(root, folder), { recursive: true })
for (const path of ['notes/n.ipynb', 'own/README.md', 'pipelines/made/pipeline.json'])
  writeFileSync(join(root, path), '')

for (const [place, problem] of [
  ['.', /in which the project lies/],
  ['..', /in which the project lies/],
  ['notes', /in which the notebook lies/],
  ['own', /there is README\.md and no pipeline\.json/],
  ['notes/n.ipynb', /which is a file/],
  ['notes/n.ipynb/below', /n\.ipynb is a file/],
] as const)
  test(`nothing is written to ${place}`, () => {
    assert.throws(
      () => checkPlace(join(root, place), { root, file }),
      (thrown: unknown) =>
        thrown instanceof CliError && thrown.code === 'CLI003' && problem.test(thrown.message),
    )
  })

for (const place of ['empty', 'pipelines/made', 'pipelines/another', 'notes/below', '../elsewhere'])
  test(`a pipeline may lie in ${place}`, () => {
    checkPlace(join(root, place), { root, file })
  })
