/**
 * Which of the user's files are loaded, who imports whom, and which of them have to load anew: those that changed
 * and all that import them. Others keep their state.
 */
import { statSync } from 'node:fs'

export interface LoadedFiles {
  /** A file is imported, by another one of the user's or by a cell. */
  add(path: string, importer: string | undefined): void
  /** A file is being read to be run. */
  loading(path: string): void
  /** Which load of it this is: 0 for the first. It stands in the module's address, because Node loads each once. */
  version(path: string): number
  /** The files that are not what was loaded, or import such a one; from now on they have new versions. */
  takeStale(): readonly string[]
  /** What was loaded since `mark` and failed is to be loaded anew, whether it changed or not. */
  failed(mark: number): readonly string[]
  /** What was read since `mark`. */
  readSince(mark: number): readonly string[]
  /** Now, for `failed`. */
  mark(): number
  /** Absolute, in the order of their first import. */
  paths(): readonly string[]
}

interface LoadedFile {
  /** Of what was loaded. */
  stamp: string
  version: number
  /** When it was last read, by `mark`. */
  since: number
  readonly importers: Set<string>
}

export function createLoadedFiles(): LoadedFiles {
  const files = new Map<string, LoadedFile>()
  let clock = 0

  /** Gives new versions to files and to all that import them. */
  function renew(changed: Iterable<string>): string[] {
    const stale = new Set<string>()
    const visit = (path: string) => {
      const file = files.get(path)
      if (!file || stale.has(path)) return
      stale.add(path)
      file.importers.forEach(visit)
    }
    for (const path of changed) visit(path)
    for (const path of stale) {
      const file = files.get(path)!
      file.version += 1
      file.stamp = stampOf(path)
    }
    // What they import they will say again.
    for (const file of files.values()) for (const path of stale) file.importers.delete(path)
    return [...stale]
  }

  return {
    add(path, importer) {
      let file = files.get(path)
      if (!file) {
        file = { stamp: stampOf(path), version: 0, since: clock, importers: new Set() }
        files.set(path, file)
      }
      if (importer !== undefined) file.importers.add(importer)
    },
    loading(path) {
      const file = files.get(path)
      if (file) file.since = clock
    },
    version: path => files.get(path)?.version ?? 0,
    takeStale: () =>
      renew([...files].filter(([path, { stamp }]) => stampOf(path) !== stamp).map(([path]) => path)),
    failed: mark => renew([...files].filter(([, { since }]) => since >= mark).map(([path]) => path)),
    readSince: mark => [...files].filter(([, { since }]) => since >= mark).map(([path]) => path),
    mark: () => ++clock,
    paths: () => [...files.keys()],
  }
}

function stampOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false })
  return found ? `${found.mtimeMs} ${found.size}` : ''
}
