/**
 * A Python with the clients that the tests of the kernel use, in a cache outside the checkout that the next clone
 * shares. Keyed by the requirements, so that a change of them makes a new one.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { lock } from 'proper-lockfile'

const run = promisify(execFile)
const requirements = join(import.meta.dirname, '..', 'jupyter', 'requirements.txt')

export interface Python {
  readonly executable: string
  /** The prefix of the environment, where a kernelspec can be installed. */
  readonly prefix: string
}

/**
 * The environment, made when it is not there. Undefined, after one sentence on the console, when there is no
 * Python with venv; never undefined where `CI` is set, where it throws.
 */
export async function preparePython(): Promise<Python | undefined> {
  const base = await findPython()
  if (base) return await environment(base)
  const sentence =
    'Tests with Jupyter clients need Python 3.9 or newer with venv (Debian: apt-get install python3-venv).'
  if (process.env['CI']) throw new Error(sentence)
  console.log(`${sentence} They are skipped.`)
  return undefined
}

async function findPython(): Promise<string | undefined> {
  for (const name of ['python3', 'python']) {
    try {
      await run(name, ['-c', 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 9))'])
      return name
    } catch {
      // The next name may be the one.
    }
  }
  return undefined
}

async function environment(base: string): Promise<Python> {
  const hash = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 12)
  const prefix = join(homedir(), '.cache', 'slipway', `python-${hash}`)
  const windows = process.platform === 'win32'
  const python = { prefix, executable: join(prefix, windows ? 'Scripts/python.exe' : 'bin/python') }
  await mkdir(dirname(prefix), { recursive: true })
  const release = await lock(prefix, {
    realpath: false,
    stale: 60_000,
    retries: { retries: 600, minTimeout: 500, maxTimeout: 500 },
  })
  try {
    if (!existsSync(join(prefix, 'complete'))) await create(base, python)
  } finally {
    await release()
  }
  return python
}

/** The mark comes last: an environment that was left half made is made again. */
async function create(base: string, { prefix, executable }: Python): Promise<void> {
  await rm(prefix, { recursive: true, force: true })
  await run(base, ['-m', 'venv', prefix])
  await run(executable, [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '-r',
    requirements,
  ])
  const mark = join(prefix, 'complete')
  await mkdir(`${mark}.new`)
  await rename(`${mark}.new`, mark)
}
