/**
 * A copy of the project in which cells and steps run: what they write stays out of the user's files, runs can go on
 * side by side, and what each has written can be seen. Large files are links, packages too.
 */
import {
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { copyFile, readdir, stat, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import { catalogFile, readConfig } from '../../library/config.ts'
import { slashes } from '../pipeline.ts'

export interface ScratchProject {
  /** Absolute; stands for the project's root. */
  readonly root: string
  /** Files that are new or were written since it was made, relative to the root. */
  written(): Promise<readonly string[]>
  dispose(): void
}

export interface ScratchOptions {
  /** Copied whatever their size: a run would write through a link. Relative to the root. */
  readonly writable?: ReadonlySet<string>
}

/** Larger files are links to the user's: copying them would cost more than it protects. */
const largestCopyBytes = 64 << 20
const mostCopiedBytes = 1 << 30
/** Begins the names of these copies: one that lies in the project is no part of it. */
const prefix = 'slipway-promote-'
/** Neither code nor data of the notebook. */
const leftOut = new Set(['.git', '.hg', '.svn', '.slipway', '.cache', '.vscode-test'])

/** @param source the project's root, or another scratch project's */
export async function createScratchProject(
  source: string,
  options: ScratchOptions = {},
): Promise<ScratchProject> {
  // Real, because what cells see of their folder is: some systems have a link for the temporary folder.
  const outer = realpathSync(mkdtempSync(join(tmpdir(), prefix)))
  const root = join(outer, basename(source))
  mkdirSync(root)
  linkPackagesAbove(source, outer)
  const left = { bytes: mostCopiedBytes }
  await mirror({ from: source, to: root, path: '', left, writable: options.writable ?? new Set() })
  await copyCatalog(source, root)
  const before = await look(root)
  return {
    root,
    async written() {
      const now = await look(root)
      return [...now].filter(([path, mark]) => before.get(path) !== mark).map(([path]) => path)
    },
    dispose: () => rmSync(outer, { recursive: true, force: true }),
  }
}

/** Packages of a folder above the project, as in a repository of several. */
function linkPackagesAbove(source: string, outer: string): void {
  for (let folder = dirname(source); folder !== dirname(folder); folder = dirname(folder)) {
    const packages = join(folder, 'node_modules')
    if (existsSync(packages)) return symlinkSync(packages, join(outer, 'node_modules'), 'junction')
  }
}

interface Mirror {
  readonly from: string
  readonly to: string
  readonly path: string
  readonly left: { bytes: number }
  readonly writable: ReadonlySet<string>
}

async function mirror({ from, to, path, left, writable }: Mirror): Promise<void> {
  for (const entry of await readdir(join(from, path), { withFileTypes: true })) {
    if (leftOut.has(entry.name) || entry.name.startsWith(prefix)) continue
    const inside = path === '' ? entry.name : `${path}/${entry.name}`
    const [source, target] = [join(from, inside), join(to, inside)]
    if (entry.name === 'node_modules') symlinkSync(source, target, 'junction')
    else if (entry.isDirectory()) {
      mkdirSync(target)
      await mirror({ from, to, path: inside, left, writable })
    } else if (entry.isSymbolicLink()) linkReal(source, target)
    else if (entry.isFile()) await place(source, target, { left, isWritable: writable.has(inside) })
  }
}

/** A link that leads nowhere stays out. */
function linkReal(source: string, target: string): void {
  if (existsSync(source)) symlinkSync(realpathSync(source), target)
}

async function place(
  source: string,
  target: string,
  { left, isWritable }: { readonly left: { bytes: number }; readonly isWritable: boolean },
): Promise<void> {
  const { size, atime, mtime } = await stat(source)
  if (!isWritable && (size > largestCopyBytes || size > left.bytes)) return symlinkSync(source, target)
  left.bytes -= size
  // Where the file system can, the copy shares its blocks with the original until one of them is written.
  await copyFile(source, target, constants.COPYFILE_FICLONE)
  await utimes(target, atime, mtime)
}

async function copyCatalog(source: string, root: string): Promise<void> {
  // Settings that cannot be read stop whoever needs them, in the copy as in the project.
  const config = await readConfig(source).catch(() => undefined)
  if (!config) return
  const file = catalogFile(source, config)
  const inside = relative(source, file)
  if (inside.startsWith('..')) return
  for (const suffix of ['', '-wal', '-shm'])
    if (existsSync(file + suffix)) cpSync(file + suffix, join(root, inside) + suffix, { recursive: true })
}

/** Path -> what tells a write: time, size and file number. */
async function look(root: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  const visit = async (folder: string): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.name === 'node_modules' || leftOut.has(entry.name)) continue
      const path = join(folder, entry.name)
      if (entry.isDirectory()) await visit(path)
      if (!entry.isFile()) continue
      const { mtimeMs, size, ino } = await stat(path)
      found.set(slashes(relative(root, path)), `${mtimeMs} ${size} ${ino}`)
    }
  }
  await visit(root)
  return found
}
