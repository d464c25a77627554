/**
 * Whole promotions as files: `golden/<case>/notebook.ipynb` and, beside it, `expected/` with what promotion writes
 * and `expected/report.json` with what it says. UPDATE_GOLDEN=1 writes the expectations anew.
 */
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'node:test'
import { propose, type Proposal } from './propose.ts'
import { createTestCache, testFolder, testProject, testTypes } from './testing/types.ts'

const golden = join(import.meta.dirname, 'golden')
const update = process.env['UPDATE_GOLDEN'] === '1'
const cache = createTestCache()

for (const name of readdirSync(golden))
  test(`golden: ${name}`, async () => {
    const folder = join(golden, name)
    const proposal = await propose({
      notebook: readFileSync(join(folder, 'notebook.ipynb'), 'utf8'),
      notebookName: 'notebook.ipynb',
      name,
      folder: testFolder,
      typesOf: testTypes,
      project: testProject,
      cache,
    })
    const actual = filesOf(proposal)
    const expectedFolder = join(folder, 'expected')
    if (update) write(expectedFolder, actual)
    assert.deepEqual(actual, read(expectedFolder))
  })

/** The test is the same in every pipeline, models and base.json are copies: they are left out. */
function filesOf({ pipeline, diagnostics, kept, dropped, assumptions }: Proposal): Record<string, string> {
  const written = Object.entries(pipeline?.files ?? {}).filter(
    ([path]) => !/^(tests|models)\/|^base\.json$/.test(path),
  )
  const line = ({ cell, text }: { cell: string; text: string }) => `${cell}: ${text.split('\n')[0]}`
  const report = { diagnostics, assumptions, kept: kept.map(line), dropped: dropped.map(line) }
  return { ...Object.fromEntries(written), 'report.json': `${JSON.stringify(report, null, 2)}\n` }
}

function read(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name)
      return [path.slice(folder.length + 1).replaceAll('\\', '/'), readFileSync(path, 'utf8')]
    }),
  )
}

function write(folder: string, files: Record<string, string>): void {
  rmSync(folder, { recursive: true, force: true })
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}
