/**
 * Bytes by their SHA-256. A blob is written beside its place, synced and renamed: it is there whole or not at all,
 * and never changes. A folder is a blob too: the JSON list of its files and their blobs.
 */
import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream, existsSync } from 'node:fs'
import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Transform, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { BackendError } from './errors.ts'
import { hashFile, linkOf, listFiles, syncFile, syncFolder } from './files.ts'

export interface BlobRef {
  readonly digest: string
  readonly sizeBytes: number
}

export interface FolderEntry extends BlobRef {
  /** Relative to the folder, forward slashes. */
  readonly path: string
}

export type BlobStore = ReturnType<typeof createBlobStore>

/** `folder` is made when absent; `temporary` lies on the same file system and is empty at start. */
export function createBlobStore(folder: string, temporary: string) {
  const path = (digest: string) => join(folder, digest.slice(0, 2), digest)
  const has = (digest: string) => existsSync(path(digest))

  /** Moves a finished temporary file to its place. */
  const settle = async (file: string, digest: string): Promise<void> => {
    if (has(digest)) return await rm(file)
    await syncFile(file)
    await chmod(file, 0o444)
    await mkdir(dirname(path(digest)), { recursive: true })
    await rename(file, path(digest))
    await syncFolder(dirname(path(digest)))
  }

  /** @throws BCK005 when the bytes are others than announced */
  const put = async (digest: string, bytes: Readable): Promise<BlobRef> => {
    const file = join(temporary, randomUUID())
    const hash = createHash('sha256')
    let sizeBytes = 0
    const meter = new Transform({
      transform(chunk: Buffer, _, done) {
        hash.update(chunk)
        sizeBytes += chunk.length
        done(null, chunk)
      },
    })
    try {
      await pipeline(bytes, meter, createWriteStream(file))
      const got = hash.digest('hex')
      if (got !== digest) throw wrongDigest(digest, got)
      await settle(file, digest)
    } finally {
      await rm(file, { force: true })
    }
    return { digest, sizeBytes }
  }

  const putBytes = async (bytes: Uint8Array): Promise<BlobRef> => {
    const digest = createHash('sha256').update(bytes).digest('hex')
    const file = join(temporary, randomUUID())
    await writeFile(file, bytes)
    await settle(file, digest)
    return { digest, sizeBytes: bytes.length }
  }

  /** Takes the file away from where it is. */
  const adoptFile = async (file: string): Promise<BlobRef> => {
    const digest = await hashFile(file)
    const { size } = await stat(file)
    await settle(file, digest)
    return { digest, sizeBytes: size }
  }

  /** Takes a folder's files away; the digest is that of the listing. */
  const adoptFolder = async (source: string): Promise<BlobRef> => {
    const entries: FolderEntry[] = []
    for (const name of await listFiles(source))
      entries.push({ path: name, ...(await adoptFile(join(source, name))) })
    const listing = await putBytes(Buffer.from(JSON.stringify(entries)))
    return { digest: listing.digest, sizeBytes: entries.reduce((sum, entry) => sum + entry.sizeBytes, 0) }
  }

  /** @throws BCK017 */
  const read = async (digest: string): Promise<Buffer> => {
    try {
      return await readFile(path(digest))
    } catch (cause) {
      throw new BackendError('BCK017', `The stored blob ${digest} cannot be read.`, {
        cause,
        action: 'Submit the pipeline again: what is missing is uploaded anew.',
      })
    }
  }

  const folderEntries = async (digest: string): Promise<readonly FolderEntry[]> =>
    JSON.parse((await read(digest)).toString('utf8')) as readonly FolderEntry[]

  return {
    path,
    has,
    put,
    putBytes,
    adoptFile,
    adoptFolder,
    read,
    folderEntries,
    /** Lays a folder out for reading. */
    layFolder: async (digest: string, target: string): Promise<void> => {
      for (const entry of await folderEntries(digest))
        await linkOf(path(entry.digest), join(target, entry.path))
    },
  }
}

function wrongDigest(expected: string, got: string): BackendError {
  return new BackendError('BCK005', 'The bytes do not have the digest they were sent under.', {
    expected: `SHA-256 ${expected}`,
    got: `SHA-256 ${got}`,
    action: 'The file may have changed while it was read: send it again.',
  })
}
