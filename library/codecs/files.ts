/** Files and folders that are there complete or not at all, and their digests. */
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'

/** Writes a file under another name and moves it into place. */
export async function writeFileAtomically(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const partial = `${path}.${randomUUID()}.part`
  try {
    await writeFile(partial, content)
    await rename(partial, path)
  } finally {
    await rm(partial, { force: true })
  }
}

/** Fills a folder under another name and moves it into place, replacing what was there. */
export async function writeFolderAtomically(
  path: string,
  fill: (folder: string) => Promise<void>,
): Promise<void> {
  const partial = `${path}.${randomUUID()}.part`
  await mkdir(partial, { recursive: true })
  try {
    await fill(partial)
    await rm(path, { recursive: true, force: true })
    await rename(partial, path)
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
}

export interface Digest {
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string
  readonly sizeBytes: number
}

/**
 * The digest of a file's bytes, or of a folder: over one line `<sha256>  <path>\n` per file, in order of the paths
 * (the form of `sha256sum`).
 */
export async function digestOf(path: string): Promise<Digest> {
  if (!(await stat(path)).isDirectory()) return await fileDigest(path)
  const hash = createHash('sha256')
  let sizeBytes = 0
  for (const name of await filesUnder(path)) {
    const file = await fileDigest(join(path, name))
    hash.update(`${file.digest.slice('sha256:'.length)}  ${name}\n`)
    sizeBytes += file.sizeBytes
  }
  return { digest: `sha256:${hash.digest('hex')}`, sizeBytes }
}

async function fileDigest(path: string): Promise<Digest> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return { digest: `sha256:${hash.digest('hex')}`, sizeBytes: (await stat(path)).size }
}

async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter(entry => entry.isFile())
    .map(entry =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort()
}
