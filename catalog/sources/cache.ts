/**
 * What is known of a project's data files, kept on disk by what is read and how, with the file's size and time of
 * change: other than these, and it is known no more.
 */
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { globSync } from 'tinyglobby'
import { isPattern } from '../../engine/duckdb/paths.ts'
import type { SourceRef } from '../../language/index.ts'

/** Which rows are read, and how; what the source is called does not matter. */
export type DescribedSource = Omit<SourceRef, 'name'> & { readonly name?: string }

interface Cached<Value> {
  readonly version: number
  readonly state: string
  readonly value: Value
}

/** A database server says nothing of when it changes. */
const serverFreshMs = 10 * 60_000

export interface SourceCache<Value> {
  /** What was found out of the data as it is now. Reads two small files. */
  get(root: string, source: DescribedSource): Value | undefined
  /** @param state of the data when it was read: `stateOf` before reading it */
  set(root: string, source: DescribedSource, found: { readonly state: string; readonly value: Value }): void
}

/**
 * @param kind the folder below `.slipway/`
 * @param version raised when the same data would be described in another way
 */
export function createSourceCache<Value>(kind: string, version: number): SourceCache<Value> {
  return {
    get(root, source) {
      const state = stateOf(root, source)
      if (state === undefined) return undefined
      const cached = readJson<Cached<Value>>(cacheFile(root, kind, source))
      return cached?.version === version && isFresh(cached.state, state) ? cached.value : undefined
    },
    set(root, source, { state, value }) {
      writeJson(cacheFile(root, kind, source), { version, state, value } satisfies Cached<Value>)
    },
  }
}

/**
 * Another text whenever the data is other than before: size and time of change of its file and, of a database, of what
 * it has not written into that yet. Undefined when there is no such file.
 */
export function stateOf(root: string, { format, path }: DescribedSource): string | undefined {
  if (format === 'postgres') return `at ${Date.now()}`
  if (isPattern(path) && !existsSync(resolve(root, path))) return stateOfAll(root, path)
  const file = resolve(root, path)
  const stats = statSync(file, { throwIfNoEntry: false })
  if (!stats?.isFile()) return undefined
  const log = format === 'sqlite' ? statSync(`${file}-wal`, { throwIfNoEntry: false }) : undefined
  return [stats, log].flatMap(each => (each ? [`${each.size} ${each.mtimeMs}`] : [])).join(', ')
}

/** Of every file that a pattern names, now. */
function stateOfAll(root: string, pattern: string): string | undefined {
  const files = globSync(pattern, { cwd: root, expandDirectories: false }).sort()
  if (files.length === 0) return undefined
  const states = files.map(file => {
    const { size, mtimeMs } = statSync(resolve(root, file))
    return `${file} ${size} ${mtimeMs}`
  })
  return createHash('sha256').update(states.join('\n')).digest('hex')
}

function isFresh(then: string, now: string): boolean {
  if (!now.startsWith('at ')) return then === now
  return then.startsWith('at ') && Number(now.slice(3)) - Number(then.slice(3)) < serverFreshMs
}

function cacheFile(root: string, kind: string, { name: _, ...source }: DescribedSource): string {
  const said = Object.entries(source).filter(([, value]) => value !== undefined)
  const key = JSON.stringify(said.sort(([a], [b]) => (a < b ? -1 : 1)))
  return join(root, '.slipway', kind, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.json`)
}

/** Whatever is wrong with a cache file, the data itself can be read instead. */
function readJson<Value>(file: string): Value | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Value
  } catch {
    return undefined
  }
}

/** A folder that cannot be written costs time, not the answer. */
function writeJson(file: string, value: unknown): void {
  const partial = `${file}.${randomUUID()}.part`
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(partial, JSON.stringify(value))
    renameSync(partial, file)
  } catch {
    return
  }
}
