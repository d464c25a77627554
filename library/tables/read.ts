/** `read`: a table over files. */
import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, extname, isAbsolute, join, parse, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sourceRelation } from '../../engine/sql/source.ts'
import { suggest } from '../../language/suggest.ts'
import { LibraryError } from '../errors.ts'
import { currentSession } from '../session.ts'
import { noteRead } from '../evidence.ts'
import { textQuery } from './query.ts'
import { Table } from './table.ts'

export type FileFormat = 'parquet' | 'csv' | 'json' | 'arrow'

export interface ReadOptions {
  /** Default: by the file's extension. */
  readonly format?: FileFormat
}

const formats: readonly string[] = ['parquet', 'csv', 'json', 'arrow'] satisfies readonly FileFormat[]

const formatOf: Readonly<Record<string, FileFormat>> = {
  '.parquet': 'parquet',
  '.csv': 'csv',
  '.tsv': 'csv',
  '.json': 'json',
  '.ndjson': 'json',
  '.jsonl': 'json',
  '.arrow': 'arrow',
  '.feather': 'arrow',
}

/**
 * A table over a Parquet, CSV, JSON or Arrow file, or over several by a pattern (`data/*.parquet`). A relative path starts
 * at the project's root, as in `.slip` files. Nothing is read before rows are asked for. Addresses of the network are
 * refused: what a table reads must be the same tomorrow.
 * @throws LIB001 when there is no such file, LIB002 when the format is not known
 */
export function read(path: string, options: ReadOptions = {}): Table {
  if (typeof path !== 'string' || path === '')
    throw new LibraryError('LIB001', `Expected the path of a file, got ${describe(path)}.`)
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(path) && !path.startsWith('file://')) throw remote(path)
  return readFile(path.startsWith('file://') ? fileURLToPath(path) : path, options)
}

function readFile(path: string, options: ReadOptions): Table {
  const format = options.format ?? formatOf[extname(path.replace(/\.gz$/, '')).toLowerCase()]
  if (!format || !formats.includes(format)) throw unknownFormat(path, options.format)
  const { root } = currentSession()
  const file = resolve(root, path)
  if (!isPattern(path) && !existsSync(file)) throw notFound(path, file, root)
  noteRead(file)
  return new Table(textQuery(`select * from ${sourceRelation(format, file)}`), { isScan: true })
}

function isPattern(path: string): boolean {
  return /[*?[]/.test(path)
}

function unknownFormat(path: string, format?: string): LibraryError {
  return new LibraryError(
    'LIB002',
    `Expected a Parquet, CSV, JSON or Arrow file, got ${JSON.stringify(format ?? basename(path))}. ` +
      `Say what it is: read(${JSON.stringify(path)}, { format: 'csv' }).`,
  )
}

/** Runs must be repeatable: what a table reads is fixed by the file's content. */
function remote(path: string): LibraryError {
  return new LibraryError(
    'LIB001',
    `Expected a path on this machine, got the address ${path}. Download it first: ` +
      "await writeFile('data/file.csv', await (await fetch(address)).bytes()), then read('data/file.csv').",
  )
}

function notFound(path: string, file: string, root: string): LibraryError {
  return new LibraryError('LIB001', `Expected a file at ${file}, found none. ${hintFor(path, file, root)}`)
}

function hintFor(path: string, file: string, root: string): string {
  const here = resolve(process.cwd(), path)
  if (!isAbsolute(path) && here !== file && existsSync(here))
    return `Paths start at the project's root: write ${JSON.stringify(fromRoot(root, here))}.`
  const near = nearFile(file)
  if (near !== undefined)
    return `Did you mean ${JSON.stringify(isAbsolute(path) ? near : fromRoot(root, near))}?`
  return `Paths start at the project's root, ${root}.`
}

function fromRoot(root: string, file: string): string {
  return relative(root, file).replaceAll('\\', '/')
}

/** A file beside it of nearly that name, or of that name with another ending. */
function nearFile(file: string): string | undefined {
  const folder = dirname(file)
  const { name, base } = parse(file)
  try {
    const names = readdirSync(folder).slice(0, 1000)
    const near = names.find(other => parse(other).name === name) ?? suggest(base, names)
    return near === undefined ? undefined : join(folder, near)
  } catch {
    return undefined // There is no such folder.
  }
}

function describe(value: unknown): string {
  return value === '' ? 'an empty text' : typeof value
}
