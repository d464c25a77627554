/** A Jupyter environment with a kernelspec of this checkout, in a folder of its own. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installKernelspec } from '../../kernel/kernelspec.ts'

export interface JupyterFolder extends AsyncDisposable {
  /** Where clients are started. */
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
}

export async function createJupyterFolder(): Promise<JupyterFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-jupyter-'))
  await installKernelspec({ prefix: folder })
  return {
    folder,
    env: {
      ...process.env,
      JUPYTER_PATH: join(folder, 'share', 'jupyter'),
      JUPYTER_CONFIG_DIR: join(folder, 'config'),
      JUPYTER_DATA_DIR: join(folder, 'data'),
      JUPYTER_RUNTIME_DIR: join(folder, 'runtime'),
      JUPYTER_NO_CONFIG: '1',
      IPYTHONDIR: join(folder, 'ipython'),
      SLIPWAY_HISTORY: join(folder, 'history.db'),
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  }
}

export interface Ran {
  readonly code: number | null
  /** Both streams, as they came. */
  readonly output: string
}

/** Runs a program to its end. */
export function runProgram(
  command: readonly [string, ...string[]],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<Ran> {
  const [file, ...args] = command
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => resolve({ code, output }))
  })
}
