/**
 * Tools that the system tests install for themselves, kept outside the checkout.
 *
 * Owns where such a tool lies and that a half-finished installation is never used; knows nothing of any tool.
 * `SLIPWAY_CACHE` names another folder than `~/.cache/slipway`.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import lockfile from 'proper-lockfile'

export interface CacheEntry {
  /** What is installed, e.g. `vscode`. */
  readonly name: string
  /** The file whose content decides what is installed. Another content is another folder. */
  readonly lockfile: string
}

const marker = '.complete'

/** Where everything is kept: `$SLIPWAY_CACHE`, else `~/.cache/slipway`. */
export function cacheRoot(): string {
  return process.env['SLIPWAY_CACHE'] ?? path.join(homedir(), '.cache', 'slipway')
}

/** `<root>/<name>-<first 16 hex digits of the lockfile's SHA-256>`. */
export async function cacheFolder(entry: CacheEntry): Promise<string> {
  const digest = createHash('sha256')
    .update(await readFile(entry.lockfile))
    .digest('hex')
  return path.join(cacheRoot(), `${entry.name}-${digest.slice(0, 16)}`)
}

/**
 * The folder of an installed tool. `install` is called with an empty folder when the tool is not there yet, or when
 * an earlier installation was interrupted; two processes that ask at once install once.
 */
export async function cached(entry: CacheEntry, install: (folder: string) => Promise<void>): Promise<string> {
  const folder = await cacheFolder(entry)
  const done = path.join(folder, marker)
  if (existsSync(done)) return folder
  return await alone(path.basename(folder), async () => {
    if (existsSync(done)) return folder
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { recursive: true })
    await install(folder)
    await writeFile(done, '')
    return folder
  })
}

/** What one process of this machine does at a time under a name; the others wait, for minutes if need be. */
export async function alone<T>(name: string, work: () => Promise<T>): Promise<T> {
  await mkdir(cacheRoot(), { recursive: true })
  const place = path.join(cacheRoot(), name)
  const release = await lockfile.lock(place, {
    realpath: false,
    lockfilePath: `${place}.lock`,
    stale: 30_000,
    update: 5_000,
    retries: { retries: 1200, factor: 1, minTimeout: 1000, maxTimeout: 1000 },
  })
  try {
    return await work()
  } finally {
    await release()
  }
}
