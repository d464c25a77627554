/** A temporary file that pages are appended to and read from. It is gone with the process, however that ends. */
import { closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { EngineError } from '../errors.ts'

export interface PageFile {
  readonly sizeBytes: number
  /** @returns where it begins */
  append(bytes: Uint8Array): number
  /** Fills the bytes from the file's place. */
  read(bytes: Uint8Array, place: number): void
  dispose(): void
}

/** @throws EngineError ENG014 where the folder takes no file */
export function createPageFile(folder: string): PageFile {
  const path = join(folder, `${randomUUID()}.pages`)
  const fd = onDisk(folder, () => {
    mkdirSync(folder, { recursive: true })
    return openSync(path, 'wx+', 0o600)
  })
  const isUnlinked = unlinked(path)
  let sizeBytes = 0
  let isOpen = true
  return {
    get sizeBytes() {
      return sizeBytes
    },
    append(bytes) {
      const place = sizeBytes
      for (let done = 0; done < bytes.length;)
        done += onDisk(folder, () => writeSync(fd, bytes, done, bytes.length - done, place + done))
      sizeBytes += bytes.length
      return place
    },
    read(bytes, place) {
      for (let done = 0; done < bytes.length;) {
        const n = readSync(fd, bytes, done, bytes.length - done, place + done)
        if (n === 0) throw new RangeError('Expected more bytes in a file of pages')
        done += n
      }
    },
    dispose() {
      if (!isOpen) return
      isOpen = false
      closeSync(fd)
      if (!isUnlinked) rmSync(path, { force: true })
    },
  }
}

/** A file without a name lives as long as it is open. Windows keeps the name; the folder's owner removes it. */
function unlinked(path: string): boolean {
  if (process.platform === 'win32') return false
  rmSync(path)
  return true
}

function onDisk<T>(folder: string, write: () => T): T {
  try {
    return write()
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    throw new EngineError(
      'ENG014',
      `Expected room on disk for rows that do not fit into memory, in ${folder}. ${reason}. Make room, name another \`spillFolder\`, or take a sample of the rows.`,
      { cause: thrown },
    )
  }
}
