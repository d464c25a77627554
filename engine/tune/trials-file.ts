/**
 * Finished trials on disk, one JSON line each, so that a search that was ended goes on where it was. A line belongs to
 * the search with its key; other lines are let be, and so is one that was not written to its end.
 */
import { createHash } from 'node:crypto'
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Plan } from '../../language/index.ts'
import { pagesOf, type Rows } from '../estimators/dataset.ts'
import type { Trial } from './tune.ts'

/** Raised when trials of before would come out otherwise: estimators, searches or what a line holds have changed. */
const trialsVersion = 1

export interface TrialsFile {
  /** Trials of this search from the first on, without a gap. */
  readonly known: readonly Trial[]
  append(trial: Trial, index: number): Promise<void>
  /** Takes the search's own trials out; a file without others is removed. */
  clear(): Promise<void>
}

interface Line {
  readonly key: string
  readonly index: number
  readonly trial: Trial
}

export async function openTrialsFile(file: string, key: string): Promise<TrialsFile> {
  const lines = await readLines(file)
  const byIndex = new Map<number, Trial>()
  for (const line of lines.flatMap(text => parseLine(text) ?? []))
    if (line.key === key && !byIndex.has(line.index)) byIndex.set(line.index, line.trial)
  const known: Trial[] = []
  for (let trial = byIndex.get(0); trial; trial = byIndex.get(known.length)) known.push(trial)
  return {
    known,
    async append(trial, index) {
      await mkdir(dirname(file), { recursive: true })
      // A line that was cut short before ends here.
      const text = JSON.stringify({ key, index, trial } satisfies Line)
      await appendFile(file, `${(await endsInLine(file)) ? '' : '\n'}${text}\n`)
    },
    async clear() {
      const others = (await readLines(file)).filter(text => {
        const line = parseLine(text)
        return line !== undefined && line.key !== key
      })
      if (others.length === 0) await rm(file, { force: true })
      else await writeFile(file, `${others.join('\n')}\n`)
    },
  }
}

/**
 * What a search's trials depend on: what of the plan fits and judges them, the prepared rows that they are fitted to and
 * judged on (of folds those of the first: the others are the same rows, cut elsewhere) and the seed of the fits.
 */
export function keyOfSearch(plan: Plan, parts: readonly Rows[], seed: number): string {
  const hash = createHash('sha256')
  const { algorithm, tune, label, balance, split } = plan
  hash.update(JSON.stringify([trialsVersion, algorithm, tune, label, balance, split, seed]))
  for (const rows of pagesOfAll(parts)) {
    const columns = [...rows.numbers, ...rows.codes, rows.label, ...rows.groups, ...(rows.keys ?? [])]
    const all = [...columns, ...(rows.offset ? [rows.offset] : []), ...(rows.weights ? [rows.weights] : [])]
    hash.update(JSON.stringify([rows.nRows, all.length]))
    for (const { buffer, byteOffset, byteLength } of all)
      hash.update(new Uint8Array(buffer, byteOffset, byteLength))
  }
  return hash.digest('hex')
}

function* pagesOfAll(parts: readonly Rows[]) {
  for (const rows of parts) yield* pagesOf(rows)
}

async function readLines(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  return text.split('\n').filter(line => line !== '')
}

async function endsInLine(file: string): Promise<boolean> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text === '' || text.endsWith('\n')
}

function parseLine(text: string): Line | undefined {
  try {
    const line = JSON.parse(text) as Partial<Line> | null
    const isWhole =
      typeof line?.key === 'string' && typeof line.index === 'number' && line.trial !== undefined
    return isWhole ? (line as Line) : undefined
  } catch {
    return undefined
  }
}
