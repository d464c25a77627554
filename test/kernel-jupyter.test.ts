/** The kernel under genuine Jupyter clients: jupyter_client and jupyter_kernel_test, from PyPI. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { installKernelspec } from '../kernel/kernelspec.ts'
import { preparePython, type Python } from './support/python.ts'

const folder = join(import.meta.dirname, 'jupyter')
const python = await preparePython()

for (const [name, file] of [
  ['jupyter_kernel_test passes whole', 'test_conformance.py'],
  ['the scenarios pass through jupyter_client', 'test_scenarios.py'],
] as const)
  test(name, { skip: python ? false : 'no Python', timeout: 180_000 }, async () => {
    const { code, output } = await runPython(python!, join(folder, file))
    assert.equal(code, 0, output)
    assert.match(output, /Ran \d+ tests/)
  })

/** Runs a file of unittest with a kernelspec of this checkout, in an empty folder. */
async function runPython(
  { executable }: Python,
  file: string,
): Promise<{ code: number | null; output: string }> {
  const work = await mkdtemp(join(tmpdir(), 'slipway-jupyter-'))
  try {
    await installKernelspec({ prefix: work })
    const child = spawn(executable, ['-W', 'ignore', file, '-v'], {
      cwd: work,
      env: { ...process.env, JUPYTER_PATH: join(work, 'share', 'jupyter') },
    })
    let output = ''
    child.stdout.on('data', data => (output += String(data)))
    child.stderr.on('data', data => (output += String(data)))
    const code = await new Promise<number | null>(resolve => child.on('close', resolve))
    return { code, output }
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}
