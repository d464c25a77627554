/** The kernel under genuine Jupyter clients: jupyter_client, jupyter_kernel_test and nbclient, from PyPI. */
import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { createJupyterFolder, runProgram } from './support/jupyter.ts'
import { preparePython } from './support/python.ts'

const folder = join(import.meta.dirname, 'jupyter')
const files = (await readdir(folder)).filter(name => /^test_.*\.py$/.test(name)).toSorted()
const python = await preparePython()

for (const file of files)
  test(`test/jupyter/${file}`, { skip: python ? false : 'no Python', timeout: 240_000 }, async () => {
    await using jupyter = await createJupyterFolder()
    const { code, output } = await runProgram(
      [python!.executable, '-W', 'ignore', join(folder, file), '-v'],
      {
        cwd: jupyter.folder,
        env: { ...jupyter.env, PYTHONDONTWRITEBYTECODE: '1' },
      },
    )
    assert.equal(code, 0, output)
    assert.match(output, /Ran [1-9]\d* tests? in/, output)
    // What is skipped is not passed.
    assert.doesNotMatch(output, /skipped/i, output)
    if (file === 'test_conformance.py') assert.match(output, /Ran 13 tests in/, output)
  })
