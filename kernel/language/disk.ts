/**
 * Files as TypeScript reads them, remembered: with every edit of a cell it asks for hundreds of them again. What lies
 * in node_modules is taken to stay as it is until `forget`.
 */
import { ts } from './typescript.ts'

export interface Disk {
  version(path: string): string
  snapshot(path: string): ts.IScriptSnapshot | undefined
  fileExists(path: string): boolean
  directoryExists(path: string): boolean
  realpath(path: string): string
  /** Packages may be there that were not. */
  forget(): void
}

export function createDisk(): Disk {
  const snapshots = new Map<string, { readonly version: string; readonly snapshot: ts.IScriptSnapshot }>()
  const files = new Map<string, boolean>()
  const folders = new Map<string, boolean>()
  const real = new Map<string, string>()

  const remembered =
    <Value>(known: Map<string, Value>, find: (path: string) => Value) =>
    (path: string): Value => {
      const found = known.get(path)
      if (found !== undefined) return found
      const value = find(path)
      known.set(path, value)
      return value
    }
  const fileInPackage = remembered(files, ts.sys.fileExists)

  return {
    version,
    snapshot(path) {
      const now = version(path)
      const known = snapshots.get(path)
      if (known?.version === now) return known.snapshot
      const text = ts.sys.readFile(path)
      if (text === undefined) return undefined
      const snapshot = ts.ScriptSnapshot.fromString(text)
      snapshots.set(path, { version: now, snapshot })
      return snapshot
    },
    fileExists: path => (isInPackage(path) ? fileInPackage(path) : ts.sys.fileExists(path)),
    directoryExists: remembered(folders, ts.sys.directoryExists),
    realpath: remembered(real, path => ts.sys.realpath?.(path) ?? path),
    forget() {
      files.clear()
      folders.clear()
      real.clear()
    },
  }
}

const isInPackage = (path: string) => path.includes('/node_modules/')

/** A file of the user's may change on disk between two questions; nothing else does. */
function version(path: string): string {
  if (isInPackage(path) || /\/(?:\.cache|dist\/vendor)\/types\//.test(path)) return '0'
  return String(ts.sys.getModifiedTime?.(path)?.getTime() ?? 0)
}
