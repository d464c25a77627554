/** A pipeline's folder as promotion reads and writes it. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, isAbsolute, join, relative } from 'node:path'
import { installation } from '../../library/installation.ts'
import { isRemade, manifestFile, type Texts } from '../../promote/index.ts'
import { CliError } from '../errors.ts'
import { slashes } from '../pipeline.ts'

/** What is larger, or no text, is nobody's edit: it stays as it is. */
const mostBytes = 2 ** 20

/**
 * Only a pipeline's folder is written over, and never one in which the project or the notebook lies.
 * @throws CliError CLI003
 */
export function checkPlace(
  folder: string,
  { root, file }: { readonly root: string; readonly file: string },
): void {
  const refuse = (what: string) => {
    throw new CliError('CLI003', `Expected a folder of its own for the pipeline, got ${folder}, ${what}.`)
  }
  if (isWithin(root, folder)) refuse('in which the project lies')
  if (isWithin(dirname(file), folder)) refuse('in which the notebook lies')
  const above = nearest(folder)
  if (!statSync(above).isDirectory()) refuse(above === folder ? 'which is a file' : `and ${above} is a file`)
  if (above !== folder || existsSync(join(folder, manifestFile))) return
  const found = readdirSync(folder).filter(name => !name.startsWith('.') && name !== 'node_modules')
  if (found.length > 0) refuse(`in which there is ${found[0]!} and no ${manifestFile}`)
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way === '' || (!/^\.\.(?:[\\/]|$)/.test(way) && !isAbsolute(way))
}

/** What exists of a path. */
function nearest(path: string): string {
  return existsSync(path) ? path : nearest(dirname(path))
}

/** The texts in a pipeline's folder, by path relative to it; undefined when there is no such folder. */
export function readTexts(folder: string): Texts | undefined {
  if (!existsSync(folder)) return undefined
  return Object.fromEntries(
    filesUnder(folder).flatMap(path => {
      const file = join(folder, path)
      if (statSync(file).size > mostBytes) return []
      const content = readFileSync(file)
      return content.includes(0) ? [] : [[path, content.toString('utf8')]]
    }),
  )
}

function filesUnder(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => slashes(relative(folder, join(entry.parentPath, entry.name))))
    .filter(path => !/(^|\/)(node_modules|\.slipway|\.git)\//.test(path))
    .sort()
}

/**
 * Writes a pipeline's folder in one piece: a reader sees the old one or the new one. What is in it and is not
 * promotion's (`files` has no such path, and `removed` does not name it) stays.
 */
export function writePipeline(folder: string, files: Texts, removed: ReadonlySet<string>): void {
  const next = `${folder}.${process.pid}.new`
  const old = `${folder}.${process.pid}.old`
  writeFiles(next, files)
  if (existsSync(folder)) renameSync(folder, old)
  renameSync(next, folder)
  if (existsSync(old)) keepOwn(old, folder, { files, removed })
  rmSync(old, { recursive: true, force: true })
}

/** By which command the tests of pipelines find this installation, where no `slipway` is on the PATH. */
export function noteCommand(root: string): void {
  const { node, env, entry } = installation()
  const file = join(root, '.slipway', 'command.json')
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify({ command: [node, ...entry('cli')], env })}\n`)
}

export function writeFiles(folder: string, files: Texts): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

interface Taken {
  readonly files: Texts
  readonly removed: ReadonlySet<string>
}

/** Moves over what is not promotion's: whole folders where nothing of them is written, such as `node_modules`. */
function keepOwn(old: string, folder: string, taken: Taken, below = ''): void {
  for (const entry of readdirSync(join(old, below), { withFileTypes: true })) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    const target = join(folder, path)
    const isTaken = Object.hasOwn(taken.files, path) || taken.removed.has(path) || isRemade(path)
    const isMixed = [...Object.keys(taken.files), ...taken.removed].some(each => each.startsWith(`${path}/`))
    if (entry.isDirectory() && (isMixed || existsSync(target))) keepOwn(old, folder, taken, path)
    else if (!isTaken && !existsSync(target)) {
      mkdirSync(dirname(target), { recursive: true })
      renameSync(join(old, path), target)
    }
  }
}
