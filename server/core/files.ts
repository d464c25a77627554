/** URIs and the files of a project on disk. */
import { access, readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { glob } from 'tinyglobby'

/** Folders in which no one writes models by hand. */
const ignored = ['**/node_modules/**', '**/.*/**', '**/dist/**']

/** Where promotion keeps its copies of model files: they declare again what the project declares. */
const generated = 'pipelines/'

/** @param key relative to the project's root */
export function isGenerated(key: string): boolean {
  return key.startsWith(generated)
}

/** The file of a URI; undefined for what is no file, such as an unsaved document or a notebook cell. */
export function fileOfUri(uri: string): string | undefined {
  if (!uri.startsWith('file:')) return undefined
  try {
    return fileURLToPath(uri)
  } catch {
    return undefined
  }
}

export function uriOfFile(file: string): string {
  return pathToFileURL(file).href
}

/** Relative to the root, with forward slashes. */
export function projectPath(root: string, file: string): string {
  return path.relative(root, file).split(path.sep).join('/')
}

export function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}

/** The nearest folder at or above the file that has a slipway.json. */
export async function findRoot(file: string): Promise<string | undefined> {
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    if (await exists(path.join(folder, 'slipway.json'))) return folder
    if (folder === path.dirname(folder)) return undefined
  }
}

/** The roots of all projects in a folder, absolute. */
export async function findProjects(folder: string): Promise<readonly string[]> {
  const found = await glob('**/slipway.json', { cwd: folder, ignore: ignored, absolute: true, dot: false })
  return found.map(file => path.dirname(path.normalize(file))).sort()
}

/** The model files of a project, relative to its root; those of a project inside it are its own. */
export async function findModelFiles(root: string): Promise<readonly string[]> {
  const inner = (await findProjects(root)).filter(folder => folder !== root)
  const ignore = [...ignored, `${generated}**`, ...inner.map(folder => `${projectPath(root, folder)}/**`)]
  return (await glob('**/*.slip', { cwd: root, ignore })).sort()
}

/** A text file; undefined when it cannot be read. */
export function readText(file: string): Promise<string | undefined> {
  // A mark of the byte order is not part of the text: the editor does not show it either.
  return readFile(file, 'utf8').then(
    text => text.replace(/^\uFEFF/, ''),
    () => undefined,
  )
}
