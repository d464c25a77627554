/**
 * What ran in a notebook by the files that the kernel leaves beside it (`.slipway/sessions/`), for notebooks that
 * another client than ours ran: that one does not write the log into the notebook.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { parseEvidence, rawLog, sourceHash, type SessionEvidence } from '../promote/index.ts'
import { slashes } from './pipeline.ts'
import { idOf, sourceOf, type NotebookFile } from './run-notebook.ts'

interface LoggedRun {
  readonly cell: string | null
  readonly source: string
  readonly status?: string
  readonly order?: number
  readonly notebook?: string
}

export interface SessionSource {
  readonly file: string
  /** The project's root, absolute. */
  readonly root: string
  /** The notebook as it is on disk or in an editor, and the same as data. */
  readonly text: string
  readonly notebook: NotebookFile
}

export interface KnownSession {
  /** The notebook's text, with the log of its newest session elsewhere when it has none of its own. */
  readonly text: string
  /** What the kernel kept of that session. */
  readonly evidence?: SessionEvidence
}

/**
 * What ran, and what the kernel saw of it. A session is the notebook's when its client said so, or, where the client
 * said nothing, when it ran cells with the notebook's ids.
 */
export function sessionOf(source: SessionSource): KnownSession {
  const text = withSessionLog(source.file, source.text, source.notebook)
  const evidence = newestEvidence(source, text)
  return { text, ...(evidence ? { evidence } : {}) }
}

/** The newest session whose runs are those of the log; without a log, the notebook's newest. */
function newestEvidence({ file, root, notebook }: SessionSource, text: string): SessionEvidence | undefined {
  const folder = dirname(file)
  const place = { root: slashes(root), folder: slashes(relative(root, folder)) }
  const log = rawLog(JSON.parse(text) as NotebookFile)
  const sources = log?.map(run => run.source) ?? notebook.cells.map(sourceOf)
  const hashes = new Set(sources.map(sourceHash))
  for (const path of sessionFiles(join(folder, '.slipway', 'sessions'), '.evidence.jsonl')) {
    const evidence = parseEvidence(readFileSync(path, 'utf8'), place)
    if (!evidence || (evidence.notebook !== undefined && basename(evidence.notebook) !== basename(file)))
      continue
    if (evidence.runs.some(run => hashes.has(run.source))) return evidence
  }
  return undefined
}

export function withSessionLog(file: string, text: string, notebook: NotebookFile): string {
  if (rawLog(notebook)) return text
  const ids = new Set(notebook.cells.map(idOf))
  const log = sessionFiles(join(dirname(file), '.slipway', 'sessions'), '.jsonl')
    .map(readRuns)
    .find(runs => isOf(runs, { name: basename(file), ids }))
  if (!log) return text
  const runs = sinceRestart(log).map(({ cell, source, status }) => ({
    cell: cell ?? '',
    source,
    ...(status === undefined ? {} : { status }),
  }))
  const { slipway } = notebook.metadata
  return JSON.stringify({
    ...notebook,
    metadata: { ...notebook.metadata, slipway: { ...slipway, log: runs } },
  })
}

/** Counts begin anew when the kernel has forgotten all names. */
function sinceRestart(runs: readonly LoggedRun[]): readonly LoggedRun[] {
  const begin = runs.findLastIndex((run, i) => i > 0 && (run.order ?? Infinity) <= (runs[i - 1]?.order ?? 0))
  return runs.slice(Math.max(0, begin))
}

/** The newest first. */
function sessionFiles(folder: string, ending: '.jsonl' | '.evidence.jsonl'): string[] {
  const isEvidence = (name: string) => name.endsWith('.evidence.jsonl')
  try {
    return readdirSync(folder)
      .filter(name => name.endsWith(ending) && isEvidence(name) === isEvidence(ending))
      .map(name => ({ path: join(folder, name), time: statSync(join(folder, name)).mtimeMs }))
      .sort((a, b) => b.time - a.time)
      .map(({ path }) => path)
  } catch {
    return []
  }
}

/** A line that is half written ends a session that was killed. */
function readRuns(path: string): LoggedRun[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap(line => {
      try {
        const run = JSON.parse(line) as LoggedRun
        return typeof run.source === 'string' ? [run] : []
      } catch {
        return []
      }
    })
}

function isOf(
  runs: readonly LoggedRun[],
  { name, ids }: { readonly name: string; readonly ids: ReadonlySet<string> },
): boolean {
  const told = runs.find(({ notebook }) => notebook !== undefined)?.notebook
  if (told !== undefined) return basename(told) === name
  return runs.some(({ cell }) => cell !== null && ids.has(cell))
}
