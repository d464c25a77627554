/** Outputs whose variables change after the time at which their value is asked for. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { propose } from '../propose.ts'
import { notebookText, testFolder, testProject, testTypes, type TestCell } from '../testing/types.ts'

/** The outputs of a pipeline of one step, by their names; and its text. */
async function run(cells: readonly (string | TestCell)[]) {
  const options = { name: 'demo', folder: testFolder, typesOf: testTypes, project: testProject }
  const { pipeline, diagnostics } = await propose({ ...options, notebook: notebookText(cells) })
  assert.deepEqual(diagnostics, [])
  assert.equal(pipeline?.manifest.steps.length, 1)
  const [step] = pipeline.manifest.steps
  const text = pipeline.files[step!.file]!
  const folder = mkdtempSync(join(tmpdir(), 'slipway-copies-'))
  try {
    const file = join(folder, 'step.ts')
    writeFileSync(file, text)
    const module = (await import(file)) as Record<string, (given: object) => Promise<Record<string, unknown>>>
    const given = Object.fromEntries(pipeline.manifest.parameters.map(p => [p.name, p.default]))
    const found = await module[step!.function]!(given)
    return {
      text,
      outputs: Object.fromEntries(pipeline.manifest.outputs.map(o => [o.name, found[o.output]])),
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('a marked variable is given as it was at its mark, whatever changes it later', async () => {
  const { text, outputs } = await run([
    'const list = [3, 1, 2]',
    { source: 'list', output: 'early' },
    'list.sort()\nlist.push(9)',
    { source: 'let total = list.length', output: 'n' },
    { source: 'total += 10\nlist.reverse()', output: 'late' },
    { source: 'total', output: 'grown' },
    { source: 'let total = 1\ntotal', output: 'last' },
  ])
  assert.deepEqual(outputs, { early: [3, 1, 2], n: 4, late: [9, 3, 2, 1], grown: 14, last: 1 })
  assert.match(text, /const early = structuredClone\(list\)/)
})

test('nothing is copied that stays as it is', async () => {
  const { text, outputs } = await run([
    'const list = [3, 1, 2]\nlist.sort()',
    { source: 'list', output: 'sorted' },
    { source: 'const n = list.length', output: 'n' },
  ])
  assert.deepEqual(outputs, { sorted: [1, 2, 3], n: 3 })
  assert.doesNotMatch(text, /structuredClone/)
})
