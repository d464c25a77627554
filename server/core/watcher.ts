/**
 * Watches the folders of projects for editors that do not watch files themselves. Folders in which no one keeps
 * models or data by hand are left out, and so are more folders than a system likes to watch.
 */
import { type FSWatcher, watch } from 'node:fs'
import path from 'node:path'
import { glob } from 'tinyglobby'
import { type Log, describeError } from './guard.ts'

export interface Watcher {
  /** Watches a folder and the folders in it. */
  add(folder: string): Promise<void>
  dispose(): void
}

const ignored = ['**/node_modules/**', '**/.!(slipway)/**', '**/.slipway/*/**', '**/dist/**']
const relevant =
  /(\.slip|\.(parquet|csv|tsv|json|jsonl|ndjson|arrow|feather|db|sqlite|sqlite3)|catalog\.db.*)$/i
const mostFolders = 4000
/** Programs write a file in several steps. */
const quietMs = 60

/** @param onChange told of a file that was made, changed or removed */
export function watchFolders(onChange: (file: string) => Promise<void> | void, log: Log): Watcher {
  const watchers = new Map<string, FSWatcher>()
  const waiting = new Map<string, NodeJS.Timeout>()
  let disposed = false

  const happened = (file: string): void => {
    clearTimeout(waiting.get(file))
    const timer = setTimeout(() => {
      waiting.delete(file)
      void Promise.resolve(onChange(file)).catch(error => log(`Watching failed: ${describeError(error)}`))
    }, quietMs)
    waiting.set(file, timer)
  }
  const stop = (folder: string): void => {
    watchers.get(folder)?.close()
    watchers.delete(folder)
  }
  const start = (folder: string): void => {
    if (disposed || watchers.has(folder) || watchers.size >= mostFolders) return
    try {
      const watcher = watch(folder, (event, name) => {
        if (name === null) return
        const file = path.join(folder, name)
        if (relevant.test(name)) happened(file)
        // A folder may have come, with files in it that nobody tells of.
        else if (event === 'rename') void arrived(file)
      })
      watcher.on('error', () => stop(folder))
      watchers.set(folder, watcher)
    } catch {
      // The folder is gone again, or the system watches no more: files are looked at again when one is saved.
    }
  }
  const arrived = async (folder: string): Promise<void> => {
    if (path.basename(folder).startsWith('.') && path.basename(folder) !== '.slipway') return
    // Watched first, so that no file comes unseen in between.
    await add(folder)
    const files = await glob('**', { cwd: folder, ignore: ignored, absolute: true }).catch(() => [])
    for (const file of files) if (relevant.test(file)) happened(path.normalize(file))
  }
  const add = async (folder: string): Promise<void> => {
    start(folder)
    // Until a look finds all of them watched: of a folder that came between the look and the watch nobody tells.
    for (let nBefore = -1; nBefore !== watchers.size && !disposed;) {
      nBefore = watchers.size
      for (const each of await foldersIn(folder)) start(each)
    }
  }
  return {
    add,
    dispose() {
      disposed = true
      for (const timer of waiting.values()) clearTimeout(timer)
      for (const folder of [...watchers.keys()]) stop(folder)
    },
  }
}

async function foldersIn(folder: string): Promise<readonly string[]> {
  const options = { cwd: folder, ignore: ignored, absolute: true, onlyDirectories: true, dot: true }
  const found = await glob('**/', options).catch(() => [])
  return found.map(each => path.join(path.normalize(each), '.')).filter(each => each !== folder)
}
