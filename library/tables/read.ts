/** `read`: a table over files. */
import { existsSync } from 'node:fs'
import { basename, extname, isAbsolute, relative, resolve } from 'node:path'
import { sourceRelation } from '../../engine/sql/source.ts'
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
 * at the project's root, as in `.slip` files. Nothing is read before rows are asked for.
 * @throws LIB001 when there is no such file, LIB002 when the format is not known
 */
export function read(path: string, options: ReadOptions = {}): Table {
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

function notFound(path: string, file: string, root: string): LibraryError {
  const here = resolve(process.cwd(), path)
  const hint =
    !isAbsolute(path) && here !== file && existsSync(here)
      ? `Paths start at the project's root: write ${JSON.stringify(relative(root, here).replaceAll('\\', '/'))}.`
      : `Paths start at the project's root, ${root}.`
  return new LibraryError('LIB001', `Expected a file at ${file}, found none. ${hint}`)
}
