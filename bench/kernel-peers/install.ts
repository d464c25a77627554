/** Installs the other kernels into the cache, each by itself, and writes their kernelspecs. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cached } from '../../test/support/cache.ts'

/** package -> what Jupyter starts, in the folder where it is installed */
const peers: Readonly<Record<string, (folder: string) => readonly string[]>> = {
  tslab: folder => [
    process.execPath,
    join(folder, 'node_modules/tslab/bin/tslab'),
    'kernel',
    '--config-path={connection_file}',
  ],
  deno: folder => [denoProgram(folder), 'jupyter', '--kernel', '--conn', '{connection_file}'],
  ijavascript: folder => [
    process.execPath,
    join(folder, 'node_modules/ijavascript/lib/kernel.js'),
    '{connection_file}',
    '--protocol=5.1',
  ],
}

function denoProgram(folder: string): string {
  const scope = join(folder, 'node_modules', '@deno')
  const suffix = { linux: '-glibc', win32: '', darwin: '' }[process.platform as string] ?? ''
  const program = process.platform === 'win32' ? 'deno.exe' : 'deno'
  return join(scope, `${process.platform}-${process.arch}${suffix}`, program)
}

const manifest = join(import.meta.dirname, 'versions.json')

/** Names of the kernels that can be started from `prefix`; of another, `log` is told why not. */
export async function installPeers(
  prefix: string,
  log: (message: string) => void,
): Promise<readonly string[]> {
  const installed: string[] = []
  for (const [name, argv] of Object.entries(peers)) {
    try {
      const folder = await cached({ name: `kernel-${name}`, lockfile: manifest }, folder =>
        install(name, folder),
      )
      await writeKernelspec(prefix, name, argv(folder))
      installed.push(name)
    } catch (error) {
      log(`${name} cannot be installed here: ${lastLine(error)}`)
    }
  }
  return installed
}

async function install(name: string, folder: string): Promise<void> {
  const { dependencies } = JSON.parse(await readFile(manifest, 'utf8')) as {
    dependencies: Record<string, string>
  }
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true }))
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  await promisify(execFile)(npm, ['install', '--no-audit', '--no-fund', `${name}@${dependencies[name]}`], {
    cwd: folder,
    timeout: 300_000,
  })
}

async function writeKernelspec(prefix: string, name: string, argv: readonly string[]): Promise<void> {
  if (!existsSync(argv[0]!)) throw new Error(`${argv[0]!} is not there.`)
  const folder = join(prefix, 'share/jupyter/kernels', name)
  await mkdir(folder, { recursive: true })
  const spec = { argv, display_name: name, language: 'typescript', env: { DENO_NO_UPDATE_CHECK: '1' } }
  await writeFile(join(folder, 'kernel.json'), JSON.stringify(spec))
}

function lastLine(error: unknown): string {
  const text = String((error as { stderr?: string }).stderr ?? (error as Error).message)
  return /Error: .*/.exec(text)?.[0] ?? text.trim().split('\n').at(-1) ?? ''
}
