/**
 * Promotion by command, as people use it who know only the documentation: notebooks of other clients, broken input,
 * files as outputs, and everything after the first promotion.
 */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { createProjectOf } from './support/project.ts'

const timeout = 240_000

/** A notebook without any metadata of ours; a cell that begins with # is Markdown. */
function notebook(...sources: readonly string[]): string {
  const cells = sources.map((source, i) => ({
    ...{ id: `cell${i + 1}`, metadata: {}, source },
    ...(source.startsWith('#')
      ? { cell_type: 'markdown' }
      : { cell_type: 'code', execution_count: null, outputs: [] }),
  }))
  return JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 })
}

test('a notebook below the root names models of the project, also after promotion', { timeout }, async () => {
  await using project = await createProjectOf({})
  await project.json(['init', 'shop'])
  const path = 'notebooks/late.ipynb'
  const given = notebook(
    "import { model } from 'slipway'\nconst late = await model('late_delivery').train({ rows: 400 })",
    'late.metrics.test.auc',
  )
  await using shop = await createProjectOf({
    [path]: given,
    ...Object.fromEntries(
      await Promise.all(
        ['late.slip', 'shared/deliveries.slip', 'data/deliveries.csv'].map(
          async file => [file, await readFile(join(project.root, 'shop', file), 'utf8')] as const,
        ),
      ),
    ),
  })
  const first = await shop.json(['promote', path, '--yes'])
  const again = await shop.json(['promote', path, '--yes', '--name', 'again'])
  assert.equal(again['version'], first['version'])
})
