/** The example notebooks through a genuine Jupyter client (nbclient), with the kernel as `kernel install` installs it. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { promisify } from 'node:util'
import { createTestProject } from './support/project.ts'
import { preparePython } from './support/python.ts'

const python = await preparePython()
const runner = join(import.meta.dirname, 'jupyter/run_notebook.py')

interface Output {
  readonly output_type: string
  readonly text?: string
  readonly data?: Readonly<Record<string, unknown>>
}

for (const { example, notebook, minAuc } of [
  { example: 'flights', notebook: 'explore.ipynb', minAuc: 0.64 },
  { example: 'birdstrikes', notebook: 'strikes.ipynb', minAuc: 0.65 },
] as const)
  test(`${example}: a Jupyter client runs the notebook`, { skip: python ? false : 'no Python' }, async () => {
    await using project = await createTestProject(example)
    const { root } = project
    await project.json(['kernel', 'install', '--prefix', join(root, 'jupyter')])
    const env = { ...process.env, JUPYTER_PATH: join(root, 'jupyter/share/jupyter') }
    const ran = join(root, 'ran.ipynb')
    await promisify(execFile)(python!.executable, ['-W', 'ignore', runner, join(root, notebook), ran], {
      env,
    })
    const { cells } = JSON.parse(await readFile(ran, 'utf8')) as {
      cells: { id: string; outputs?: Output[] }[]
    }
    const outputs = cells.flatMap(cell => cell.outputs ?? [])
    const auc = aucOf(outputs)
    assert.ok(auc !== undefined && auc >= minAuc, `test AUC ${auc}`)
    for (const mime of [
      'application/vnd.slipway.table+json',
      'application/vnd.vegalite.v5+json',
      'text/html',
    ])
      assert.ok(
        outputs.some(output => output.data?.[mime] !== undefined),
        `no output has ${mime}`,
      )
    assert.ok(outputs.every(output => output.output_type !== 'error'))
  })

/** Of the model that a cell shows. */
function aucOf(outputs: readonly Output[]): number | undefined {
  const shown = outputs.map(output => output.data?.['application/vnd.slipway.model+json'])
  const model = shown.find(Boolean) as { metrics: { test: { auc: number } } } | undefined
  return model?.metrics.test.auc
}
