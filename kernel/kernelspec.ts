/**
 * Tells Jupyter of this kernel: `share/jupyter/kernels/slipway/kernel.json`.
 * https://jupyter-client.readthedocs.io/en/stable/kernels.html#kernel-specs
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { installation } from '../library/installation.ts'

export interface KernelspecOptions {
  /** A Python environment or another prefix, whose `share/jupyter` is written to. Default: the user's own folder. */
  readonly prefix?: string
}

/** Writes the kernelspec; one that is there is replaced. Returns its folder. */
export async function installKernelspec({ prefix }: KernelspecOptions = {}): Promise<string> {
  const data = prefix === undefined ? userDataFolder() : join(prefix, 'share', 'jupyter')
  const folder = join(data, 'kernels', 'slipway')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'kernel.json'), `${JSON.stringify(kernelspec(), null, 2)}\n`)
  return folder
}

/** What Jupyter starts: the Node and the kernel of this installation. */
export function kernelspec() {
  const { node, entry, env } = installation()
  return {
    argv: [node, ...entry('kernel'), '--connection-file', '{connection_file}'],
    display_name: 'Slipway (TypeScript)',
    language: 'typescript',
    interrupt_mode: 'message',
    metadata: { debugger: true },
    ...(Object.keys(env).length ? { env } : {}),
  }
}

/** https://docs.jupyter.org/en/latest/use/jupyter-directories.html#data-files */
function userDataFolder(): string {
  const { JUPYTER_DATA_DIR: named, APPDATA: appData, XDG_DATA_HOME: dataHome } = process.env
  if (named) return named
  if (process.platform === 'win32') return join(appData ?? join(homedir(), 'AppData', 'Roaming'), 'jupyter')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Jupyter')
  return join(dataHome || join(homedir(), '.local', 'share'), 'jupyter')
}
